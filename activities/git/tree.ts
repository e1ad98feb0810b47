/** What a commit has at one path. */
import { join } from 'node:path';
import type { Checkout } from '../stack/view.js';
import { Repository, requireCommit, type GitOptions } from './repository.js';

export interface TreeEntry {
  /** Six octal digits. */
  mode: string;
  id: string;
  kind: 'file' | 'link' | 'directory' | 'submodule';
  path: string;
}

const KINDS: Readonly<Record<string, TreeEntry['kind']>> = {
  '120000': 'link',
  '040000': 'directory',
  '160000': 'submodule',
};

/** Reads `git ls-tree -z`. Pure. */
export function parseTree(output: string): TreeEntry[] {
  return output.split('\0').flatMap((record) => {
    const [, mode = '', id = '', path = ''] = /^(\d{6}) \w+ ([0-9a-f]+)\t([^]*)$/.exec(record) ?? [];
    return path === '' ? [] : [{ mode, id, kind: KINDS[mode] ?? 'file', path }];
  });
}

/** Undefined when the commit has nothing there. */
export async function fileAt(repository: Repository, commit: string, path: string): Promise<TreeEntry | undefined> {
  const output = await repository.read(['ls-tree', '-z', commit, '--', path]);
  return parseTree(output).find((entry) => entry.path === path);
}

/** Every file that a commit has below a path, where it lies in the checkout; an empty path is the root. */
export async function filesUnder(
  checkout: Checkout,
  commit: string,
  path: string,
  options: GitOptions,
): Promise<{ path: string; id: string }[]> {
  const repository = await Repository.at(checkout.dir, options);
  const where = path === '' ? [] : ['--', path];
  const output = await repository.read(['ls-tree', '-r', '-z', '--full-tree', requireCommit(commit), ...where]);
  return parseTree(output).map(({ mode, id, path: file }) => ({ path: join(checkout.dir, file), id: `${mode} ${id}` }));
}

/** Text of a file in a commit; undefined when there is none, or the commit is not here. */
export async function textAt(
  checkout: Checkout,
  commit: string,
  path: string,
  options: GitOptions,
): Promise<string | undefined> {
  const repository = await Repository.at(checkout.dir, options);
  const args = ['cat-file', 'blob', `${requireCommit(commit)}:${path}`];
  // 128: no such object, or no file.
  const { stdout, status } = await repository.ask(args, { okStatuses: [0, 128] });
  return status === 0 ? stdout : undefined;
}
