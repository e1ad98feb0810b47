import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type {
  JobActivities,
  RestoredParts,
  RestoreInput,
  RestorePreview,
  VerifiedBackup,
} from '../activities/types.js';
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
export async function deployNotebooks(
  input: JobInput & { force?: boolean },
): ReturnType<JobActivities['deployNotebooks']> {
  refuseNonsense(input, 'deployNotebooks');
  const force = input.force === true ? { force: true } : {};
  const result = await activities.deployNotebooks({ stack: input.stack, ...force });
  const { outcome, notebooks, commit, sources = [] } = result;
  upsertSearchAttributes([
    attribute('Outcome', outcome),
    ...(commit === undefined ? [] : [attribute('Commit', commit)]),
  ]);
  const from = sources.map(
    ({ name, commit: at, sha256 }) => `- ${inline(name)} at ${at ?? sha256 ?? 'an unknown state'}`,
  );
  setCurrentDetails(
    [`**${outcome}**: ${notebooks} notebooks${commit === undefined ? '' : ` at ${commit}`}`, ...from].join('\n'),
  );
  return result;
}

/** The notebooks before those that are deployed. They stay until the sources change. */
export async function rollbackNotebooks(input: JobInput): ReturnType<JobActivities['rollbackNotebooks']> {
  refuseNonsense(input, 'rollbackNotebooks');
  const result = await activities.rollbackNotebooks({ stack: input.stack, run: workflowInfo().runId });
  upsertSearchAttributes([attribute('Outcome', 'rolled back')]);
  setCurrentDetails(`**rolled back** to ${result.notebooks} notebooks of ${result.since}`);
  return result;
}

/** One restic snapshot of what is selected, tagged with the release; one that stops containers is asked of the keeper. */
export async function backUpStack(input: JobInput): ReturnType<JobActivities['backUpStack']> {
  refuseNonsense(input, 'backUpStack');
  const result = await activities.backUpStack({ stack: input.stack });
  upsertSearchAttributes([attribute('Outcome', 'backed up')]);
  setCurrentDetails(
    `Snapshot **${result.snapshot}** of release ${result.release ?? 'none'}: ${result.paths.join(', ')}`,
  );
  return result;
}

/** Parts of a snapshot are put back, after what there is was saved. A piece of work of the keeper. */
export async function restoreStack(input: RestoreStackInput): Promise<RestoredParts> {
  const { stack, ...asked } = wishesOf(input, 'restoreStack');
  const result = await activities.restoreStack({ stack, ...asked });
  upsertSearchAttributes([attribute('Outcome', 'restored')]);
  const saved = result.saved === null ? '' : ` What there was is in snapshot **${result.saved}**.`;
  setCurrentDetails(`Snapshot **${result.snapshot}** is back: ${inline(result.restored.join(', '))}.${saved}`);
  return result;
}

/** What `restoreStack` would do; changes nothing. */
export async function previewRestore(input: RestoreStackInput): Promise<RestorePreview> {
  return activities.previewRestore(wishesOf(input, 'previewRestore'));
}

/** Restores the newest backup into scratch, looks at it, and says how long a real restore would take. */
export async function verifyBackup(input: JobInput): Promise<VerifiedBackup> {
  refuseNonsense(input, 'verifyBackup');
  const result = await activities.verifyBackup({ stack: input.stack });
  upsertSearchAttributes([attribute('Outcome', 'verified')]);
  setCurrentDetails(
    `Snapshot **${result.snapshot}** of ${result.madeAt} can be restored; all of it would take ${Math.ceil(result.wholeSeconds)} s.`,
  );
  return result;
}

/** Texts only, so that it can be asked of the keeper: `only` names components, separated by commas. */
export interface RestoreStackInput extends JobInput {
  wanted: string;
  only?: string;
  saveFirst?: string;
}

function wishesOf(input: RestoreStackInput, workflow: string): RestoreInput {
  refuseNonsense(input, workflow);
  const { stack, wanted, only = '', saveFirst } = input;
  if (![wanted, only, saveFirst ?? ''].every((text) => typeof text === 'string'))
    throw ApplicationFailure.nonRetryable(`${workflow} needs {v: 1, host, stack, wanted}`, FAILURES.badInput);
  const names = only.split(',').filter((name) => name !== '');
  return {
    stack,
    wanted,
    ...(names.length === 0 ? {} : { only: names }),
    ...(saveFirst === 'no' ? { saveFirst: false } : {}),
  };
}

/** Weekly, from a size on: what is due is rotated, also of what a container keeps open. */
export async function rotateLogs(input: JobInput): ReturnType<JobActivities['rotateLogs']> {
  refuseNonsense(input, 'rotateLogs');
  const result = await activities.rotateLogs({ stack: input.stack });
  upsertSearchAttributes([attribute('Outcome', result.rotated === 0 ? 'nothing due' : 'rotated')]);
  setCurrentDetails(`${result.rotated} rotated, ${result.compressed} compressed, ${result.removed} removed`);
  return result;
}

function refuseNonsense(input: unknown, workflow: string): void {
  if (!isStackInput(input))
    throw ApplicationFailure.nonRetryable(`${workflow} needs {v: 1, host, stack}`, FAILURES.badInput);
}
