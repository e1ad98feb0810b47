import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PLACES,
  planRecovery,
  planSwap,
  type Found,
  type Move,
  type Place,
} from '../../../../activities/notebooks/moves.js';

/** What lies where; a rename onto a directory that is not empty fails, as it does on a disk. */
type Disk = Partial<Record<Place, string>>;

function after(disk: Disk, moves: readonly Move[]): Disk {
  const result = { ...disk };
  for (const move of moves) {
    if ('remove' in move) delete result[move.remove];
    else {
      const content = result[move.rename];
      if (content === undefined) throw new Error(`nothing at ${move.rename}`);
      if (result[move.to] !== undefined) throw new Error(`${move.to} is taken`);
      delete result[move.rename];
      result[move.to] = content;
    }
  }
  return result;
}
const found = (disk: Disk): Found => ({
  target: 'target' in disk,
  former: 'former' in disk,
  next: 'next' in disk,
  staging: 'staging' in disk,
  discarded: 'discarded' in disk,
});
const nothing: Found = { target: false, former: false, next: false, staging: false, discarded: false };

describe('activities/notebooks/moves', () => {
  it('a first deployment is one rename', () => {
    expect(planSwap({ ...nothing, next: true })).toEqual([{ rename: 'next', to: 'target' }]);
  });

  it('a swap is two renames that keep the former', () => {
    expect(planSwap({ ...nothing, target: true, next: true })).toEqual([
      { rename: 'target', to: 'former' },
      { rename: 'next', to: 'target' },
    ]);
  });

  it('the former of the former leaves when the swap is done', () => {
    expect(
      after({ target: 'b', former: 'a', next: 'c' }, planSwap({ ...nothing, target: true, former: true, next: true })),
    ).toEqual({ target: 'c', former: 'b' });
  });

  it('a swap cut short between its renames is finished', () => {
    expect(planRecovery({ ...nothing, former: true, next: true })).toEqual([{ rename: 'next', to: 'target' }]);
  });

  it('the former comes back when what was to come is gone', () => {
    expect(planRecovery({ ...nothing, former: true })).toEqual([{ rename: 'former', to: 'target' }]);
  });

  it('nothing is done where nothing was left', () => {
    expect(planRecovery({ ...nothing, target: true, former: true })).toEqual([]);
    expect(planRecovery(nothing)).toEqual([]);
  });

  const aDisk = fc.subarray(['target', 'former'] as const).map((there): Disk => ({
    ...Object.fromEntries(there.map((place) => [place, `old ${place}`])),
    next: 'new',
  }));

  it('wherever a swap is cut short, users have old or new ones and a former is kept', () => {
    fc.assert(
      fc.property(aDisk, fc.nat(4), (disk, done) => {
        const cut = after(disk, planSwap(found(disk)).slice(0, done));
        const recovered = after(cut, planRecovery(found(cut)));
        expect(['old target', 'new']).toContain(recovered.target);
        if (disk.target !== undefined && recovered.target === 'new') expect(recovered.former).toBe('old target');
        if (disk.former !== undefined) expect(recovered.former).toBeDefined();
        expect(Object.keys(recovered).sort()).toEqual(
          ['target', ...(recovered.former === undefined ? [] : ['former'])].sort(),
        );
      }),
    );
  });

  it('wherever a recovery is cut short, the next one ends the same', () => {
    const anyDisk = fc
      .subarray([...PLACES])
      .map((there): Disk => Object.fromEntries(there.map((place) => [place, place])));
    fc.assert(
      fc.property(anyDisk, fc.nat(4), (disk, done) => {
        const whole = after(disk, planRecovery(found(disk)));
        const cut = after(disk, planRecovery(found(disk)).slice(0, done));
        const again = after(cut, planRecovery(found(cut)));
        expect(again.target).toBe(whole.target);
        expect(planRecovery(found(again))).toEqual([]);
      }),
    );
  });
});
