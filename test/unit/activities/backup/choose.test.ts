import { describe, expect, it } from 'vitest';
import { chooseSnapshot, releaseOf, type WantedSnapshot } from '../../../../activities/backup/choose.js';
import type { Snapshot } from '../../../../activities/backup/restic-commands.js';
import type { DataKind } from '../../../../activities/backup/types.js';

const snapshot = (id: string, ...tags: string[]): Snapshot => ({
  id: id.repeat(8),
  short_id: id.repeat(8).slice(0, 8),
  time: '2026-01-02T03:04:05Z',
  paths: [],
  hostname: 'h',
  tags,
});
const SNAPSHOTS = [
  snapshot('aa', 'complete', 'release=1', 'selection=application:*+user:*'),
  { ...snapshot('bb', 'complete', 'release=2', 'selection=application:*'), original: 'b0'.repeat(8) },
  snapshot('cc', 'incomplete', 'release=2'),
  snapshot('dd', 'unfinished'),
  snapshot('ee', 'before-restore=aaaaaaaa'),
  { ...snapshot('ff'), tags: null },
];

describe('activities/backup/choose', () => {
  const choose = (wanted: WantedSnapshot, ...kinds: DataKind[]) => {
    const found = chooseSnapshot(SNAPSHOTS, wanted, kinds);
    return typeof found === 'string' ? found : found.short_id;
  };

  it.each<[WantedSnapshot, DataKind[], string]>([
    ['latest', ['application'], 'bbbbbbbb'],
    ['latest', ['application', 'user'], 'bbbbbbbb'],
    ['latest', ['user'], 'aaaaaaaa'],
    [{ release: 1 }, ['application'], 'aaaaaaaa'],
    [{ id: 'bbbbbbbbbb' }, [], 'bbbbbbbb'],
    [{ id: 'b0b0b0b0' }, [], 'bbbbbbbb'],
    [{ id: 'eeeeeeee' }, [], 'eeeeeeee'],
  ])('%j with %j is %s', (wanted, kinds, id) => {
    expect(choose(wanted, ...kinds)).toBe(id);
  });

  it.each<[WantedSnapshot, DataKind[], RegExp]>([
    ['latest', ['logs'], /no complete snapshot holds logs data/],
    [{ release: 2 }, ['user'], /no complete snapshot of release 2 holds user data/],
    [{ release: 9 }, [], /no complete snapshot of release 9 \(there are 2 of others\)/],
    [{ id: 'cccccccc' }, [], /is incomplete/],
    [{ id: 'dddddddd' }, [], /was cut short/],
    [{ id: 'ffffffff' }, [], /without a manifest: restore it by hand/],
    [{ id: '12345678' }, [], /has no snapshot 12345678/],
    [{ id: 'aa' }, [], /is no id/],
    [{ id: '--all   ' }, [], /is no id/],
  ])('%j with %j is refused: %s', (wanted, kinds, message) => {
    expect(choose(wanted, ...kinds)).toMatch(message);
  });

  it('tells the release of a snapshot', () => {
    expect(SNAPSHOTS.map(releaseOf)).toEqual([1, 2, 2, null, null, null]);
  });
});
