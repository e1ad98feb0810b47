/** What the demo prints. */

const GAP = '  ';

export type Print = (line: string) => void;

export interface ActResult {
  title: string;
  asTold: boolean;
  seconds: number;
  /** What was seen, in one line; why not, when it did not go as told. */
  note: string;
}

/** Tells one act: each line with the seconds since the act began. */
export class Telling {
  private readonly begun = Date.now();

  constructor(private readonly print: Print) {}

  get seconds(): number {
    return (Date.now() - this.begun) / 1000;
  }

  say(line: string): void {
    this.print(`${seconds(this.seconds).padStart(8)}${GAP}${line}`);
  }
}

export const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** The closing table. Pure. */
export function summaryTable(results: readonly ActResult[]): string[] {
  const rows = [
    ['act', 'as told', 'time', 'seen'],
    ...results.map(({ title, asTold, seconds: time, note }) => [title, asTold ? 'yes' : 'NO', seconds(time), note]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}
