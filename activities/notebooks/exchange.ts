/**
 * How the content of a directory becomes that of another, the directory itself staying: containers that have it mounted go
 * on seeing it, which a rename of the directory would end. Pure.
 *
 * Every change is one call that happens or does not. A path that is in both trees is there at every moment, with all of its
 * old or all of its new content. Cut short anywhere, the plan of what is then there leads to the same end.
 */
import type { Entry, Manifest } from './manifest.js';

export type Change =
  /** What is in the way of something of another kind; with all that is in it. */
  | { readonly do: 'clear'; readonly path: string }
  | { readonly do: 'make directory'; readonly path: string }
  /** Owner and mode of a directory that stays. */
  | { readonly do: 'set right'; readonly path: string }
  /** A whole file or link takes the place of what is there. */
  | { readonly do: 'put'; readonly path: string }
  | { readonly do: 'remove'; readonly path: string }
  /** Only when nothing of another's is left in it. */
  | { readonly do: 'remove directory'; readonly path: string };

/** `ours`: what was deployed before and goes when it is not wanted any more; everything else that is there stays. */
export function planExchange(trees: { there: Manifest; wanted: Manifest; ours: Manifest }): Change[] {
  const { there, wanted, ours } = trees;
  const puts = [...wanted].flatMap(([path, entry]) => changesFor(path, entry, there.get(path)));
  const outdated = [...there].filter(([path]) => ours.has(path) && !wanted.has(path) && !isBelowLink(path, trees));
  const files = outdated.filter(([, { kind }]) => kind !== 'directory');
  const directories = outdated.filter(([, { kind }]) => kind === 'directory').reverse();
  return [
    ...puts,
    ...files.map(([path]) => ({ do: 'remove', path }) as const),
    ...directories.map(([path]) => ({ do: 'remove directory', path }) as const),
  ];
}

function changesFor(path: string, wanted: Entry, there: Entry | undefined): Change[] {
  if (wanted.kind === 'directory') {
    if (there === undefined) return [{ do: 'make directory', path }];
    if (there.kind !== 'directory')
      return [
        { do: 'clear', path },
        { do: 'make directory', path },
      ];
    return hasSameAccess(wanted, there) ? [] : [{ do: 'set right', path }];
  }
  if (there?.kind === 'directory')
    return [
      { do: 'clear', path },
      { do: 'put', path },
    ];
  return there && hasSameContent(wanted, there) && hasSameAccess(wanted, there) ? [] : [{ do: 'put', path }];
}

/** It went with the directory that a file or link took the place of. */
function isBelowLink(path: string, { wanted }: { wanted: Manifest }): boolean {
  const parts = path.split('/');
  return parts.some((_, at) => {
    const kind = at === 0 ? undefined : wanted.get(parts.slice(0, at).join('/'))?.kind;
    return kind !== undefined && kind !== 'directory';
  });
}

const hasSameContent = (one: Entry, other: Entry): boolean => one.kind === other.kind && one.content === other.content;

const hasSameAccess = (one: Entry, other: Entry): boolean =>
  one.mode === other.mode && one.uid === other.uid && one.gid === other.gid;

/** Paths that the changes take away or replace and that nothing of ours holds: they are kept before. */
export function lostBy(changes: readonly Change[], { there, ours }: { there: Manifest; ours: Manifest }): string[] {
  const gone = changes.filter(({ do: what }) => what === 'put' || what === 'remove' || what === 'clear');
  const cleared = changes.filter(({ do: what }) => what === 'clear').map(({ path }) => `${path}/`);
  const below = [...there.keys()].filter((path) => cleared.some((directory) => path.startsWith(directory)));
  return [...new Set([...gone.map(({ path }) => path), ...below])].filter((path) => {
    const [is, was] = [there.get(path), ours.get(path)];
    return is !== undefined && is.kind !== 'directory' && (was === undefined || !hasSameContent(is, was));
  });
}

/** Of what is there: all when nothing of it is known; else what is ours, and what is lost, with the directories around it. */
export function worthKeeping(there: Manifest, ours: Manifest | undefined, lost: readonly string[]): Manifest {
  if (ours === undefined) return there;
  const gone = new Set(lost);
  return new Map(
    [...there].filter(([path]) => ours.has(path) || gone.has(path) || lost.some((each) => each.startsWith(`${path}/`))),
  );
}
