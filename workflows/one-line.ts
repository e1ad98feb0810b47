/** Text of others on one line: nothing that breaks it, steers a terminal, turns its rest around or is half a character. Pure. */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();

/** The same, at most `most` characters; a longer one ends in `…`. Never cut inside a character. */
export function shortLine(text: string, most: number): string {
  const line = oneLine(text);
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}
