/** Copies files, links and directories with owner, mode and times; links are copied as links. */
import { chmod, copyFile, lchown, lstat, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises';
import { userInfo } from 'node:os';

const isRoot = userInfo().uid === 0;
const SLASH = Buffer.from('/');

/** Names are bytes, which need not be UTF-8. */
type Path = string | Buffer;

/** What lies in `from` into the existing directory `to`. */
export async function copyInside(from: Path, to: Path): Promise<void> {
  for (const name of await readdir(from, { encoding: 'buffer' })) await copyEntry(inside(from, name), inside(to, name));
}

const inside = (dir: Path, name: Buffer): Buffer => Buffer.concat([Buffer.from(dir), SLASH, name]);

/** One entry with everything below it. `to` must not exist. Sockets, pipes and devices are left out. */
export async function copyEntry(from: Path, to: Path): Promise<void> {
  const stats = await lstat(from);
  if (stats.isSymbolicLink()) await symlink(await readlink(from, { encoding: 'buffer' }), to);
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
