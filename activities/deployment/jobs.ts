/** Tutorial notebooks, joined with the configuration of their stack. */
import { createSourceGit } from '../git/source.js';
import { deployNotebooks as deployNotebooksFrom } from '../notebooks/index.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { Activities, StackInput } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { openConfiguration } from './open.js';
import { watched } from './job-notices.js';

/** One run; fails with Configuration when no source or no target is set. */
export async function deployNotebooks(
  { stack: name }: StackInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['deployNotebooks']> {
  const stack = await deps.state.stack(name);
  const { settings } = await openConfiguration(stack, deps, step.signal);
  const { notebookSource: url, notebookBranch: branch, notebookDir: target } = settings;
  if (url === undefined) throw missing('BIRDKEEPER_NOTEBOOK_SOURCE (a git URL)');
  if (target === undefined) throw missing('BIRDKEEPER_NOTEBOOK_DIR, or JUPYTERHUB_USER_DATA_DIR');
  const git = createSourceGit({
    keys: {
      keyDirectory: settings.keyDirectory,
      knownHostsFile: settings.knownHostsFile,
      ownKnownHosts: stack.knownHosts,
    },
    timeoutMs: settings.gitTimeoutSeconds * 1_000,
    environment: deps.environment,
  });
  const source = { url, branch };
  const about = `notebooks of ${branch === undefined ? 'the default branch' : `branch ${branch}`}`;
  return watched({ stack: name, job: 'notebooks' }, step, deps, () =>
    deps.journal.job({ stack: name, file: 'notebookdeploy.log', about }, () =>
      deployNotebooksFrom({ source, target, stateDir: deps.state.root, git }, step),
    ),
  );
}

const missing = (setting: string): StepFailure =>
  new StepFailure(FAILURES.configuration, `Nothing was done: ${setting} is not set. Set it in env.local.`);
