/** Paths of a checkout as people are shown them. Pure. */

const MOST_CHARACTERS = 120;
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/**
 * As it is, when it can be shown; else quoted, with what breaks a line or steers a terminal as `?`. Of a long one the end,
 * which holds the name of the file.
 */
export function shownPath(path: string): string {
  const shown = UNSHOWN.test(path) ? `"${[...path].map((c) => (UNSHOWN.test(c) ? '?' : c)).join('')}"` : path;
  const characters = [...shown];
  return characters.length <= MOST_CHARACTERS ? shown : `…${characters.slice(1 - MOST_CHARACTERS).join('')}`;
}
