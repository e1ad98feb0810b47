import { describe, expect, it } from 'vitest';
import { describeGoal, judge, type Measured } from '../../../bench/row.js';

const row = (more: Partial<Measured> = {}): Measured => ({
  figure: 'check',
  what: 'a look',
  unit: 's',
  ours: [1, 1.3, 9],
  baseline: { name: 'git ls-remote', values: [1, 0.9, 1.1] },
  goal: { times: 1.2, plus: 0.2 },
  ...more,
});

describe('bench/row', () => {
  it('medians are compared: one slow run decides nothing', () => {
    expect(judge(row())).toMatchObject({ ratio: 1.3, verdict: 'held' });
    expect(judge(row()).limit).toBeCloseTo(1.4);
  });

  it('a goal is missed above its limit', () => {
    expect(judge(row({ ours: [1.41] })).verdict).toBe('missed');
  });

  it('without a goal there is no verdict', () => {
    const { goal: _goal, ...rest } = row();
    expect(judge(rest)).not.toHaveProperty('limit');
    expect(judge(rest).verdict).toBe('no goal');
  });

  it('a goal of nought needs no baseline', () => {
    const { baseline: _baseline, ...rest } = row({ goal: { times: 0, plus: 0 } });
    expect(judge({ ...rest, ours: [0, 0, 0] })).toMatchObject({ limit: 0, verdict: 'held' });
    expect(judge({ ...rest, ours: [0, 0.1, 0.1] }).verdict).toBe('missed');
  });

  it('there is no ratio to a baseline of nought', () => {
    expect(judge(row({ baseline: { name: 'nothing', values: [0] } }))).not.toHaveProperty('ratio');
  });

  it.each([
    [{ times: 1.2, plus: 0.2 }, '≤ 1.2 × + 0.2 s'],
    [{ times: 1.3, plus: 0 }, '≤ 1.3 ×'],
    [{ times: 0, plus: 0 }, '≤ 0 s'],
  ])('the goal %j is shown as %s', (goal, text) => {
    expect(describeGoal(goal, 's')).toBe(text);
  });
});
