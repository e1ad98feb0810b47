/** Tutorial notebooks, joined with the configuration of their stack. */
import { dirname } from 'node:path';
import { createSourceGit } from '../git/source.js';
import {
  deployNotebooks as deploy,
  rollbackNotebooks as rollBack,
  type NotebookPlace,
  type NotebookRequest,
} from '../notebooks/index.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackSettings } from '../stack/settings.js';
import type { StackState } from '../state/index.js';
import type { Activities } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { watched } from './job-notices.js';
import { openConfiguration } from './open.js';
import { hiddenHere, requireSeen } from './seen.js';

const LOG = 'notebookdeploy.log';

/** One run; fails with Configuration when no target is set. Without list and source it is birdhouse-deploy's tree. */
export async function deployNotebooks(
  { stack: name, force = false }: Parameters<Activities['deployNotebooks']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['deployNotebooks']> {
  const stack = await deps.state.stack(name);
  return watched({ stack: name, job: 'notebooks' }, step, deps, async () => {
    const { settings, variables } = await openConfiguration(stack, deps, step.signal);
    const place = placeOf(settings);
    requireSeen([dirname(place.target), settings.notebookList], await hiddenHere(deps, step));
    const request: NotebookRequest = {
      ...place,
      ...sourceOf(settings),
      ...{ variables, environment: deps.environment, stateDir: deps.state.root, force },
      git: gitOf(settings, stack, deps),
    };
    const result = await deps.journal.job({ stack: name, file: LOG, about: aboutOf(settings) }, () =>
      deploy(request, step),
    );
    return { ...result, sources: result.sources.map((source) => ({ ...source })) };
  });
}

/** The tree before the one that is deployed comes back, and stays until the sources change. */
export async function rollbackNotebooks(
  { stack: name, run }: Parameters<Activities['rollbackNotebooks']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['rollbackNotebooks']> {
  const stack = await deps.state.stack(name);
  const { settings } = await openConfiguration(stack, deps, step.signal);
  const place = placeOf(settings);
  requireSeen([dirname(place.target)], await hiddenHere(deps, step));
  const result = await deps.journal.job({ stack: name, file: LOG, about: 'roll back' }, () =>
    rollBack({ ...place, run }, step),
  );
  return { notebooks: result.notebooks, since: result.since };
}

function placeOf({ notebookDir: target, notebookKeep: keep }: StackSettings): NotebookPlace {
  if (target === undefined) throw missing('BIRDKEEPER_NOTEBOOK_DIR, or JUPYTERHUB_USER_DATA_DIR,');
  return { target, keep };
}

function sourceOf({ notebookSource: url, notebookBranch: branch, notebookList: listFile }: StackSettings) {
  return { ...(url === undefined ? {} : { source: { url, branch } }), ...(listFile === undefined ? {} : { listFile }) };
}

function aboutOf({ notebookSource, notebookBranch, notebookList }: StackSettings): string {
  if (notebookList !== undefined) return `notebooks of the list ${notebookList}`;
  if (notebookSource === undefined) return 'notebooks of the platform';
  return `notebooks of ${notebookBranch === undefined ? 'the default branch' : `branch ${notebookBranch}`}`;
}

function gitOf(
  { keyDirectory, knownHostsFile, gitTimeoutSeconds }: StackSettings,
  stack: StackState,
  deps: Dependencies,
) {
  return createSourceGit({
    keys: { keyDirectory, knownHostsFile, ownKnownHosts: stack.knownHosts },
    timeoutMs: gitTimeoutSeconds * 1_000,
    environment: deps.environment,
  });
}

const missing = (setting: string): StepFailure =>
  new StepFailure(FAILURES.configuration, `Nothing was done: ${setting} is not set. Set it in env.local.`);
