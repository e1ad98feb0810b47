/** Names of checkouts, unique in a stack. Pure. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Checkout } from '../stack/view.js';

/**
 * The basename of each directory. Of several with one basename the first keeps it and the others get a suffix made
 * from their path, so that a name stays when checkouts are added behind it. The same directory twice counts once.
 */
export function nameCheckouts(dirs: readonly string[]): Checkout[] {
  const taken = new Set<string>();
  return [...new Set(dirs)].map((dir) => {
    const base = basename(dir) || 'root';
    const name = taken.has(base) ? `${base}-${pathMark(dir)}` : base;
    taken.add(name);
    return { name, dir };
  });
}

const pathMark = (dir: string): string => createHash('sha256').update(dir).digest('hex').slice(0, 8);
