/** What makes no sense to ask of a keeper, told before it is asked. Pure: a sentence, or undefined when it may be asked. */
import { NO_WINDOW } from '../workflows/contract.js';
import type { KeeperStatus, Release } from '../workflows/model.js';
import { age } from './text.js';

export function refusePause({ paused }: KeeperStatus, now: Date): string | undefined {
  if (paused === undefined) return undefined;
  return `It is paused already, ${describePause(paused, now)}. Whoever wants another reason to stand there resumes first: birdkeeper resume`;
}

export const refuseResume = ({ paused }: KeeperStatus): string | undefined =>
  paused === undefined ? 'It is not paused: what is pushed is deployed by itself.' : undefined;

export function refuseAnswer(
  verb: 'approve' | 'reject',
  number: number,
  { waiting, nextNumber }: KeeperStatus,
): string | undefined {
  if (waiting === undefined) {
    const coming = number >= nextNumber ? ` There is no deployment ${number} yet.` : '';
    return `Nothing waits, so there is nothing to ${verb}.${coming} What was done is told by: birdkeeper history`;
  }
  if (waiting.number !== number) {
    return `Deployment ${number} does not wait, deployment ${waiting.number} does: ${waiting.why} Go on with: birdkeeper ${verb} ${waiting.number}`;
  }
  if (verb === 'approve' && waiting.approvedBy !== undefined) {
    return `Deployment ${number} was approved already by ${waiting.approvedBy}; ${whenOpen(waiting.opensAt)}.`;
  }
  return undefined;
}

/** `releases`: as recorded, oldest first; undefined when this user may not read the record: the keeper decides then. */
export function refuseRollback(
  wanted: number | undefined,
  releases: readonly Pick<Release, 'number' | 'at'>[] | undefined,
  isLeft = false,
): string | undefined {
  if (releases === undefined) return undefined;
  const runs = releases.at(-1);
  if (runs === undefined) return 'No release is recorded, so there is none to go back to.';
  // After a rollback that was withheld or failed something else runs than the newest release.
  if (isLeft && (wanted === undefined || wanted === runs.number)) return undefined;
  const former = releases.slice(0, -1);
  if (former.length === 0) {
    return `Release ${runs.number} is the only one that is recorded, so there is none to go back to.`;
  }
  if (wanted === undefined || former.some(({ number }) => number === wanted)) return undefined;
  const what = wanted === runs.number ? `Release ${wanted} is the one that runs.` : `Release ${wanted} is not kept.`;
  return `${what} There are: ${listReleases(former)}`;
}

const MOST_LISTED = 8;

function listReleases(releases: readonly Pick<Release, 'number' | 'at'>[]): string {
  const newest = [...releases].reverse().slice(0, MOST_LISTED);
  const more = releases.length > MOST_LISTED ? ` and ${releases.length - MOST_LISTED} older ones` : '';
  return `${newest.map(({ number, at }) => `${number} (${at})`).join(', ')}${more}.`;
}

/** `3 h ago by ann@alpha: reason`. */
export const describePause = ({ by, reason, at }: NonNullable<KeeperStatus['paused']>, now: Date): string =>
  `${age(at, now)} ago by ${by}: ${reason.trim().replace(/\.$/, '')}`;

/** What follows an approval, a clause. `opensAt`: ISO 8601 or `NO_WINDOW`. */
export function whenOpen(opensAt: string | undefined): string {
  if (opensAt === undefined) return 'it is deployed as soon as the keeper is free';
  return opensAt === NO_WINDOW
    ? 'it is deployed when a window opens, and none is known'
    : `it is deployed when the window opens at ${opensAt}`;
}
