/** Which snapshot is meant. Pure. */
import type { Snapshot } from './restic-commands.js';
import { COMPLETE, INCOMPLETE, isBeforeRestore, isSelection, UNFINISHED } from './tags.js';
import type { DataKind } from './types.js';

/** An id as `restic snapshots` prints it, the newest complete one, or the newest complete one of a release. */
export type WantedSnapshot = { readonly id: string } | { readonly release: number } | 'latest';

/** The snapshot, or a sentence without a full stop. `snapshots`: of the stack and host, oldest first. `kinds`: any of these. */
export function chooseSnapshot(
  snapshots: readonly Snapshot[],
  wanted: WantedSnapshot,
  kinds: readonly DataKind[],
): Snapshot | string {
  if (wanted !== 'latest' && 'id' in wanted) return byId(snapshots, wanted.id);
  const complete = completeOnes(snapshots);
  const ofRelease =
    wanted === 'latest' ? complete : complete.filter((each) => hasTag(each, `release=${wanted.release}`));
  // Whoever asks for all kinds gets those that are backed up.
  const found = ofRelease.findLast((each) => kinds.length === 0 || kinds.some((kind) => mayHold(each, kind)));
  if (found !== undefined) return found;
  const what = wanted === 'latest' ? '' : ` of release ${wanted.release}`;
  if (ofRelease.length > 0) return `no complete snapshot${what} holds ${kinds.join(' or ')} data`;
  return `there is no complete snapshot${what}${complete.length > 0 ? ` (there are ${complete.length} of others)` : ''}`;
}

function byId(snapshots: readonly Snapshot[], id: string): Snapshot | string {
  if (!/^[0-9a-f]{8,64}$/.test(id)) return `${JSON.stringify(id)} is no id of a snapshot (8 to 64 of 0-9a-f)`;
  const found = snapshots.find((each) => each.id.startsWith(id) || each.original?.startsWith(id));
  if (found === undefined) return `this stack has no snapshot ${id} on this host`;
  if (hasTag(found, COMPLETE) || tagsOf(found).some(isBeforeRestore)) return found;
  if (hasTag(found, INCOMPLETE)) return `snapshot ${id} is incomplete: some files could not be read`;
  if (hasTag(found, UNFINISHED)) return `snapshot ${id} was cut short`;
  return `snapshot ${id} was made without a manifest: restore it by hand (restic restore ${id} --target DIRECTORY)`;
}

export const completeOnes = (snapshots: readonly Snapshot[]): Snapshot[] =>
  snapshots.filter((each) => hasTag(each, COMPLETE));

/** By the word of its selection. */
function mayHold(snapshot: Snapshot, kind: DataKind): boolean {
  const selection = tagsOf(snapshot).find(isSelection);
  return selection === undefined || selection.includes(`${kind}:`);
}

export const tagsOf = (snapshot: Snapshot): readonly string[] => snapshot.tags ?? [];
export const hasTag = (snapshot: Snapshot, tag: string): boolean => tagsOf(snapshot).includes(tag);

/** Number of the release that ran, or null. */
export function releaseOf(snapshot: Snapshot): number | null {
  const [, release] = tagsOf(snapshot).flatMap((tag) => /^release=(\d+)$/.exec(tag) ?? []);
  return release === undefined ? null : Number(release);
}
