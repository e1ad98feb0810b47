/** One line of the result: what was measured, against what, and whether the goal was kept. Pure. */
import { median, spreadOf, type Spread } from './statistics.js';

/** ours ≤ times × baseline + plus, in the unit of the row. */
export interface Goal {
  times: number;
  plus: number;
}

export const UNITS = ['s', 'CPU s', 'MB', 'kB', 'events', '1'] as const;
export type Unit = (typeof UNITS)[number];

export interface Measured {
  /** Name of the figure that measured it, as for `--only`. */
  figure: string;
  /** What was measured, readable alone. */
  what: string;
  unit: Unit;
  /** A value per run, in the order of the runs. */
  ours: readonly number[];
  baseline?: { name: string; values: readonly number[] };
  goal?: Goal;
  /** What one must know to read it. */
  note?: string;
}

/** Something that could not be measured, and why. */
export interface Skipped {
  figure: string;
  what: string;
  skipped: string;
}

export type Row = Measured | Skipped;

export const isSkipped = (row: Row): row is Skipped => 'skipped' in row;

export type Verdict = 'held' | 'missed' | 'no goal';

export interface Judged {
  ours: Spread;
  baseline?: Spread;
  /** Median of ours by median of the baseline; absent without a baseline, or when that is 0. */
  ratio?: number;
  /** Most that the goal allows for the median of ours. */
  limit?: number;
  verdict: Verdict;
}

export function judge({ ours, baseline, goal }: Measured): Judged {
  const own = spreadOf(ours);
  const other = baseline && spreadOf(baseline.values);
  const limit = goal && goal.times * (other?.median ?? 0) + goal.plus;
  return {
    ours: own,
    ...(other === undefined ? {} : { baseline: other }),
    ...(other === undefined || other.median === 0 ? {} : { ratio: own.median / other.median }),
    ...(limit === undefined ? {} : { limit }),
    verdict: limit === undefined ? 'no goal' : median(ours) <= limit ? 'held' : 'missed',
  };
}

/** `≤ 1.2 × + 0.2 s` */
export function describeGoal({ times, plus }: Goal, unit: Unit): string {
  const parts = [...(times === 0 ? [] : [`${times} ×`]), ...(plus === 0 && times !== 0 ? [] : [`${plus} ${unit}`])];
  return `≤ ${parts.join(' + ')}`;
}
