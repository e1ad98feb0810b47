/** A backup of what was selected: one snapshot, or a failure and none that is presented as complete. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { makeSnapshot, type SnapshotRequest, type WholeSnapshot } from './make-snapshot.js';
import { planBackup, type PlanRequest } from './plan.js';
import { refuseHalfRestored } from './restore-journal.js';
import { startWhatWasStopped } from './stopped.js';
import { COMPLETE, selectionTag } from './tags.js';

export interface CreateBackupRequest extends SnapshotRequest, PlanRequest {}

export interface CreatedBackup extends WholeSnapshot {
  readonly release: number | null;
}

/**
 * Twice: makes a second snapshot. Throws Configuration for a selection that means nothing, NotFound for what does not exist
 * (both before anything is stopped), ApplyFailed for a dump that failed and for files that could not be read. Containers
 * that were stopped run again in every case; after a kill `startWhatWasStopped` and the next run start them.
 */
export async function createBackup(request: CreateBackupRequest, step: Step): Promise<CreatedBackup> {
  await startWhatWasStopped({ ...request, log: step.log });
  await refuseHalfRestored(request.directory);
  const { parts, problems } = planBackup(request);
  if (problems) throw new StepFailure(FAILURES.configuration, `Nothing was backed up: ${problems.join('; ')}.`);
  const tags = [selectionTag(request.selection)];
  const made = await makeSnapshot({ parts, tags, whenWhole: COMPLETE, missing: 'fail' }, request, step);
  step.log.info('Backed up', { snapshot: made.snapshot, bytesAdded: made.bytesAdded, parts: made.parts.length });
  return { ...made, release: request.release };
}
