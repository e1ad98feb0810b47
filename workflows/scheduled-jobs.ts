import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { JobActivities } from '../activities/types.js';
import { activities } from './activities.js';
import { FAILURES } from './contract.js';
import { attribute } from './search-attributes.js';
import { inline } from './tables.js';
import { isStackInput } from './validate.js';

export interface JobInput {
  v: 1;
  host: string;
  stack: string;
}

/** Tutorial notebooks onto JupyterHub: stage, verify, swap. An unreachable or empty source fails the run and leaves the deployed ones. */
export async function deployNotebooks(input: JobInput): ReturnType<JobActivities['deployNotebooks']> {
  refuseNonsense(input, 'deployNotebooks');
  const result = await activities.deployNotebooks({ stack: input.stack });
  upsertSearchAttributes([attribute('Outcome', result.outcome), attribute('Commit', result.commit)]);
  setCurrentDetails(`**${result.outcome}**: ${result.notebooks} notebooks at ${result.commit}`);
  return result;
}

/** One restic snapshot of what `BIRDKEEPER_BACKUP_PATHS` names, tagged with the release. Stops nothing. */
export async function backUpStack(input: JobInput): ReturnType<JobActivities['backUpStack']> {
  refuseNonsense(input, 'backUpStack');
  const result = await activities.backUpStack({ stack: input.stack });
  upsertSearchAttributes([attribute('Outcome', 'backed up')]);
  setCurrentDetails(
    `Snapshot **${result.snapshot}** of release ${result.release ?? 'none'}: ${result.paths.join(', ')}`,
  );
  return result;
}

/** Weekly, from a size on: what is due is rotated, also of what a container keeps open. */
export async function rotateLogs(input: JobInput): ReturnType<JobActivities['rotateLogs']> {
  refuseNonsense(input, 'rotateLogs');
  const result = await activities.rotateLogs({ stack: input.stack });
  upsertSearchAttributes([attribute('Outcome', result.rotated === 0 ? 'nothing due' : 'rotated')]);
  setCurrentDetails(`${result.rotated} rotated, ${result.compressed} compressed, ${result.removed} removed`);
  return result;
}

/** Files of git repositories to their places. A copy or an action that fails fails the run. */
export async function deployData(input: JobInput & { name: string }): ReturnType<JobActivities['deployData']> {
  refuseNonsense(input, 'deployData');
  if (typeof input.name !== 'string')
    throw ApplicationFailure.nonRetryable('deployData needs {v: 1, host, stack, name}', FAILURES.badInput);
  const result = await activities.deployData({ stack: input.stack, name: input.name });
  upsertSearchAttributes([attribute('Outcome', result === null ? 'removed' : 'deployed')]);
  const lines = (result?.entries ?? []).map(
    ({ checkout, commit, changedFiles, maps, actions }) =>
      `- ${inline(checkout)} at ${commit}: ${changedFiles} files changed, ${maps} copied, ${actions} actions`,
  );
  setCurrentDetails(result === null ? 'The stack has no such job any more.' : lines.join('\n'));
  return result;
}

function refuseNonsense(input: unknown, workflow: string): void {
  if (!isStackInput(input))
    throw ApplicationFailure.nonRetryable(`${workflow} needs {v: 1, host, stack}`, FAILURES.badInput);
}
