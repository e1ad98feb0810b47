/** What a restore would change in a directory. Pure. */
import type { SnapshotEntry } from './restic-commands.js';

export interface TreeEntry {
  /** From the root of the tree; empty for the root. */
  readonly path: string;
  readonly type: 'file' | 'dir' | 'symlink' | 'other';
  readonly bytes: number;
  /** Whole milliseconds since 1970. */
  readonly changedMs: number;
}

export interface TreeChanges {
  readonly overwritten: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Bytes of what is overwritten and added. */
  readonly bytes: number;
}

/** `root`: path of the tree in the snapshot. */
export function asTree(entries: readonly SnapshotEntry[], root: string): TreeEntry[] {
  return entries
    .filter(({ path }) => path === root || path.startsWith(`${root}/`))
    .map(({ path, type, size, mtime }) => ({
      path: path.slice(root.length + 1),
      type: type === 'file' || type === 'dir' || type === 'symlink' ? type : 'other',
      bytes: size ?? 0,
      changedMs: Math.floor(Date.parse(mtime)),
    }));
}

/** By type, size and time of change: contents are compared when it is done, not when it is told. `spared` stay as they are. */
export function compareTrees(
  wanted: readonly TreeEntry[],
  present: readonly TreeEntry[],
  spared: readonly string[],
): TreeChanges {
  const isSpared = (path: string) => spared.some((each) => path === each || path.startsWith(`${each}/`));
  const content = (tree: readonly TreeEntry[]) => tree.filter(({ path, type }) => type !== 'dir' && !isSpared(path));
  const [files, there] = [content(wanted), content(present)];
  const now = new Map(there.map((entry) => [entry.path, entry]));
  const then = new Set(files.map(({ path }) => path));
  const differs = (entry: TreeEntry): boolean => {
    const other = now.get(entry.path);
    if (other === undefined) return false;
    return other.type !== entry.type || other.bytes !== entry.bytes || other.changedMs !== entry.changedMs;
  };
  const overwritten = files.filter(differs);
  const added = files.filter(({ path }) => !now.has(path));
  return {
    overwritten: overwritten.map(({ path }) => path),
    added: added.map(({ path }) => path),
    removed: there.filter(({ path }) => !then.has(path)).map(({ path }) => path),
    bytes: [...overwritten, ...added].reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
