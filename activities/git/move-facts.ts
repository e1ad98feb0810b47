/** Reads what `planMove` decides on: from the repository and the disk, never from memory. */
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { withLayOut } from './lay-out.js';
import { liesAt, onDisk } from './on-disk.js';
import { parseStatus, statusCommand, withoutOurs, type Status } from './parse-status.js';
import type { MoveFacts } from './recover-plan.js';
import type { Repository } from './repository.js';

export type Move = Pick<MoveFacts, 'from' | 'to' | 'target' | 'interrupted' | 'moves'> & {
  /** Absolute paths of files that we rendered. */
  rendered: readonly string[];
};

export async function moveFacts(repository: Repository, move: Move): Promise<MoveFacts> {
  const { from, to, target, interrupted, moves, rendered } = move;
  const status = parseStatus(await repository.read(statusCommand('all')));
  const changes = await changesTo(repository, target === 'to' ? [from, to] : [to, from]);
  const paths = changes.map(({ path }) => path);
  const ours = new Set(interrupted ? paths : []);
  const differing = withoutOurs(status.entries, repository.dir, rendered).filter(({ path }) => !ours.has(path));
  const locks = await locksOf(repository, status);
  return {
    ...{ from, to, target, interrupted, moves },
    head: status.head,
    detached: status.branch === undefined,
    index: await indexSide(repository, move),
    changed: interrupted ? await states(repository, move, paths) : [],
    edited: differing.filter(({ kind }) => kind !== 'untracked').map(({ path }) => path),
    untracked: differing.filter(({ kind }) => kind === 'untracked').map(({ path }) => path),
    inTheWay: interrupted ? [] : await inTheWay(repository, changes),
    locks,
    gitRunning: locks.length === 0 ? [] : await gitProcesses(repository.dir),
  };
}

interface Change {
  path: string;
  /** Only the commit that is moved to has it. */
  added: boolean;
}

async function changesTo(repository: Repository, commits: [string, string]): Promise<Change[]> {
  return parseChanges(await repository.read(['diff-tree', '-r', '-z', '--name-status', '--no-renames', ...commits]));
}

/** Reads `git diff-tree --name-status -z` of two commits: a letter, a path, and so on. Pure. */
export function parseChanges(output: string): Change[] {
  const fields = output.split('\0');
  const changes: Change[] = [];
  for (let start = 0; start + 1 < fields.length; start += 2) {
    changes.push({ path: fields[start + 1] ?? '', added: fields[start] === 'A' });
  }
  return changes;
}

async function states(repository: Repository, { from, to }: Move, paths: string[]): Promise<MoveFacts['changed']> {
  return withLayOut(repository, [from, to], async ([fromTree = '', toTree = '']) => {
    const found: { path: string; disk: Awaited<ReturnType<typeof onDisk>> }[] = [];
    for (const path of paths) {
      found.push({ path, disk: await onDisk(repository.dir, path, { from: fromTree, to: toTree }) });
    }
    return found;
  });
}

/** Also ignored files: git would write over them without a word. */
async function inTheWay(repository: Repository, changes: readonly Change[]): Promise<string[]> {
  const found: string[] = [];
  for (const { path, added } of changes) if (added && (await liesAt(repository.dir, path))) found.push(path);
  return found;
}

async function indexSide(repository: Repository, { from, to }: Move): Promise<MoveFacts['index']> {
  const holds = async (commit: string) =>
    (await repository.ask(['diff-index', '--cached', '--quiet', commit], { okStatuses: [0, 1] })).status === 0;
  if (await holds(from)) return 'from';
  return (await holds(to)) ? 'to' : 'neither';
}

/** Every lock that moving a branch takes. */
async function locksOf(repository: Repository, { branch }: Status): Promise<string[]> {
  const names = ['index.lock', 'HEAD.lock', 'ORIG_HEAD.lock'];
  if (branch !== undefined) names.push(`refs/heads/${branch}.lock`);
  const output = await repository.read(['rev-parse', ...names.flatMap((name) => ['--git-path', name])]);
  const paths = output
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => resolve(repository.dir, path));
  const there = await Promise.all(
    paths.map((path) =>
      lstat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => there[index]);
}

/**
 * Processes of git whose working directory lies in the checkout. Empty where there is no /proc; processes of other
 * users are seen by root only.
 */
export async function gitProcesses(dir: string): Promise<number[]> {
  const names = await readdir('/proc').catch((): string[] => []);
  const found = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map(async (pid) => ((await isGitIn(pid, dir)) ? [Number(pid)] : [])),
  );
  return found.flat();
}

async function isGitIn(pid: string, dir: string): Promise<boolean> {
  try {
    const command = (await readFile(join('/proc', pid, 'comm'), 'utf8')).trim();
    if (command !== 'git' && !command.startsWith('git-')) return false;
    const cwd = await readlink(join('/proc', pid, 'cwd'));
    return cwd === dir || cwd.startsWith(dir + sep);
  } catch {
    // It ended meanwhile, or is none of ours to look at.
    return false;
  }
}
