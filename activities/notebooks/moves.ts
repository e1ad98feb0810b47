/**
 * What is renamed and removed beside the deployed notebooks, and what a run that was cut short is found to have left.
 * Pure. Every list of moves may be cut short anywhere: `planRecovery` of what is then there leads to a whole tree.
 */

/**
 * target: what users read. former: what they read before. staging: being made, may be half. next: whole and verified.
 * discarded: the former of the former, on its way out.
 */
export const PLACES = ['target', 'former', 'next', 'staging', 'discarded'] as const;
export type Place = (typeof PLACES)[number];

/** Which places exist. */
export type Found = Readonly<Record<Place, boolean>>;

export type Move = { readonly rename: Place; readonly to: Place } | { readonly remove: Place };

/** Puts `next` in the place of `target` and keeps what was there as `former`. */
export function planSwap(found: Found): Move[] {
  const moves: Move[] = [];
  const outdated = found.former && found.target;
  if (outdated) moves.push({ rename: 'former', to: 'discarded' });
  if (found.target) moves.push({ rename: 'target', to: 'former' });
  moves.push({ rename: 'next', to: 'target' });
  if (outdated) moves.push({ remove: 'discarded' });
  return moves;
}

/**
 * Users never stay without notebooks: a swap that was begun is finished when what was to come is whole, else the former
 * comes back. A former that was on its way out stays when none took its place. The rest is removed: it is made afresh.
 */
export function planRecovery(found: Found): Move[] {
  const moves: Move[] = [];
  const heir = found.target ? undefined : HEIRS.find((place) => found[place]);
  if (heir) moves.push({ rename: heir, to: 'target' });
  if (found.discarded && heir !== 'discarded') {
    const formerIsGone = !found.former || heir === 'former';
    moves.push(formerIsGone ? { rename: 'discarded', to: 'former' } : { remove: 'discarded' });
  }
  if (found.next && heir !== 'next') moves.push({ remove: 'next' });
  if (found.staging) moves.push({ remove: 'staging' });
  return moves;
}

/** Who takes the place of a target that is not there: the newest first. */
const HEIRS = ['next', 'former', 'discarded'] as const;
