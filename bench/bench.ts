/** What every figure gets: how much is asked for, where to tell, and who takes away what it made. */
import type { Asked } from './arguments.js';
import type { Row } from './row.js';

export interface Bench {
  readonly asked: Asked;
  /** A line for who waits. */
  say(line: string): void;
  /** Called when the figure is done, last things first, however it ended. */
  defer(undo: () => Promise<unknown>): void;
  /** Kept in the result file beside the rows: what explains them. */
  explain(name: string, value: unknown): void;
}

export interface Figure {
  /** For `--only`. */
  name: string;
  /** What it measures, in a sentence. */
  about: string;
  measure(bench: Bench): Promise<Row[]>;
}
