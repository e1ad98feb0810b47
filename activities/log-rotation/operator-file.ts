/** The operator's own logrotate file, run by logrotate itself. */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { readIfThere, writeAtomically } from '../shared/files.js';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { logrotateCommand, STATE_LOCKED_STATUS } from './commands.js';
import { usesCopytruncate } from './logrotate-text.js';

const LIMIT_MS = 60 * 60 * 1000;

export interface OperatorRun {
  /** Path of the logrotate file; paths in it are read as they are. */
  readonly operatorFile: string;
  readonly stateDir: string;
  readonly env: Record<string, string>;
}

/** Throws Configuration when the file cannot be read, ApplyFailed when logrotate ends with an error. */
export async function runOperatorFile(request: OperatorRun, step: Step): Promise<void> {
  const directory = join(request.stateDir, 'log-rotation');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const text = await textOf(request.operatorFile);
  const copy = join(directory, 'operator.logrotate');
  // logrotate refuses a file that does not belong to root or that others may write.
  await writeAtomically(copy, text, 0o644);
  await warnOnce(request, text, step);
  try {
    await runCommand(logrotateCommand(join(directory, 'logrotate.status'), copy), {
      cwd: directory,
      env: request.env,
      signal: step.signal,
      timeoutMs: LIMIT_MS,
      onLine: (line) => step.log.output(line),
    });
  } catch (error) {
    throw explain(error, request.operatorFile);
  }
}

async function textOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new StepFailure(
      FAILURES.configuration,
      `The logrotate file ${path} cannot be read (${messageOf(error)}): no log was rotated by it. Correct its name, or remove the setting.`,
    );
  }
}

/** Once for a text of the file: it is the operator's choice. */
async function warnOnce({ operatorFile, stateDir }: OperatorRun, text: Buffer, step: Step): Promise<void> {
  if (!usesCopytruncate(text.toString('utf8'))) return;
  const told = join(stateDir, 'log-rotation', 'told-copytruncate');
  const hash = createHash('sha256').update(text).digest('hex');
  if ((await readIfThere(told)) === hash) return;
  step.log.warn('copytruncate of the logrotate file loses lines that are written between its copy and its cut', {
    file: operatorFile,
  });
  await writeAtomically(told, hash);
}

function explain(error: unknown, file: string): unknown {
  if (!(error instanceof CommandFailed) || error.reason === 'aborted') return error;
  if (error.reason === 'not started') {
    return new StepFailure(
      FAILURES.configuration,
      `${error.message}. Is logrotate installed? apt-get install logrotate`,
    );
  }
  if (error.status === STATE_LOCKED_STATUS) {
    return new StepFailure(FAILURES.busy, `Another logrotate works by ${file}: it is tried again.`);
  }
  const told = error.stderr.split('\n').filter((line) => /^error:/.test(line));
  const errors = told.slice(0, 5).join('; ');
  return new StepFailure(
    FAILURES.applyFailed,
    `logrotate failed by ${file} (status ${error.status ?? error.reason})${errors === '' ? '' : `: ${errors}`}. Its whole output is in the log. Correct the file; what it could rotate is rotated.`,
  );
}
