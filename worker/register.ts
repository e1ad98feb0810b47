import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gitOptions } from '../activities/deployment/open.js';
import type { Dependencies } from '../activities/deployment/dependencies.js';
import { headCommit } from '../activities/git/history.js';
import { repositoryRoot } from '../activities/git/root.js';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { openLiveView } from '../activities/stack/open-view.js';
import { eraCalled } from '../activities/stack/reader/eras.js';
import type { StackView } from '../activities/stack/view.js';
import type { RegisteredStack, StackState, StateDirectory } from '../activities/state/index.js';
import type { StackPlace } from '../client/handlers.js';

interface Registration extends StackPlace {
  state: StateDirectory;
  deps: Dependencies;
  signal: AbortSignal;
}

/**
 * Reads the stack in a directory and writes it into the registry. A stack that is known keeps its name and needs no readable
 * configuration, so that `up` works on the night when somebody broke it.
 */
export async function registerStack({ state, deps, signal, ...place }: Registration): Promise<StackState> {
  const { stackDir, envFile, era } = place;
  const real = await realpath(stackDir).catch(() => {
    throw new StepFailure(
      FAILURES.badInput,
      `${resolve(stackDir)} does not exist. Name the directory of the stack: --stack DIR`,
    );
  });
  if (era !== undefined) eraCalled(era);
  const known = (await state.stacks()).find((stack) => stack.directory === real);
  const kept = {
    ...(known?.envFile === undefined ? {} : { envFile: known.envFile }),
    ...(known?.era === undefined ? {} : { era: known.era }),
  };
  const stack = {
    ...{ ...kept, directory: real },
    ...(envFile === undefined ? {} : { envFile: resolve(envFile) }),
    ...(era === undefined ? {} : { era }),
  };
  const name = known?.name ?? (await viewOf(stack, deps, signal)).name;
  return state.register({ ...stack, name });
}

export function viewOf(
  stack: Omit<RegisteredStack, 'name'>,
  deps: Dependencies,
  signal: AbortSignal,
): Promise<StackView> {
  const git = gitOptions(deps, signal);
  return openLiveView(stack, {
    env: { ...deps.environment },
    signal,
    repositoryRoot: (dir) => repositoryRoot(dir, git),
    headCommit: (dir) => headCommit(dir, git),
  });
}
