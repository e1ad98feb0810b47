/** What of a snapshot goes where. Pure. */
import { sep } from 'node:path';
import type { Manifest, ManifestPart } from './manifest.js';
import { DATA_KINDS, type DumpPart, type Part, type Selection } from './types.js';

export interface RestoreChoice {
  readonly parts: readonly ManifestPart[];
  readonly problems: readonly string[];
}

/** Parts of the selection; a component that the snapshot does not hold is a problem. */
export function chooseParts({ parts }: Pick<Manifest, 'parts'>, selection: Selection): RestoreChoice {
  const problems: string[] = [];
  const chosen = DATA_KINDS.flatMap((kind) => {
    const names = selection[kind] ?? [];
    const held = parts.filter(({ data }) => data === kind);
    if (names === '*' || names.includes('*')) return held;
    const known = [...new Set(held.map(({ component }) => component))];
    for (const name of names.filter((each) => !known.includes(each))) {
      problems.push(`it holds no ${kind} data of ${name} (of these: ${known.join(', ') || 'none'})`);
    }
    return held.filter(({ component }) => names.includes(component));
  });
  if (problems.length === 0 && chosen.length === 0) problems.push('it holds nothing of what was selected');
  return { parts: chosen, problems };
}

/** Databases that are given their dump while they run; the others' files are replaced while they do not. */
export const isFedRunning = (part: Part): part is Extract<DumpPart, { database: 'postgres' | 'mongo' }> =>
  part.kind === 'dump' && (part.database === 'postgres' || part.database === 'mongo');

/** Containers that must not run while the part is put back. */
export function stopsFor(part: Part): string[] {
  const own = part.kind === 'dump' && !isFedRunning(part) ? [part.container] : [];
  return [...new Set([...(part.stop ?? []), ...own])];
}

/** Stopped for all of it: nobody sees half of what is restored. Without those that have to run for their dump. */
export function stoppedThroughout(parts: readonly { readonly part: Part }[]): string[] {
  const needed = parts.flatMap(({ part }) => (isFedRunning(part) ? [part.container] : []));
  return [...new Set(parts.flatMap(({ part }) => stopsFor(part)))].filter((name) => !needed.includes(name));
}

/** Databases first: a later part may need their container stopped. */
export const inOrder = <T extends { readonly part: Part }>(parts: readonly T[]): T[] => [
  ...parts.filter(({ part }) => isFedRunning(part)),
  ...parts.filter(({ part }) => !isFedRunning(part)),
];

/** Logs, and what lies at or below a protected path, are laid aside instead of being written back. */
export function isLaidAside(
  data: ManifestPart['data'],
  target: string | undefined,
  protectedPaths: readonly string[],
): boolean {
  return data === 'logs' || (target !== undefined && protectedPaths.some((path) => isAtOrBelow(target, path)));
}

/** Protected paths below the target, relative to it. */
export const sparedBelow = (target: string, protectedPaths: readonly string[]): string[] =>
  protectedPaths
    .filter((path) => isAtOrBelow(path, target) && path !== target)
    .map((path) => path.slice(target.length + 1));

const isAtOrBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
