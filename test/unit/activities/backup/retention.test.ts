import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../../activities/backup/restic-commands.js';
import { leftovers, readKeepOptions, selectionsOf, wrongPolicy } from '../../../../activities/backup/retention.js';

const DAY = 86_400_000;
const snapshot = (id: string, day: number, ...tags: string[]): Snapshot => ({
  id,
  short_id: id,
  time: new Date(day * DAY).toISOString(),
  paths: [],
  hostname: 'h',
  tags,
});

describe('activities/backup/retention', () => {
  it.each<[string, object | RegExp]>([
    ['--keep-daily=7 --keep-weekly=4 --keep-monthly=12', { daily: 7, weekly: 4, monthly: 12 }],
    ['--keep-last 3', { last: 3 }],
    ['-d 7 -y2', { daily: 7, yearly: 2 }],
    ['', /should keep something/],
    ['--keep-daily', /--keep-daily needs a number/],
    ['--keep-daily=x', /is not understood/],
    ['--keep-last 0', /last: /],
    ['--host other --keep-last 1', /--host is not understood/],
    ['--prune', /--prune is not understood/],
  ])('%s', (text, read) => {
    if (read instanceof RegExp) expect(readKeepOptions(text)).toMatch(read);
    else expect(readKeepOptions(text)).toEqual(read);
  });

  it('a policy keeps whole numbers from 1', () => {
    expect(wrongPolicy({ last: 1 })).toBeUndefined();
    expect(wrongPolicy({})).toMatch('keep something');
    expect(wrongPolicy({ last: -1 })).toMatch('last');
    expect(wrongPolicy({ forever: 1 } as object)).toMatch(/forever/);
  });

  it('each selection is counted by itself', () => {
    const of = (selection: string, tag = 'complete') => snapshot('a', 1, tag, `selection=${selection}`);
    expect(selectionsOf([of('user:*'), of('user:*'), of('logs:*'), of('application:*', 'incomplete')])).toEqual([
      'selection=user:*',
      'selection=logs:*',
    ]);
  });

  it('what no policy counts goes when there is something better, or after its days', () => {
    const snapshots = [
      snapshot('saved long ago', 1, 'before-restore=1'),
      snapshot('cut', 8, 'unfinished'),
      snapshot('part', 9, 'incomplete'),
      snapshot('thin form', 9, 'stack=a'),
      snapshot('saved', 9, 'before-restore=1'),
      snapshot('whole', 10, 'complete'),
      snapshot('runs', 11, 'unfinished'),
      snapshot('newest part', 12, 'incomplete'),
    ];
    expect(leftovers(snapshots, { now: 20 * DAY, days: 15 })).toEqual(['saved long ago', 'cut', 'part']);
    expect(
      leftovers(
        snapshots.filter(({ id }) => id !== 'whole'),
        { now: 20 * DAY, days: 15 },
      ),
    ).toEqual([]);
  });
});
