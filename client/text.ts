/** Text for terminals and log files. Commit subjects, file names and output of others are data: they must not steer a terminal. */

// Built from escapes: no control character stands in this source.
const ESCAPE_SEQUENCE = new RegExp(
  '\\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)|[@-_])',
  'g',
);
const CONTROL = new RegExp('[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]', 'g');

/** Without escape sequences and control characters; line ends and tabs stay. */
export const printable = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(ESCAPE_SEQUENCE, '').replace(CONTROL, '');

/** The same, on one line. */
export const oneLine = (text: string): string => printable(text).replace(/\s+/g, ' ').trim();

export const short = (commit: string | undefined): string => (commit ?? 'unknown').slice(0, 7);

/** Lines whose cells stand under each other, two blanks between; the last cell is as long as it is. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const cells = rows.map((row) => row.map(oneLine));
  const widths: number[] = [];
  for (const row of cells) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return cells.map((row) => `${indent}${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
}

/** `5 s`, `3 min`, `2 h`, `4 days`. */
export const age = (fromIso: string, now: Date): string => span(now.getTime() - Date.parse(fromIso));

/** The same, of a time that is to come. */
export const until = (toIso: string, now: Date): string => span(Date.parse(toIso) - now.getTime());

function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (!Number.isFinite(seconds)) return 'an unknown time';
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** ISO 8601 to the second with the offset spelt out, as log watchers know it: `2026-11-24T10:00:00+00:00`. */
export const isoSeconds = (date: Date): string => `${date.toISOString().slice(0, 19)}+00:00`;
