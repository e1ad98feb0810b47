/** The matrix as text. Pure. */
import type { Cell } from './cell.js';

export function renderMatrix(cells: readonly Cell[], order: readonly string[]): string {
  const victims = [...new Set(cells.map(({ victim }) => victim))];
  const rows = order.filter((where) => cells.some((cell) => cell.where === where));
  const table = [
    ['where', ...victims],
    ...rows.map((where) => [
      where,
      ...victims.map((victim) => word(cells.find((cell) => cell.where === where && cell.victim === victim))),
    ]),
  ];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...details(cells)].join('\n');
}

function word(cell: Cell | undefined): string {
  if (cell === undefined) return '-';
  return cell.differs.length === 0 ? `ok ${cell.seconds} s` : 'DIFFERS';
}

function details(cells: readonly Cell[]): string[] {
  const lines = cells.flatMap(({ where, victim, differs, notes, logs }) => [
    ...differs.map((sentence) => `${victim}/${where} differs: ${sentence}`),
    ...(logs === undefined ? [] : [`${victim}/${where} logs: ${logs}`]),
    ...notes.map((sentence) => `${victim}/${where}: ${sentence}`),
  ]);
  return lines.length === 0 ? [] : ['', ...lines];
}
