/**
 * The log files beside the platform: `autodeploy.log`, `backup.log`, `notebookdeploy.log`. Written here rather than through
 * winston, whose file stream may still hold lines when a worker is killed: a frame must be on disk before its step returns,
 * or the step that runs again would write it twice. Each line opens the file anew, so that a rotated one is left at once.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../activities/shared/failures.js';
import type { Redact } from '../activities/shared/redact.js';
import {
  frameEnd,
  frameStart,
  frameState,
  lineText,
  labelOf,
  type LineLevel,
  type LogFile,
  type RunKey,
} from './deployment-log-text.js';
import type { LogFormat } from './host-settings.js';

/** What one frame can span and still be found open: the output of a long build included. */
const TAIL_BYTES = 4 * 1024 * 1024;

export interface RunLogOptions {
  directory: string;
  file: LogFile;
  format: LogFormat;
  redact: Redact;
  now?: () => Date;
  /** Hears once that the file cannot be written: a full disk must not end a deployment. */
  onProblem: (problem: string) => void;
}

export interface RunLog {
  readonly path: string;
  /** Opens the frame. Twice: nothing is written. Gives the start that the frame has. */
  openFrame(run: RunKey & { startedAt: Date; about: string; label?: string }): { startedAt: Date };
  /** One line, or one for each line of the message. */
  line(run: RunKey, phase: string, message: string, level?: LineLevel): void;
  /** Closes the frame. Twice: nothing. A frame that a rotation took away is closed all the same, with the start given. */
  closeFrame(run: RunKey & { startedAt: Date; about: string; label?: string }): void;
  /** A look that found nothing to do: one line without a frame. */
  remark(stack: string, message: string): void;
}

export function createRunLog(options: RunLogOptions): RunLog {
  const { format, redact } = options;
  const now = options.now ?? (() => new Date());
  const label = labelOf(options.file);
  const path = join(options.directory, options.file);
  let told = false;
  const safely = <T>(fallback: T, act: () => T): T => {
    try {
      return act();
    } catch (error) {
      if (!told) options.onProblem(`${path} cannot be written: ${messageOf(error)}`);
      told = true;
      return fallback;
    }
  };
  const write = (text: string): void => safely(undefined, () => append(options.directory, path, redact(text)));
  const state = (key: RunKey) => safely({ is: 'none' } as const, () => frameState(tailOfFile(path), key));

  return {
    path,
    openFrame(run) {
      const seen = state(run);
      if (seen.is === 'open') return { startedAt: seen.startedAt };
      write(frameStart(format, { label, ...run }));
      return { startedAt: run.startedAt };
    },
    line: (run, phase, message, level = 'info') =>
      write(lineText(format, { ...run, phase, message, level, at: now() })),
    closeFrame(run) {
      const seen = state(run);
      if (seen.is === 'closed') return;
      const startedAt = seen.is === 'open' ? seen.startedAt : run.startedAt;
      write(frameEnd(format, { label, ...run, startedAt, endedAt: now() }));
    },
    remark: (stack, message) =>
      write(lineText(format, { stack, run: '-', phase: 'check', level: 'info', at: now(), message })),
  };
}

/** One write for one text. A line that a crash cut short is ended first, so that what follows stands on its own line. */
function append(directory: string, path: string, text: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const file = openSync(path, 'a+', 0o644);
  try {
    writeSync(file, endsLine(file) ? text : `\n${text}`);
  } finally {
    closeSync(file);
  }
}

function endsLine(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last.toString() === '\n';
}

function tailOfFile(path: string): string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, TAIL_BYTES);
    const buffer = Buffer.alloc(length);
    readSync(file, buffer, 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    closeSync(file);
  }
}
