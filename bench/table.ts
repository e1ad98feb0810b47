/** The table that is printed. Pure. */
import { describeGoal, isSkipped, judge, type Measured, type Row } from './row.js';
import type { Spread } from './statistics.js';

const GAP = '  ';
const HEAD = ['figure', 'what', 'ours', 'baseline', 'ratio', 'goal', 'verdict'];

export function tableOf(rows: readonly Row[]): string[] {
  const body = rows.map((row) => (isSkipped(row) ? [row.figure, row.what, '-', '-', '-', '-', 'skipped'] : cells(row)));
  const widths = HEAD.map((head, column) =>
    Math.max(...[[...HEAD], ...body].map((row) => row[column]?.length ?? 0), head.length),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...body.map(line), ...notes(rows)];
}

function cells(row: Measured): string[] {
  const { ours, baseline, ratio, verdict } = judge(row);
  return [
    row.figure,
    row.what,
    `${shown(ours)} ${row.unit}`,
    baseline && row.baseline ? `${shown(baseline)} ${row.unit} (${row.baseline.name})` : '-',
    ratio === undefined ? '-' : `${number(ratio)} ×`,
    row.goal === undefined ? '-' : describeGoal(row.goal, row.unit),
    verdict === 'no goal' ? '-' : verdict,
  ];
}

function notes(rows: readonly Row[]): string[] {
  const told = new Set(
    rows.flatMap((row) => {
      const note = isSkipped(row) ? `${row.what}: ${row.skipped}` : row.note;
      return note === undefined ? [] : [`${row.figure}: ${note}`];
    }),
  );
  return told.size === 0 ? [] : ['', ...told];
}

/** Median, and least and most behind it when they differ. */
function shown({ least, median, most }: Spread): string {
  return number(least) === number(most) ? number(median) : `${number(median)} (${number(least)}–${number(most)})`;
}

/** Three significant digits are more than a run repeats. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : 2);
}
