/** Opens a stack for an activity: live, or as its deployment staged it. Reading it decides what is redacted from then on. */
import { z } from 'zod';
import { headCommit } from '../git/history.js';
import { repositoryRoot } from '../git/root.js';
import type { GitOptions } from '../git/repository.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { readJson, writeJson } from '../shared/files.js';
import { createReceiverRedactor } from '../notices/index.js';
import { createRedactor, type Redact } from '../shared/redact.js';
import { Together } from '../shared/together.js';
import { openLiveView, openStagedView, readConfiguration, type ViewDeps } from '../stack/open-view.js';
import type { Staged } from '../stack/staged-paths.js';
import type { Configuration, StagedView, StackView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';

/** Limit of one local git question while reading a stack. */
const GIT_SECONDS = 60;

export const gitOptions = (deps: Dependencies, signal: AbortSignal, seconds = GIT_SECONDS): GitOptions => ({
  signal,
  timeoutMs: seconds * 1_000,
  environment: deps.environment,
});

export async function openLive(stack: StackState, deps: Dependencies, signal: AbortSignal): Promise<StackView> {
  return remember(stack, deps, await openLiveView(stack.stack, viewDeps(deps, signal)));
}

/** As `openLive`, with the compose files that components add: for who reads the compose project after `advance`. */
export async function openLiveProject(stack: StackState, deps: Dependencies, signal: AbortSignal): Promise<StackView> {
  return remember(stack, deps, await openLiveView(stack.stack, { ...viewDeps(deps, signal), includes: true }));
}

/** As `openLive`, for those who need no commits: a question to git less for each checkout. */
export async function openConfiguration(
  stack: StackState,
  deps: Dependencies,
  signal: AbortSignal,
): Promise<Configuration> {
  return remember(stack, deps, await readConfiguration(stack.stack, viewDeps(deps, signal)));
}

const READING_MS = 5 * 60_000;
const readings = new Together<Configuration>();

/** As `openConfiguration`, for runs that begin by the hundred at one time: who asks while it is read shares the next reading. */
export function openConfigurationTogether(
  stack: StackState,
  deps: Dependencies,
  signal: AbortSignal,
): Promise<Configuration> {
  return readings.ask(stack.path(), signal, () => openConfiguration(stack, deps, AbortSignal.timeout(READING_MS)));
}

type OpenStaged = (stack: StackState, number: number, deps: Dependencies, signal: AbortSignal) => Promise<StagedView>;

const opensStaged =
  (includes: boolean): OpenStaged =>
  async (stack, number, deps, signal) => {
    const staged = await readStaged(stack, number);
    const view = await openStagedView(stack.stack, staged, { ...viewDeps(deps, signal), includes });
    return remember(stack, deps, view);
  };

/** Throws BadInput when the deployment has staged nothing. */
export const openStaged = opensStaged(false);

/** As `openStaged`, with the compose files that components add: for who reads the compose project after `stage`. */
export const openStagedProject = opensStaged(true);

/** Throws BadInput when the deployment has staged nothing. */
export async function readStaged(stack: StackState, number: number): Promise<Staged> {
  const staged = await readJson(await stagedFile(stack, number), StagedRecord);
  if (staged) return staged;
  throw new StepFailure(FAILURES.badInput, `Deployment ${number} of ${stack.name} has staged nothing.`);
}

export async function writeStaged(stack: StackState, number: number, staged: Staged): Promise<void> {
  await writeJson(await stagedFile(stack, number), staged);
}

const StagedRecord = z.object({
  checkouts: z.array(z.object({ name: z.string(), dir: z.string(), tree: z.string(), commit: z.string() })),
  binds: z.array(z.object({ live: z.string(), staged: z.string() })),
  components: z.array(z.object({ dir: z.string(), tree: z.string() })).default([]),
});

const stagedFile = async (stack: StackState, number: number): Promise<string> =>
  `${await stack.deploymentFolder(number)}/staged.json`;

function viewDeps(deps: Dependencies, signal: AbortSignal): ViewDeps {
  const git = gitOptions(deps, signal);
  return {
    env: { ...deps.environment },
    signal,
    repositoryRoot: (dir) => repositoryRoot(dir, git),
    headCommit: (dir) => headCommit(dir, git),
    ownContainer: () => deps.engine.ownContainer({ signal }),
  };
}

async function remember<View extends Configuration>(stack: StackState, deps: Dependencies, view: View): Promise<View> {
  await deps.remember(stack.name, { redact: redactorOf(view), logDir: view.settings.logDir });
  return view;
}

/** Takes out what the variables of a stack hold, and where its receivers of notices are. */
export function redactorOf({
  name: stack,
  variables,
  settings,
}: Pick<Configuration, 'name' | 'variables' | 'settings'>): Redact {
  // The name of the stack stands in every line, whatever variable holds it too.
  const redact = createRedactor(Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== stack)));
  const hide = createReceiverRedactor(settings);
  return (text) => redact(hide(text));
}
