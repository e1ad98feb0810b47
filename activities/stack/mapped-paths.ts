/**
 * Live paths and the staged paths that stand for them, in any text. Pure. For where no mount namespace can be had: what is read
 * gets staged paths, and what comes back is told with live ones.
 */
import type { Staged } from './staged-paths.js';

export interface PathMap {
  /** Live paths in a text, as the staged ones. */
  toStaged: (text: string) => string;
  /** Staged paths in a text, as the live ones. Undoes `toStaged`. */
  toLive: (text: string) => string;
  /** `toLive` as a script of sed. */
  sed: string;
}

/** Of what a file name is made: a match must neither begin nor end inside one. */
const IN_NAME = String.raw`\w.~+@%-`;
/** A path that a variable or another path goes before is not the one that it looks like. */
const BEFORE = String.raw`(?<![${IN_NAME}/})\x60])`;
const AFTER = `(?![${IN_NAME}])`;
/** Others are written differently by compose, JSON, sed or a shell, and could not be found again in what comes back. */
const USUAL = /^\/[\w ./:+,@%=~#()!-]+$/;

/** Further pairs stand for single files. The longest path decides, so that one checkout may lie inside another. */
export function mapPaths(
  { checkouts }: Pick<Staged, 'checkouts'>,
  files: readonly { live: string; staged: string }[],
): PathMap {
  const pairs = [...checkouts.map(({ dir, tree }) => ({ live: dir, staged: tree })), ...files];
  const back = new Map(pairs.map(({ live, staged }) => [staged, live]));
  const there = new Map([
    ...checkouts.map(({ dir, tree }): [string, string] => [dir, tree]),
    // The staged trees may lie inside a live checkout.
    ...[...back.keys()].map((staged): [string, string] => [staged, staged]),
  ]);
  return { toStaged: replacing(there, BEFORE), toLive: replacing(back, ''), sed: sedScript(back) };
}

/** The first path that cannot be mapped. */
export const unusualPath = ({ checkouts }: Pick<Staged, 'checkouts'>): string | undefined =>
  checkouts.flatMap(({ dir, tree }) => [dir, tree]).find((path) => !USUAL.test(path));

const longestFirst = (map: ReadonlyMap<string, string>): [string, string][] =>
  [...map].sort(([a], [b]) => b.length - a.length);

function replacing(map: ReadonlyMap<string, string>, before: string): (text: string) => string {
  if (map.size === 0) return (text) => text;
  const paths = longestFirst(map).map(([path]) => path.replace(/[^\w/]/g, String.raw`\$&`));
  const found = new RegExp(`${before}(?:${paths.join('|')})${AFTER}`, 'g');
  return (text) => text.replace(found, (path) => map.get(path) ?? path);
}

function sedScript(map: ReadonlyMap<string, string>): string {
  const lines = longestFirst(map).flatMap(([from, to]) => {
    const [pattern, result] = [from.replace(/[.#]/g, String.raw`\$&`), to.replace(/[&#]/g, String.raw`\$&`)];
    // The character after a match is part of it; the second one begins where the first one ended.
    return [`s#${pattern}\\([^A-Za-z0-9_.~+@%-]\\)#${result}\\1#g`, `s#${pattern}$#${result}#`];
  });
  return `${lines.join('\n')}\n`;
}

/**
 * Lines of a text that name a live checkout by its path, where something may be read from there: `mounted` leaves out the
 * sources of mounts, which are told and not read.
 */
export function namedLive(text: string, { checkouts }: Pick<Staged, 'checkouts'>, mounted: boolean): number[] {
  const there = new Map(checkouts.map(({ dir }) => [dir, '']));
  const names = replacing(there, BEFORE);
  return text.split('\n').flatMap((line, at) => {
    const code = line.replace(/(^|\s)#.*$/, '');
    const isMount = mounted && /^\s*(-\s*)?["']?(source:|\/[^:]*:)/.test(code);
    return names(code) === code || isMount ? [] : [at + 1];
  });
}
