/** Makes, changes and reads real checkouts in tests. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, readlink, rm, writeFile, mkdir, lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Nothing of whoever runs the tests: no configuration, no keys, no prompt. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@localhost',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@localhost',
  GIT_TERMINAL_PROMPT: '0',
};

/** Runs git in `dir`; returns trimmed standard output. */
export async function git(dir: string, args: string[], environment: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run('git', args, {
    cwd: dir,
    env: { ...ENVIRONMENT, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trim();
}

/** A directory that others may enter, removed by `removeScratch`. */
export async function makeScratch(name: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), `birdkeeper-test-${name}-`));
  await chmod(dir, 0o755);
  return dir;
}

export const removeScratch = (dir: string): Promise<void> => rm(dir, { recursive: true, force: true });

export async function writeFiles(dir: string, files: Record<string, string | null>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    if (text === null) await rm(join(dir, path), { force: true });
    else await writeFile(join(dir, path), text);
  }
}

/** Writes (null: removes) files and commits everything; returns the commit. */
export async function commit(dir: string, files: Record<string, string | null>, message = 'change'): Promise<string> {
  await writeFiles(dir, files);
  await git(dir, ['add', '--all', '.']);
  await git(dir, ['commit', '--quiet', '--allow-empty', '--message', message]);
  return git(dir, ['rev-parse', 'HEAD']);
}

/** One hash over every path below `dir` with type, mode, owner and content. */
export async function fingerprint(dir: string, skip: (path: string) => boolean = () => false): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await walk(dir, '', skip)) {
    const stats = await lstat(join(dir, path));
    hash.update(`${path}\0${stats.mode}\0${stats.uid}:${stats.gid}\0`);
    if (stats.isSymbolicLink()) hash.update(await readlink(join(dir, path)));
    else if (stats.isFile()) hash.update(await readFile(join(dir, path)));
  }
  return hash.digest('hex');
}

async function walk(dir: string, below: string, skip: (path: string) => boolean): Promise<string[]> {
  const entries = await readdir(join(dir, below), { withFileTypes: true });
  const paths = entries.map((entry) => ({ entry, path: join(below, entry.name) })).filter(({ path }) => !skip(path));
  const nested = await Promise.all(
    paths.map(async ({ entry, path }) => (entry.isDirectory() ? [path, ...(await walk(dir, path, skip))] : [path])),
  );
  return nested.flat().sort();
}

/** Everything below `dir` to another user (root only). */
export async function giveAway(dir: string, uid: number): Promise<void> {
  await run('chown', ['-R', `${uid}:${uid}`, dir]);
}
