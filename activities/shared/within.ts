/** Whether one path lies in another. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { unlessMissing } from './files.js';

/** Whether a path is `outer` or lies below it, by their names alone. Both are absolute. */
export function isWithin(path: string, outer: string): boolean {
  const way = relative(outer, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`));
}

/** Whether a path that is named below `root` is somewhere else by its symbolic links. */
export const leadsOut = async (path: string, root: string): Promise<boolean> =>
  !isWithin(await realPlace(path), await realPlace(root));

/** Real path; of what does not exist yet: where it will be. */
export async function realPlace(path: string): Promise<string> {
  const found = await unlessMissing(realpath(path));
  return found ?? join(await realPlace(dirname(path)), basename(path));
}
