/** Copies files, links and directories with owner, mode and times; links are copied as links. */
import { chmod, copyFile, lchown, lstat, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const isRoot = userInfo().uid === 0;

/** What lies in `from` into the existing directory `to`. */
export async function copyInside(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) await copyEntry(join(from, name), join(to, name));
}

/** One entry with everything below it. `to` must not exist. Sockets, pipes and devices are left out. */
export async function copyEntry(from: string, to: string): Promise<void> {
  const stats = await lstat(from);
  if (stats.isSymbolicLink()) await symlink(await readlink(from), to);
  else if (stats.isDirectory()) {
    await mkdir(to);
    await copyInside(from, to);
  } else if (stats.isFile()) await copyFile(from, to);
  else return;
  if (isRoot) await lchown(to, stats.uid, stats.gid);
  if (stats.isSymbolicLink()) return;
  // After the owner: a change of owner takes set-id bits away.
  await chmod(to, stats.mode & 0o7777);
  await utimes(to, stats.atime, stats.mtime);
}
