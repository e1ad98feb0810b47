/**
 * Deprecated names beside the names that replaced them: who gets whose value, by the rules of upstream's reader. Pure: it is
 * told the values and gives the assignments.
 */
import type { AliasPair } from './alias-table.js';
import { isName } from './variables.js';

export interface Assignment {
  readonly to: string;
  readonly from: string;
}

/** A value after a copy, which loses newlines at its end; with `words` blanks collapse as well. */
export type Copied = (value: string) => string;

export const copiedAs = (how: 'text' | 'words'): Copied =>
  how === 'text'
    ? (value) => value.replace(/\n+$/, '')
    : (value) =>
        value
          .split(/[ \t\n]+/)
          .filter((word) => word !== '')
          .join(' ');

/** `OLD=NEW` words, as BIRDHOUSE_BACKWARDS_COMPATIBLE_VARIABLES has them; words of another form are told apart. */
export function parseAliases(list: string): { pairs: AliasPair[]; wrong: string[] } {
  const words = list.split(/\s+/).filter((word) => word !== '');
  const split = words.map((word): AliasPair => {
    const equals = word.indexOf('=');
    return equals < 0 ? [word, word] : [word.slice(0, equals), word.slice(equals + 1)];
  });
  const isRight = ([old, replacement]: AliasPair) => isName(old) && isName(replacement);
  return { pairs: split.filter(isRight), wrong: words.filter((_, at) => !isRight(split[at] ?? ['', ''])) };
}

/** An unset deprecated name takes the value of its replacement; the last pair of the table is the first to do so. */
export function fillOld(pairs: readonly AliasPair[], values: Map<string, string>, copied: Copied): Assignment[] {
  return [...pairs].reverse().flatMap(([old, replacement]) => {
    const value = values.get(replacement);
    if (value === undefined || values.has(old)) return [];
    values.set(old, copied(value));
    return [{ to: old, from: replacement }];
  });
}

/** A deprecated name that is set gives its value to the replacement; the last pair of the table has the last word. */
export function fillNew(pairs: readonly AliasPair[], values: Map<string, string>, copied: Copied): Assignment[] {
  return pairs.flatMap(([old, replacement]) => {
    const value = values.get(old);
    if (value === undefined) return [];
    values.set(replacement, copied(value));
    return [{ to: replacement, from: old }];
  });
}

/** Lists that name a replacement name the deprecated one as well: what is appended, in the order of the table. */
export function extended(pairs: readonly AliasPair[], list: string, mark: '$' | ''): string[] {
  const words = new Set(list.split(/\s+/));
  return pairs.flatMap(([old, replacement]) => {
    if (!words.has(`${mark}${replacement}`)) return [];
    words.add(`${mark}${old}`);
    return [`${mark}${old}`];
  });
}
