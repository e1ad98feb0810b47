/** What the components of a stack are called. Pure. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/**
 * The basename of each directory. A second one of a name gets a suffix made out of its path, so that another order does
 * not swap the names that plans and records hold.
 */
export function nameComponents(dirs: readonly string[]): { dir: string; name: string }[] {
  const taken = new Set<string>();
  return dirs.map((dir) => {
    const plain = basename(dir) || 'root';
    const name = taken.has(plain) ? `${plain}-${createHash('sha256').update(dir).digest('hex').slice(0, 6)}` : plain;
    taken.add(name);
    return { dir, name };
  });
}
