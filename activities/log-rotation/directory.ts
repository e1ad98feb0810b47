/** One run on one directory of logs: what was cut short, then what is due, then what is quiet, then what is old. */
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { isMissing, unlessMissing } from '../shared/files.js';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { awaitCollapseCommand } from './commands.js';
import { compressWhenQuiet, recoverCompress } from './compress.js';
import { canCut, cutLock, cutLog, recoverCut } from './cut.js';
import { countedFrom, isDue } from './due.js';
import * as files from './log-file.js';
import { withLock } from './lock.js';
import { compressedName, excessFiles, isLogName, nextName } from './names.js';
import type { Ownership, RotationRules } from './rules.js';
import { tell, type Rotated, type Run } from './run.js';
import { recoverSetAside, setAside } from './set-aside.js';
import { StateFile } from './state.js';
import { writersOf } from './writers.js';

export interface LogDirectory {
  readonly directory: string;
  readonly stateDir: string;
  readonly rules: RotationRules;
  readonly env: Record<string, string>;
  readonly now: Date;
  /** Given: logs are always set aside, and this is told to the writer, which then opens new ones. */
  readonly writer?: { readonly create: Ownership; signal(): Promise<void> } | undefined;
}

export interface DirectoryResult {
  rotated: Rotated[];
  compressed: string[];
  removed: string[];
  /** Logs that were not due, and what is called x.log and is no file. */
  skipped: number;
}

/** A file that could not be worked on, or the signal that could not be sent. */
export interface Problem {
  readonly file: string;
  readonly error: unknown;
}

export interface Outcome {
  readonly result: DirectoryResult;
  readonly problems: readonly Problem[];
}

const LONGEST_WAIT_MS = 1300 * 1000;

/** A directory that does not exist has no logs. Throws Busy when another run works there. */
export async function rotateDirectory(request: LogDirectory, step: Step): Promise<Outcome> {
  const directory = await unlessMissing(realpath(request.directory));
  if (directory === undefined) {
    step.log.info('There is no directory of logs: nothing to rotate', { directory: request.directory });
    return { result: { rotated: [], compressed: [], removed: [], skipped: 0 }, problems: [] };
  }
  return withLock(directory, request.env, async () => {
    await mkdir(join(request.stateDir, 'log-rotation'), { recursive: true, mode: 0o700 });
    const state = await StateFile.open(request.stateDir, directory);
    const { stateDir, rules, env, now, writer } = request;
    return new Rotation({ directory, stateDir, rules, env, now, state, step, create: writer?.create }, writer).all();
  });
}

class Rotation {
  private readonly result: DirectoryResult = { rotated: [], compressed: [], removed: [], skipped: 0 };
  private readonly problems: Problem[] = [];
  private cuts: Promise<boolean> | undefined;

  constructor(
    private readonly run: Run,
    private readonly writer: LogDirectory['writer'],
  ) {}

  async all(): Promise<Outcome> {
    await this.recover();
    const logs = await this.observe();
    for (const log of logs) await this.attempt(log, () => this.rotateWhenDue(log));
    if (this.writer && this.run.state.value.signalDue) await this.signal();
    for (const name of Object.keys(this.run.state.value.setAside)) await this.attempt(name, () => this.compress(name));
    for (const log of logs) await this.attempt(log, () => this.removeOld(log));
    return { result: this.result, problems: this.problems };
  }

  /** What fails here keeps its place: the file is not worked on again before it is settled. */
  private async recover(): Promise<void> {
    const underway = Object.entries(this.run.state.value.underway);
    if (underway.length === 0) return;
    await awaitCollapse(this.run);
    for (const [name, intent] of underway) {
      await this.attempt(name, () => {
        if (intent.kind === 'cut') return recoverCut(this.run, name, intent);
        if (intent.kind === 'set aside') return recoverSetAside(this.run, name, intent);
        return recoverCompress(this.run, name, intent.to);
      });
    }
  }

