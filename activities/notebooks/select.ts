/** Which files of a source go where. Pure. */
import { posix } from 'node:path';
import { fixedPart, globToRegExp, isGlob } from './glob.js';
import type { NotebookMap } from './list.js';

export interface Selected {
  /** Relative to the source. */
  readonly from: string;
  /** Relative to the target. */
  readonly to: string;
}

/**
 * `from` is a file, a directory, whose content is meant, or a pattern; what is in front of the first `*` is left out of where a
 * file goes: `docs/*.ipynb` into `hydro` makes `hydro/a.ipynb`. `include` and `exclude` are patterns of what remains.
 */
export function select(files: readonly string[], map: NotebookMap): Selected[] {
  const from = posix.normalize(map.from).replace(/\/$/, '');
  const matches = matcherOf(from);
  const base = isGlob(from) ? fixedPart(from) : from === '.' ? '' : from;
  const include = map.include?.map(globToRegExp);
  const exclude = map.exclude?.map(globToRegExp) ?? [];
  return files.filter(matches).flatMap((file) => {
    const rest = file === base ? posix.basename(file) : base === '' ? file : file.slice(base.length + 1);
    const isWanted = (include?.some((pattern) => pattern.test(rest)) ?? true) && !exclude.some((no) => no.test(rest));
    return isWanted ? [{ from: file, to: posix.join(map.to, rest) }] : [];
  });
}

function matcherOf(from: string): (file: string) => boolean {
  if (from === '.') return () => true;
  if (!isGlob(from)) return (file) => file === from || file.startsWith(`${from}/`);
  const pattern = globToRegExp(from);
  return (file) => pattern.test(file);
}
