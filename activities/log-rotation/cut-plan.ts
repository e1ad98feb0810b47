/**
 * Where a log that something writes to is cut. The file system takes whole blocks off the front of a file in one step, and
 * writers that append go on; a line lies across the end of those blocks. It goes with the part that is cut off, to its
 * end, and what of it stays in the log becomes one blank line ("padding"), which the next rotation leaves out. Pure.
 */
export interface Cut {
  /** Bytes that are taken off: whole blocks. */
  readonly length: number;
  /** The rotated file ends here: behind the first line that ends beyond `length`. */
  readonly end: number;
}

const NEWLINE = 0x0a;
/** A blank and a newline: two paddings of a length must differ, see `chooseFill`. */
const LEAST_PADDING = 2;

/** The most that can be taken off, for a log whose last whole line ends at `linesEnd`. 0: less than a block. */
export const cutLength = (linesEnd: number, blockBytes: number): number =>
  Math.max(0, Math.floor((linesEnd - LEAST_PADDING) / blockBytes) * blockBytes);

/** `rest` are the bytes of the log from `length` to where its last whole line ends. */
export function planCut(length: number, rest: Buffer): Cut | undefined {
  const newline = rest.indexOf(NEWLINE, LEAST_PADDING - 1);
  return length === 0 || newline < 0 ? undefined : { length, end: length + newline + 1 };
}

export const FILLS = [' ', '\t'] as const;
export type Fill = (typeof FILLS)[number];

/** One blank line of so many bytes. */
export const padding = (bytes: number, fill: Fill): Buffer => Buffer.from(`${fill.repeat(bytes - 1)}\n`);

/**
 * A padding that the log does not begin with, so that a look at its beginning tells whether the cut was made: the padding is
 * written behind the blocks first and comes to the front by the cut alone.
 */
export function chooseFill(bytes: number, beginning: Buffer): Fill {
  return beginsWith(beginning, padding(bytes, ' ')) ? '\t' : ' ';
}

export const beginsWith = (beginning: Buffer, bytes: Buffer): boolean =>
  beginning.subarray(0, bytes.length).equals(bytes);

/** Length of the blank line that a former rotation left, when the log still begins with it; else 0. */
export function leftPadding(recorded: number, beginning: Buffer): number {
  if (recorded < LEAST_PADDING) return 0;
  return FILLS.some((fill) => beginsWith(beginning, padding(recorded, fill))) ? recorded : 0;
}

/**
 * Whether two equally long parts are the same, but for bytes that a padding may have taken the place of: those from `end` of
 * the cut backwards to its `length`. `at` is where the parts begin in the log.
 */
export function isSameButPadding(live: Buffer, copy: Buffer, at: number, cut: Cut, fill: Fill): boolean {
  if (live.equals(copy)) return true;
  const expected = Buffer.from(copy);
  const blank = padding(cut.end - cut.length, fill);
  for (let i = Math.max(0, cut.length - at); i < expected.length && at + i < cut.end; i += 1) {
    const filled = blank[at + i - cut.length];
    if (live[i] === filled) expected[i] = filled ?? 0;
  }
  return live.equals(expected);
}
