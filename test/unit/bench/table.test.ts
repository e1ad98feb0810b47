import { describe, expect, it } from 'vitest';
import { number, tableOf } from '../../../bench/table.js';

describe('bench/table', () => {
  it('shows medians with their spread, ratio, goal and verdict, then the notes once each', () => {
    const note = 'settle windows are 0';
    const lines = tableOf([
      {
        figure: 'check',
        what: '3 checkouts',
        unit: 's',
        ours: [1, 2, 3],
        baseline: { name: 'ls-remote', values: [1, 1, 1] },
        goal: { times: 1.2, plus: 0.2 },
        note,
      },
      { figure: 'check', what: 'alone', unit: 's', ours: [0.5], note },
      { figure: 'worker', what: 'image size', skipped: 'there is no Dockerfile yet' },
    ]);
    expect(lines).toEqual([
      'figure  what         ours       baseline         ratio  goal             verdict',
      '------  -----------  ---------  ---------------  -----  ---------------  -------',
      'check   3 checkouts  2 (1–3) s  1 s (ls-remote)  2 ×    ≤ 1.2 × + 0.2 s  missed',
      'check   alone        0.50 s     -                -      -                -',
      'worker  image size   -          -                -      -                skipped',
      '',
      'check: settle windows are 0',
      'worker: image size: there is no Dockerfile yet',
    ]);
  });

  it.each([
    [0, '0'],
    [0.123, '0.12'],
    [12.34, '12.3'],
    [1234.5, '1235'],
    [7, '7'],
  ])('%d is shown as %s', (value, text) => {
    expect(number(value)).toBe(text);
  });
});
