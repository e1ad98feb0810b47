import { describe, expect, it } from 'vitest';
import {
  describeCell,
  knownReasons,
  mark,
  markdownTable,
  textTable,
  type Cell,
} from '../../../../scripts/fidelity/table.mjs';

const cell = (rev: string, envFile: string, differences: Cell['differences']): Cell => ({
  rev,
  envFile,
  differences,
  composeRefuses: false,
  notCompared: [],
});
const known = { kind: 'variable', name: 'A', upstream: '1', ours: '2', known: 'it is so' } as const;
const unknown = { kind: 'file', name: 'list', upstream: 'a', ours: 'b' } as const;
const CELLS = [cell('1.0', 'minimal', []), cell('1.0', 'values', [known]), cell('2.0', 'minimal', [known, unknown])];

describe('scripts/fidelity/table', () => {
  it('a cell says same, known, or how many of which kind', () => {
    expect(mark([])).toBe('=');
    expect(mark([known])).toBe('≈');
    expect(mark([known, unknown, unknown, { kind: 'variable', name: 'B', ours: '' }])).toBe('v1 f2');
  });

  it('tags go down and files go across', () => {
    expect(textTable(CELLS)).toBe('     minimal  values\n1.0  =        ≈\n2.0  f1');
    expect(markdownTable(CELLS)).toBe(
      '| tag | minimal | values |\n| --- | --- | --- |\n| 1.0 | = | ≈ |\n| 2.0 | f1 |  |',
    );
  });

  it('a reason is told once, with the tags that it was met at', () => {
    expect(knownReasons(CELLS)).toEqual(['- it is so (1.0, 2.0)']);
  });

  it('known differences are described when they are asked for', () => {
    const [last] = CELLS.slice(-1);
    if (last === undefined) throw new Error('no cell');
    expect(describeCell(last, false)).toEqual(['2.0 minimal: file list\n    upstream: "a"\n    ours:     "b"']);
    expect(describeCell(last, true)).toHaveLength(2);
  });

  it('of long texts the first line that differs is shown', () => {
    const long = `${'same\n'.repeat(100)}`;
    const differences = [{ kind: 'rendered', name: 'x', upstream: `${long}a`, ours: `${long}b` }] as const;
    expect(describeCell(cell('1.0', 'minimal', differences), false)).toEqual([
      '1.0 minimal: rendered x, line 101\n    upstream: "a"\n    ours:     "b"',
    ]);
  });
});
