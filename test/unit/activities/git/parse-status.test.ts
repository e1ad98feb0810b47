import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStatus } from '../../../../activities/git/parse-status.js';
import { hostileText } from '../../../support/hostile.js';

const id = (digit: string) => digit.repeat(40);

describe('activities/git/parse-status', () => {
  it('reads branch, commit and every kind of entry, with blanks and line breaks in paths', () => {
    const output = [
      `# branch.oid ${id('a')}`,
      '# branch.head main',
      '# branch.upstream origin/main',
      '# branch.ab +0 -1',
      `1 .M N... 100644 100644 100644 ${id('1')} ${id('2')} a file`,
      `1 D. N... 100644 000000 000000 ${id('1')} ${id('0')} gone`,
      `u UU N... 100644 100644 100644 100644 ${id('1')} ${id('2')} ${id('3')} both\nways`,
      '? new dir/',
      '',
    ].join('\0');
    expect(parseStatus(output)).toEqual({
      head: id('a'),
      branch: 'main',
      ahead: 0,
      behind: 1,
      entries: [
        { path: 'a file', kind: 'changed' },
        { path: 'gone', kind: 'changed' },
        { path: 'both\nways', kind: 'unmerged' },
        { path: 'new dir/', kind: 'untracked' },
      ],
    });
  });

  it('a detached HEAD has no branch, a new repository no commit', () => {
    expect(parseStatus(`# branch.oid ${id('a')}\0# branch.head (detached)\0`)).toEqual({ head: id('a'), entries: [] });
    expect(parseStatus('# branch.oid (initial)\0# branch.head main\0')).toEqual({ branch: 'main', entries: [] });
  });

  it('counts that git was told not to make are none', () => {
    expect(parseStatus('# branch.head main\0# branch.ab +? -?\0')).toEqual({ branch: 'main', entries: [] });
  });

  it('an untracked file that begins like a header is a file', () => {
    expect(parseStatus('? # branch.head x\0').entries).toEqual([{ path: '# branch.head x', kind: 'untracked' }]);
  });

  const path = hostileText.map((text) => text.replaceAll('\0', '') || 'x');
  const entry = fc.record({ path, kind: fc.constantFrom('changed', 'unmerged', 'untracked') });
  const FIELDS = {
    changed: `1 .M N... 100644 100644 100644 ${id('1')} ${id('2')}`,
    unmerged: `u UU N... 100644 100644 100644 100644 ${id('1')} ${id('2')} ${id('3')}`,
    untracked: '?',
  };

  it('reads every path and branch as it is, whatever its name', () => {
    fc.assert(
      fc.property(path, fc.array(entry, { maxLength: 5 }), (name, entries) => {
        fc.pre(name !== '(detached)');
        const records = entries.map(({ kind, path: at }) => `${FIELDS[kind]} ${at}\0`);
        const output = `# branch.oid ${id('a')}\0# branch.head ${name}\0${records.join('')}`;
        expect(parseStatus(output)).toEqual({ head: id('a'), branch: name, entries });
      }),
      { numRuns: 1_000 },
    );
  });

  it('has an answer to any output', () => {
    fc.assert(
      fc.property(fc.array(hostileText), (records) => {
        const { entries } = parseStatus(records.join('\0'));
        expect(entries.length).toBeLessThanOrEqual(records.join('\0').split('\0').length);
      }),
      { numRuns: 1_000 },
    );
  });
});