  /** The logs there are; a new one starts its week now. */
  private async observe(): Promise<string[]> {
    const { directory, state, now } = this.run;
    const logs = (await files.namesIn(directory)).filter(isLogName).sort();
    await state.change((next) => {
      const known = logs.map((log) => {
        const { since, rotated = false, padding = 0 } = next.logs[log] ?? {};
        return [log, { since: countedFrom(since, now), rotated, padding }] as const;
      });
      next.logs = Object.fromEntries(known);
    });
    return logs;
  }

  private async rotateWhenDue(log: string): Promise<void> {
    const { directory, state, now, rules, step } = this.run;
    if (state.value.underway[log]) return;
    const found = await files.look(directory, log);
    const since = state.value.logs[log]?.since ?? now.toISOString();
    if (!found?.isFile() || !isDue({ since, bytes: Number(found.size) }, now, rules)) {
      this.result.skipped += 1;
      return;
    }
    if (found.nlink > 1n) {
      step.log.warn('A log has another name elsewhere (a hard link): left alone', { file: files.shownName(log) });
      this.result.skipped += 1;
      return;
    }
    const rotated = await this.rotate(log, nextName(log, await files.namesIn(directory), now));
    if (rotated === 'gone') this.result.skipped += 1;
    else this.result.rotated.push(rotated);
  }

  private async rotate(log: string, to: string): Promise<Rotated | 'gone'> {
    const { run, writer } = this;
    if (writer) {
      await run.state.change((state) => {
        state.signalDue = true;
      });
      return setAside(run, log, to);
    }
    return ((await this.mayCut(log)) ? await cutLog(run, log, to) : undefined) ?? setAside(run, log, to);
  }

  /** A writer that does not append would go on where it was, behind a hole. */
  private async mayCut(log: string): Promise<boolean> {
    this.cuts ??= canCut(this.run);
    if (!(await this.cuts)) return false;
    const found = await files.look(this.run.directory, log);
    return found === undefined || (await writersOf(found)).positioned === 0;
  }

  /** A writer that was told may still write a line before it opens the new logs: the quiet begins with the signal. */
  private async signal(): Promise<void> {
    const { state, now, step } = this.run;
    try {
      await this.writer?.signal();
      await state.change((next) => {
        next.signalDue = false;
        for (const renamed of Object.values(next.setAside).filter(({ told }) => !told)) {
          Object.assign(renamed, { told: true, since: now.toISOString() });
        }
      });
    } catch (error) {
      step.signal.throwIfAborted();
      this.problems.push({ file: 'signal', error });
    }
  }

  private async compress(name: string): Promise<void> {
    if ((await compressWhenQuiet(this.run, name)) === 'compressed') {
      this.result.compressed.push(files.shownName(compressedName(name)));
    }
  }

  private async removeOld(log: string): Promise<void> {
    const { directory, state, rules } = this.run;
    if (!state.value.logs[log]?.rotated) return;
    const held = new Set(Object.keys(state.value.setAside));
    for (const name of excessFiles(log, await files.namesIn(directory), rules.keep, held)) {
      const found = await files.look(directory, name);
      if (!found?.isFile()) continue;
      tell(this.run, 'remove', name);
      await files.removeFile(directory, name);
      this.result.removed.push(files.shownName(name));
    }
  }

  /** A file that fails does not stop the others; one that vanished is none of ours any more. */
  private async attempt(name: string, act: () => Promise<void>): Promise<void> {
    this.run.step.signal.throwIfAborted();
    try {
      await act();
    } catch (error) {
      this.run.step.signal.throwIfAborted();
      if (isMissing(error)) this.result.skipped += 1;
      else this.problems.push({ file: files.shownName(name), error });
    }
  }
}

async function awaitCollapse({ stateDir, env, step }: Run): Promise<void> {
  try {
    await runCommand(awaitCollapseCommand(cutLock(stateDir)), { env, signal: step.signal, timeoutMs: LONGEST_WAIT_MS });
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.reason === 'aborted') throw error;
    throw new StepFailure(FAILURES.busy, `A cut of a former run has not ended: ${messageOf(error)}`);
  }
}
