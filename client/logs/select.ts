/** Which lines of a log are asked for. Pure. */
import { closesFrame, opensFrame, type LogItem } from './parse.js';

export interface Wanted {
  stack: string;
  /** Frame of this deployment; undefined: the newest frame and everything after it. */
  number: number | undefined;
  /** Another file than that of the deployments: each of its frames is a run of a job, and its number a time. */
  file?: string;
}

export interface Selected {
  /** Undefined: what is asked for does not begin in these lines. */
  items: LogItem[] | undefined;
  /** The frame is closed: nothing more can come. */
  isComplete: boolean;
}

/** `items`: lines of all stacks, oldest first. Of two frames of one number the newer one counts. */
export function select(items: readonly LogItem[], { stack, number, file }: Wanted): Selected {
  const own = items.filter(({ entry }) => entry.stack === stack);
  const begin = own.findLastIndex((item) =>
    number === undefined
      ? opensFrame(item) && (file !== undefined || isDeployment(item))
      : opensFrame(item) && item.entry.run === number,
  );
  if (begin < 0) return { items: undefined, isComplete: false };
  if (number === undefined) return { items: own.slice(begin), isComplete: false };
  return untilClosed(own.slice(begin), number);
}

function untilClosed(items: readonly LogItem[], number: number): Selected {
  const frame = items.filter(({ entry }) => entry.run === number);
  const end = frame.findIndex(closesFrame);
  return end < 0 ? { items: frame, isComplete: false } : { items: frame.slice(0, end + 1), isComplete: true };
}

/** Jobs write frames of their own, with a time in the place of the number. */
const isDeployment = ({ entry }: LogItem): boolean => typeof entry.run === 'number';

/** Numbers of the deployments whose frames begin in these lines, oldest first. */
export const numbersIn = (items: readonly LogItem[], stack: string): number[] =>
  items.flatMap((item) => {
    const { run, stack: its } = item.entry;
    return its === stack && typeof run === 'number' && opensFrame(item) ? [run] : [];
  });
