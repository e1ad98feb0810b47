import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commit, git, writeFiles } from '../../../support/git-checkout.js';

export const FROM: Record<string, string> = {
  'a.txt': 'a of from\n',
  'sub/b.txt': 'b of from\n',
  'same.txt': 'same\n',
  'gone.txt': 'gone in to\n',
  'becomes-dir': 'a file\n',
  '.gitignore': 'env.local\n',
};
export const TO: Record<string, string | null> = {
  'a.txt': 'a of to, longer\n',
  'sub/b.txt': 'b of to, longer\n',
  'gone.txt': null,
  'added.txt': 'added, long enough\n',
  'becomes-dir': null,
  'becomes-dir/file': 'in a directory\n',
};

/** A checkout at `from`, whose upstream is at `to`. */
export async function makePair(
  place: string,
  fromFiles: Record<string, string | null>,
  toFiles: Record<string, string | null>,
): Promise<{ dir: string; from: string; to: string }> {
  const [author, dir] = [join(place, 'author'), join(place, 'platform')];
  await mkdir(author, { recursive: true });
  await git(author, ['init', '--quiet', '--initial-branch=main']);
  const from = await commit(author, fromFiles, 'from');
  await git(place, ['clone', '--quiet', author, dir]);
  const removed = Object.fromEntries(Object.entries(toFiles).filter(([, text]) => text === null));
  await writeFiles(author, removed);
  await writeFiles(author, { 'env.local.example': '' });
  if ('added.txt' in toFiles) {
    await writeFiles(author, { 'env.local': 'tracked now\n' });
    await git(author, ['add', '--force', 'env.local']);
  }
  const to = await commit(author, toFiles, 'to');
  await git(dir, ['fetch', '--quiet', 'origin']);
  return { dir, from, to };
}
