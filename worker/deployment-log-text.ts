/**
 * The text of the log files that people's log watchers know: frames around each run, lines between. Pure.
 *
 * The label of deployments is `triggerdeploy`, the outermost of the two that the former scheduler wrote into autodeploy.log:
 * watchers look there for the pair of START_TIME and END_TIME, and its inner `deploy` frame had no separator of its own.
 */
import { isoSeconds, printable } from '../client/text.js';
import type { LogFormat } from './host-settings.js';

export type LogFile = string;

/** Word of a file's frames: that of the former scheduler, else the name of the job. */
export const labelOf = (file: LogFile): string =>
  file === 'autodeploy.log' ? 'triggerdeploy' : file.replace(/\.log$/, '');

/** Which run a line belongs to. */
export interface RunKey {
  stack: string;
  /** Number of the deployment; of a job, what tells its runs apart (its start). */
  run: number | string;
}

export type LineLevel = 'info' | 'warn' | 'output';

export interface Line extends RunKey {
  at: Date;
  /** Phase of a deployment; of a job, its step. */
  phase: string;
  level: LineLevel;
  message: string;
}

const SEPARATOR = '='.repeat(10);
/** Words in the place of a phase: the first and the last line of a run, by which an open frame is known. */
export const BEGIN = 'begin';
export const END = 'end';

export interface FrameStart extends RunKey {
  label: string;
  startedAt: Date;
  about: string;
}
export interface FrameEnd extends FrameStart {
  endedAt: Date;
}

export function frameStart(format: LogFormat, frame: FrameStart): string {
  const start = isoSeconds(frame.startedAt);
  const first: Line = { ...frame, at: frame.startedAt, phase: BEGIN, level: 'info', message: frame.about };
  if (format === 'json') return lineText(format, first, { label: frame.label, START_TIME: start });
  return `${SEPARATOR}\n${frame.label} START_TIME=${start}\n${lineText(format, first)}`;
}

/** The two blanks before END_TIME let the times stand under each other. */
export function frameEnd(format: LogFormat, frame: FrameEnd): string {
  const start = isoSeconds(frame.startedAt);
  const end = isoSeconds(frame.endedAt);
  const last: Line = { ...frame, at: frame.endedAt, phase: END, level: 'info', message: frame.about };
  if (format === 'json') return lineText(format, last, { label: frame.label, START_TIME: start, END_TIME: end });
  return `${lineText(format, last)}\n${frame.label} finished START_TIME=${start}\n${frame.label} finished   END_TIME=${end}\n`;
}

/** One line for each line of the message: no text of others can pass for a frame or for another run's line. */
export function lineText(format: LogFormat, line: Line, more: Record<string, string> = {}): string {
  const parts = printable(line.message)
    .split('\n')
    .map((part) => part.trimEnd())
    .filter((part, _i, all) => part !== '' || all.length === 1);
  return parts.map((message) => `${oneLineText(format, { ...line, message }, more)}\n`).join('');
}

function oneLineText(format: LogFormat, line: Line, more: Record<string, string>): string {
  const { stack, run, phase, level, message } = line;
  const time = isoSeconds(line.at);
  if (format === 'json') return JSON.stringify({ time, stack, run, phase, level, message, ...more });
  const mark = { info: '', warn: 'WARNING ', output: '| ' }[level];
  return `${time} ${prefix({ stack, run }, phase)} ${mark}${message}`;
}

const prefix = ({ stack, run }: RunKey, phase: string): string => `[${stack} ${run} ${phase}]`;

export type FrameState = { is: 'none' } | { is: 'open'; startedAt: Date } | { is: 'closed' };

/**
 * What the end of a log file says of a run: whether its frame stands open, and since when. A step that runs twice asks
 * this instead of a memory that died with the worker. A last line that a crash cut short counts as not written.
 */
export function frameState(tail: string, key: RunKey): FrameState {
  let state: FrameState = { is: 'none' };
  let ending = false;
  let previous = '';
  for (const line of tail.split('\n').slice(0, -1)) {
    const seen = readLine(line, previous, key);
    if (seen?.phase === BEGIN) {
      state = { is: 'open', startedAt: seen.at };
      ending = false;
    } else if (seen?.phase === END) {
      if (seen.complete) state = { is: 'closed' };
      ending = true;
    } else if (ending && / finished {3}END_TIME=\S{25}$/.test(line)) state = { is: 'closed' };
    previous = line;
  }
  return state;
}

interface Seen {
  at: Date;
  phase: string;
  /** A JSON line ends the frame by itself; the text form needs its last pair. */
  complete: boolean;
}

/** A line with the word `begin` opens a frame only below its START_TIME: a step of that name may write lines too. */
function readLine(line: string, previous: string, key: RunKey): Seen | undefined {
  if (line.startsWith('{')) return readJsonLine(line, key);
  const at = line.slice(0, 25);
  const isOf = (phase: string) => line.startsWith(`${at} ${prefix(key, phase)} `);
  if (isOf(BEGIN) && /^[\w.-]+ START_TIME=\S{25}$/.test(previous)) {
    return { at: new Date(at), phase: BEGIN, complete: false };
  }
  return isOf(END) ? { at: new Date(at), phase: END, complete: false } : undefined;
}

function readJsonLine(line: string, key: RunKey): Seen | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const { time, stack, run, phase, START_TIME: start } = value as Record<string, unknown>;
    if (stack !== key.stack || run !== key.run || typeof time !== 'string' || start === undefined) return undefined;
    return phase === BEGIN || phase === END ? { at: new Date(time), phase, complete: true } : undefined;
  } catch {
    return undefined;
  }
}
