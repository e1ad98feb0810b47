/** Old snapshots of this stack and host go by a policy; those of others are not looked at. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { Repository, type RepositoryRequest } from './repository.js';
import type { KeepPolicy } from './restic-commands.js';
import { stackTag } from './restic.js';
import { leftovers, selectionsOf, wrongPolicy } from './retention.js';
import { COMPLETE } from './tags.js';

export interface ForgetRequest extends RepositoryRequest {
  readonly keep: KeepPolicy;
  /** How long the states before restores are kept; 30 unless given. */
  readonly keepSavedDays?: number;
}

export interface Forgotten {
  readonly kept: number;
  readonly removed: number;
}

const SAVED_DAYS = 30;

/**
 * Complete snapshots go by the policy, each selection counted by itself; incomplete ones when a later complete one exists.
 * Safe to run twice. Throws Configuration for a policy that keeps nothing, Busy while another restic works.
 */
export async function forgetBackups(request: ForgetRequest, step: Step): Promise<Forgotten> {
  const wrong = wrongPolicy(request.keep);
  if (wrong !== undefined) {
    throw new StepFailure(FAILURES.configuration, `Nothing was removed: what to keep of backups: ${wrong}.`);
  }
  const repository = new Repository(request, step);
  await repository.open();
  const snapshots = await repository.snapshots();
  let kept = 0;
  let removed = 0;
  for (const selection of selectionsOf(snapshots)) {
    const counted = await repository.forget([stackTag(request.stack), COMPLETE, selection], request.keep);
    kept += counted.kept;
    removed += counted.removed;
  }
  const left = leftovers(snapshots, { now: Date.now(), days: request.keepSavedDays ?? SAVED_DAYS });
  await repository.forgetThese(left);
  removed += left.length;
  // Also after a run that was cut short between the two.
  await repository.prune();
  step.log.info('Old backups removed', { kept, removed });
  return { kept, removed };
}
