import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gitOptions } from '../activities/deployment/open.js';
import type { Dependencies } from '../activities/deployment/dependencies.js';
import { headCommit } from '../activities/git/history.js';
import { repositoryRoot } from '../activities/git/root.js';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { openLiveView } from '../activities/stack/open-view.js';
import type { StackView } from '../activities/stack/view.js';
import type { StackState, StateDirectory } from '../activities/state/index.js';

interface Registration {
  directory: string;
  envFile: string | undefined;
  state: StateDirectory;
  deps: Dependencies;
  signal: AbortSignal;
}

/**
 * Reads the stack in a directory and writes it into the registry. A stack that is known keeps its name and needs no readable
 * configuration, so that `up` works on the night when somebody broke it.
 */
export async function registerStack({ directory, envFile, state, deps, signal }: Registration): Promise<StackState> {
  const real = await realpath(directory).catch(() => {
    throw new StepFailure(
      FAILURES.badInput,
      `${resolve(directory)} does not exist. Name the directory of the stack: --stack DIR`,
    );
  });
  const known = (await state.stacks()).find((stack) => stack.directory === real);
  const stack = { directory: real, ...(envFile === undefined ? {} : { envFile: resolve(envFile) }) };
  const name = known?.name ?? (await viewOf(stack, deps, signal)).name;
  const kept = envFile === undefined && known?.envFile !== undefined ? { envFile: known.envFile } : {};
  return state.register({ ...stack, ...kept, name });
}

export function viewOf(
  stack: { directory: string; envFile?: string },
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
