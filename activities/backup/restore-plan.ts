/** What of a snapshot goes where. Pure. */
import { sep } from 'node:path';
import type { Manifest, ManifestPart } from './manifest.js';
import { DATA_KINDS, type DumpPart, type Part, type Selection } from './types.js';

export interface RestoreChoice {
  readonly parts: readonly ManifestPart[];
  readonly problems: readonly string[];
}

/** Parts of the selection; a component of which the snapshot holds none of the kinds that name it is a problem. */
export function chooseParts({ parts }: Pick<Manifest, 'parts'>, selection: Selection): RestoreChoice {
  const problems = absentIn(parts, selection);
  const chosen = DATA_KINDS.flatMap((kind) =>
    parts.filter(({ data, component }) => data === kind && isNamed(component, selection[kind])),
  );
  if (problems.length === 0 && chosen.length === 0) problems.push('it holds nothing of what was selected');
  return { parts: chosen, problems };
}

/** Who names a component for several kinds of data means those that it has: few have all. */
function absentIn(parts: readonly ManifestPart[], selection: Selection): string[] {
  const names = DATA_KINDS.flatMap((kind) => (isAll(selection[kind]) ? [] : (selection[kind] ?? [])));
  return [...new Set(names)].flatMap((name) => {
    const kinds = DATA_KINDS.filter((kind) => isNamed(name, selection[kind]));
    const held = parts.filter(({ data }) => kinds.includes(data)).map(({ component }) => component);
    if (held.includes(name)) return [];
    const known = [...new Set(held)].sort().join(', ') || 'none';
    return [`it holds no ${kinds.join(' or ')} data of ${name} (of these: ${known})`];
  });
}

type Named = Selection[keyof Selection];
const isAll = (names: Named): boolean => names === '*' || (names ?? []).includes('*');
const isNamed = (component: string, names: Named): boolean => isAll(names) || (names ?? []).includes(component);

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
