/** Reads the lines of `autodeploy.log` back, in both of its forms. `worker/deployment-log-text.ts` writes them. Pure. */

export interface LogEntry {
  time: string;
  stack: string;
  /** Number of the deployment; `-` for a look. */
  run: number | string;
  phase: string;
  level: 'info' | 'warn' | 'output';
  message: string;
  /** With the first and the last line of a frame. */
  label?: string;
  START_TIME?: string;
  /** With the last line of a frame only. */
  END_TIME?: string;
}

export interface LogItem {
  entry: LogEntry;
  /** The lines as they stand in the file. */
  text: string[];
}

export const opensFrame = ({ entry }: LogItem): boolean =>
  entry.START_TIME !== undefined && entry.END_TIME === undefined;
export const closesFrame = ({ entry }: LogItem): boolean => entry.END_TIME !== undefined;

const SEPARATOR = /^={10}$/;
const START = /^([\w.-]+) START_TIME=(\S+)$/;
const FINISHED_START = /^([\w.-]+) finished START_TIME=(\S+)$/;
const FINISHED_END = /^([\w.-]+) finished {3}END_TIME=(\S+)$/;
const LINE =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d) \[([a-z0-9][a-z0-9_-]*) (\S+) ([a-z][a-z ]*)\] (\| |WARNING )?(.*)$/;

/**
 * Takes a file line by line. Lines of other programs (the scheduler of old wrote the same file) are left out. The last line
 * of a frame is held back until its two times have come; `flush` gives it when nothing follows.
 */
export class LogReader {
  private head: string[] = [];
  private end: LogItem | undefined;

  push(line: string): LogItem[] {
    const continued = this.continueEnd(line);
    if (continued !== undefined) return continued;
    const held = this.flush();
    if (SEPARATOR.test(line)) {
      this.head = [line];
      return held;
    }
    if (START.test(line)) {
      this.head.push(line);
      return held;
    }
    const item = line.startsWith('{') ? jsonItem(line) : textItem(line, this.head);
    this.head = [];
    if (item === undefined) return held;
    if (item.entry.phase === 'end' && !line.startsWith('{')) {
      this.end = item;
      return held;
    }
    return [...held, item];
  }

  flush(): LogItem[] {
    const held = this.end === undefined ? [] : [this.end];
    this.end = undefined;
    return held;
  }

  private continueEnd(line: string): LogItem[] | undefined {
    if (this.end === undefined) return undefined;
    const [, label, start] = FINISHED_START.exec(line) ?? [];
    const [, , endTime] = FINISHED_END.exec(line) ?? [];
    const { entry, text } = this.end;
    // A blank line sets the two times apart.
    if (line === '' && entry.START_TIME === undefined) {
      this.end = { entry, text: [...text, line] };
      return [];
    }
    if (label !== undefined && start !== undefined) {
      this.end = { entry: { ...entry, label, START_TIME: start }, text: [...text, line] };
      return [];
    }
    // Without its start the pair was cut by a crash and is no end.
    if (endTime === undefined || entry.START_TIME === undefined) return undefined;
    this.end = undefined;
    return [{ entry: { ...entry, END_TIME: endTime }, text: [...text, line] }];
  }
}

function textItem(line: string, head: readonly string[]): LogItem | undefined {
  const [, time, stack, run, phase, mark, message = ''] = LINE.exec(line) ?? [];
  if (time === undefined || stack === undefined || run === undefined || phase === undefined) return undefined;
  const level = mark === '| ' ? 'output' : mark === undefined ? 'info' : 'warn';
  const entry: LogEntry = { time, stack, run: /^\d{1,15}$/.test(run) ? Number(run) : run, phase, level, message };
  const [, label, start] = START.exec(head.at(-1) ?? '') ?? [];
  if (phase !== 'begin' || label === undefined || start === undefined) return { entry, text: [line] };
  return { entry: { ...entry, label, START_TIME: start }, text: [...head, line] };
}

function jsonItem(line: string): LogItem | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const given = value as Record<string, unknown>;
  const text = (name: string): string | undefined => (typeof given[name] === 'string' ? given[name] : undefined);
  const { run } = given;
  const [time, stack, phase, message] = [text('time'), text('stack'), text('phase'), text('message')];
  const level = (['info', 'warn', 'output'] as const).find((word) => word === given.level);
  const isRun = typeof run === 'number' || typeof run === 'string';
  if (time === undefined || stack === undefined || phase === undefined || message === undefined) return undefined;
  if (!isRun || level === undefined) return undefined;
  const more = { label: text('label'), START_TIME: text('START_TIME'), END_TIME: text('END_TIME') };
  const entry: LogEntry = { time, stack, run, phase, level, message, ...defined(more) };
  return { entry, text: [shown(entry)] };
}

const defined = (fields: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined));

/** A JSON line as the text form would have it: a person reads it. */
function shown({ time, stack, run, phase, level, message }: LogEntry): string {
  const mark = { info: '', warn: 'WARNING ', output: '| ' }[level];
  return `${time} [${stack} ${run} ${phase}] ${mark}${message}`;
}
