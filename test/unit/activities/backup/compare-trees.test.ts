import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asTree, compareTrees, type TreeEntry } from '../../../../activities/backup/compare-trees.js';

const file = (path: string, bytes = 1, changedMs = 0): TreeEntry => ({ path, type: 'file', bytes, changedMs });

describe('activities/backup/compare-trees', () => {
  it('tells what is overwritten, added and removed; directories do not count', () => {
    const wanted = [
      { ...file('d'), type: 'dir' as const },
      file('same'),
      file('size', 2),
      file('time', 1, 5),
      file('d/new', 9),
    ];
    const present = [file('same'), file('size', 3), file('time', 1, 6), file('gone'), file('spared/x'), file('spare')];
    expect(compareTrees(wanted, present, ['spared'])).toEqual({
      overwritten: ['size', 'time'],
      added: ['d/new'],
      removed: ['gone', 'spare'],
      bytes: 12,
    });
  });

  it('a file in the place of a link is overwritten', () => {
    expect(compareTrees([file('a')], [{ ...file('a'), type: 'symlink' }], []).overwritten).toEqual(['a']);
  });

  it('paths of a snapshot are told from the root of the part', () => {
    const mtime = '2026-01-02T00:00:00.123456789Z';
    const entries = ['/srv', '/srv/a', '/srv/a/b', '/srv/ab'].map((path) => ({ path, type: 'file', size: 1, mtime }));
    expect(asTree(entries, '/srv/a').map(({ path }) => path)).toEqual(['', 'b']);
    expect(asTree(entries, '/srv/a')[0]?.changedMs).toBe(Date.parse('2026-01-02T00:00:00.123Z'));
  });

  it('a tree that is as it was has no changes, and every path is told at most once', () => {
    const trees = fc
      .uniqueArray(fc.record({ path: fc.string(), bytes: fc.nat(9), changedMs: fc.nat(9) }), {
        selector: ({ path }) => path,
      })
      .map((entries) => entries.map((entry): TreeEntry => ({ type: 'file', ...entry })));
    fc.assert(
      fc.property(trees, trees, (wanted, present) => {
        expect(compareTrees(wanted, wanted, [])).toEqual({ overwritten: [], added: [], removed: [], bytes: 0 });
        const { overwritten, added, removed } = compareTrees(wanted, present, []);
        const all = [...overwritten, ...added, ...removed];
        expect(new Set(all).size).toBe(all.length);
        expect(added.length + present.length - removed.length).toBe(wanted.length);
      }),
    );
  });
});
