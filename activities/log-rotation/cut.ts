/**
 * Rotates a log that something keeps open: its front is copied, then taken off in one step. Writers that append lose nothing
 * and notice nothing; no line is in both files.
 */
import { rename, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import { collapseCommand, CUT_WAIT_SECONDS, guardedCollapseCommand, isUnsupported } from './commands.js';
import { contentOf, copyPart } from './copy.js';
import { beginsWith, chooseFill, cutLength, isSameButPadding, leftPadding, padding, planCut } from './cut-plan.js';
import * as files from './log-file.js';
import { compressedName, PROBE_NAME, scratchName } from './names.js';
import { forget, intend, tell, type Opened, type Rotated, type Run } from './run.js';
import type { IntentOf } from './state.js';

const COMMAND_MS = (CUT_WAIT_SECONDS + 660) * 1000;
export const cutLock = (stateDir: string): string => join(stateDir, 'log-rotation', 'cut.lock');

/** `to` without `.gz`. Undefined when this log cannot be cut: it is as it was, and may be set aside. */
export async function cutLog(run: Run, log: string, to: string): Promise<Rotated | 'gone' | undefined> {
  const file = await files.openRegular(run.directory, log);
  if (file === undefined) return 'gone';
  try {
    const intent = await planOf(run, log, file, to);
    if (intent === undefined) return undefined;
    const opened = { log, file, intent };
    await copyFront(run, opened);
    if (!(await makeCut(run, opened))) return undefined;
    await nameCopy(run, opened);
    return { file: files.shownName(log), to: files.shownName(intent.to), bytes: intent.end - intent.from };
  } finally {
    await file.close();
  }
}

async function planOf(run: Run, log: string, file: FileHandle, to: string): Promise<IntentOf<'cut'> | undefined> {
  const { bsize } = await statfs(run.directory);
  const stats = await file.stat({ bigint: true });
  const linesEnd = await files.endOfLines(file, Number(stats.size));
  const length = cutLength(linesEnd, bsize);
  const cut = planCut(length, await files.readPart(file, length, linesEnd));
  if (cut === undefined) return undefined;
  const replaced = await files.readPart(file, cut.length, cut.end);
  const recorded = run.state.value.logs[log]?.padding ?? 0;
  const beginning = await files.readPart(file, 0, Math.max(recorded, replaced.length));
  const { compress } = run.rules;
  return {
    kind: 'cut',
    to: compress ? compressedName(to) : to,
    inode: files.inodeOf(stats),
    from: leftPadding(recorded, beginning),
    ...cut,
    fill: chooseFill(replaced.length, beginning),
    replaced: replaced.toString('base64'),
    compress,
    copied: false,
  };
}

async function copyFront(run: Run, { log, file, intent }: Opened<'cut'>): Promise<void> {
  await intend(run, log, intent);
  tell(run, 'copy', log);
  const { directory, step } = run;
  const target = { directory, name: scratchName(intent.to), compress: intent.compress };
  try {
    await copyPart({ source: file, from: intent.from, to: intent.end }, target, step.signal);
  } catch (error) {
    await forget(run, log);
    throw error;
  }
  await intend(run, log, { ...intent, copied: true });
}

/** False when the file system does not do it, for this file: it is as it was then. */
async function makeCut(run: Run, opened: Opened<'cut'>): Promise<boolean> {
  const { log, file, intent } = opened;
  try {
    tell(run, 'cut', log);
    if ((await file.stat()).size < intent.end) throw new Error('was shortened by somebody else in the meantime');
    await files.writePart(file, paddingOf(intent), intent.length);
    await file.datasync();
    tell(run, 'collapse', log);
    await collapse(run, file, intent.length);
    return true;
  } catch (error) {
    // The command may have been ended after it had done its work.
    if (await isCut(file, intent)) return true;
    await undo(run, opened);
    if (error instanceof CommandFailed && isUnsupported(error.stderr)) return false;
    throw error;
  }
}

/**
 * By the path of our own descriptor: the file that was copied and no other, and a command that a killed worker has just
 * started finds nothing there.
 */
const collapse = ({ step, env, stateDir }: Run, file: FileHandle, length: number) =>
  runCommand(guardedCollapseCommand(length, `/proc/${process.pid}/fd/${file.fd}`, cutLock(stateDir)), {
    env,
    signal: step.signal,
    timeoutMs: COMMAND_MS,
  });

const paddingOf = ({ end, length, fill }: IntentOf<'cut'>): Buffer => padding(end - length, fill);

async function isCut(file: FileHandle, intent: IntentOf<'cut'>): Promise<boolean> {
  const blank = paddingOf(intent);
  return beginsWith(await files.readPart(file, 0, blank.length), blank);
}

async function undo(run: Run, { log, file, intent }: Opened<'cut'>): Promise<void> {
  if ((await file.stat()).size >= intent.end) {
    await files.writePart(file, Buffer.from(intent.replaced, 'base64'), intent.length);
    await file.datasync();
  }
  await files.removeFile(run.directory, scratchName(intent.to));
  await forget(run, log);
}

/** Twice: the second finds the copy named. */
async function nameCopy(run: Run, { log, intent }: Pick<Opened<'cut'>, 'log' | 'intent'>): Promise<void> {
  tell(run, 'name', log);
  const { directory, state, now } = run;
  const scratch = scratchName(intent.to);
  if (await files.look(directory, scratch)) {
    await rename(files.pathIn(directory, scratch), files.pathIn(directory, intent.to));
  }
  await files.syncDirectory(directory);
  tell(run, 'note', log);
  await state.change(({ logs, underway }) => {
    logs[log] = { since: now.toISOString(), rotated: true, padding: intent.end - intent.length };
    delete underway[log];
  });
}

/**
 * After a run that was cut short: finished when the blocks are off, else taken back. A log that is no more what was copied (a
 * person emptied it) is left alone and the copy is kept.
 */
export async function recoverCut(run: Run, log: string, intent: IntentOf<'cut'>): Promise<void> {
  const { directory, step } = run;
  if (!intent.copied) {
    await files.removeFile(directory, scratchName(intent.to));
    return forget(run, log);
  }
  const file = await files.openRegular(directory, log);
  try {
    if (file && (await mayUndo(run, { log, file, intent }))) {
      step.log.info('A rotation was cut short before it took anything off: it begins anew', {
        file: files.shownName(log),
      });
      return await undo(run, { log, file, intent });
    }
    step.log.info('A rotation was cut short: finished', { file: files.shownName(log), to: files.shownName(intent.to) });
    await nameCopy(run, { log, intent });
  } finally {
    await file?.close();
  }
}

async function mayUndo(run: Run, { file, intent }: Opened<'cut'>): Promise<boolean> {
  const stats = await file.stat({ bigint: true });
  if (files.inodeOf(stats) !== intent.inode || Number(stats.size) < intent.end) return false;
  if (await isCut(file, intent)) return false;
  const copy = await files.openRegular(run.directory, scratchName(intent.to));
  if (copy === undefined) return false;
  try {
    let at = intent.from;
    for await (const piece of contentOf(copy, intent.compress)) {
      const live = await files.readPart(file, at, at + piece.length);
      if (!isSameButPadding(live, piece, at, intent, intent.fill)) return false;
      at += piece.length;
    }
    return at === intent.end;
  } finally {
    await copy.close();
  }
}

const PROBE_BLOCKS = 3;

/** Whether blocks can be taken off files here. */
export async function canCut({ directory, env, step }: Run): Promise<boolean> {
  const { bsize } = await statfs(directory);
  await files.removeFile(directory, PROBE_NAME);
  const probe = await files.createFile(directory, PROBE_NAME, 0o600);
  try {
    await probe.write(Buffer.alloc(PROBE_BLOCKS * bsize));
    await runCommand(collapseCommand(bsize, `/proc/${process.pid}/fd/${probe.fd}`), {
      env,
      signal: step.signal,
      timeoutMs: COMMAND_MS,
    });
    return true;
  } catch (error) {
    step.signal.throwIfAborted();
    if (error instanceof CommandFailed) return false;
    throw error;
  } finally {
    await probe.close();
    await files.removeFile(directory, PROBE_NAME);
  }
}
