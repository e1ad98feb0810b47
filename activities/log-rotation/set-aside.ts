/**
 * Rotates a log by giving it another name and making an empty one in its place, for file systems that take no blocks off and
 * for writers that are told. Who keeps it open goes on writing to the renamed file, which is compressed later.
 */
import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import * as files from './log-file.js';
import type { Ownership } from './rules.js';
import { intend, tell, type Rotated, type Run } from './run.js';
import type { IntentOf } from './state.js';

const PERMISSIONS = 0o7777;

export async function setAside(run: Run, log: string, to: string): Promise<Rotated | 'gone'> {
  const found = await files.look(run.directory, log);
  if (!found?.isFile()) return 'gone';
  const kept = { mode: Number(found.mode) & PERMISSIONS, uid: Number(found.uid), gid: Number(found.gid) };
  const wanted = run.create ?? kept;
  requireMayOwn(wanted);
  const intent = { kind: 'set aside', to, inode: files.inodeOf(found), ...wanted } as const;
  await intend(run, log, intent);
  tell(run, 'rename', log);
  await rename(files.pathIn(run.directory, log), files.pathIn(run.directory, to));
  await putInPlace(run, log, intent);
  return { file: files.shownName(log), to: files.shownName(to), bytes: Number(found.size) };
}

/** Before anything is renamed: the writer could not write to a file that belongs to us. */
function requireMayOwn({ uid, gid }: Ownership): void {
  const own = process.geteuid?.() ?? 0;
  if (own === 0 || (own === uid && (process.getegid?.() === gid || process.getgroups?.().includes(gid)))) return;
  throw new Error(`belongs to user ${uid}, group ${gid}, and only root could make the new one so`);
}

/** Twice: finds the file made. */
async function putInPlace(run: Run, log: string, intent: IntentOf<'set aside'>): Promise<void> {
  const { directory, state, now } = run;
  tell(run, 'create', log);
  await makeEmpty(directory, log, intent);
  await files.syncDirectory(directory);
  tell(run, 'note', log);
  const renamed = await files.look(directory, intent.to);
  const told = run.create === undefined;
  await state.change((next) => {
    next.logs[log] = { since: now.toISOString(), rotated: true, padding: 0 };
    if (renamed) {
      next.setAside[intent.to] = {
        log,
        told,
        bytes: Number(renamed.size),
        modifiedMs: Number(renamed.mtimeMs),
        since: now.toISOString(),
      };
    }
    next.signalDue ||= !told;
    delete next.underway[log];
  });
}

/** A writer may have been quicker: its file stays and gets owner and permissions. */
async function makeEmpty(directory: string, log: string, { mode, uid, gid }: Ownership): Promise<void> {
  const path = files.pathIn(directory, log);
  const { O_RDONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return;
    if (stats.uid !== uid || stats.gid !== gid) await file.chown(uid, gid);
    await file.chmod(mode);
  } finally {
    await file.close();
  }
}

export async function recoverSetAside(run: Run, log: string, intent: IntentOf<'set aside'>): Promise<void> {
  const renamed = await files.look(run.directory, intent.to);
  if (renamed && files.inodeOf(renamed) === intent.inode) {
    run.step.log.info('A rotation was cut short: finished', {
      file: files.shownName(log),
      to: files.shownName(intent.to),
    });
    return putInPlace(run, log, intent);
  }
  await run.state.change(({ underway }) => {
    delete underway[log];
  });
}
