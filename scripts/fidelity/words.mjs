/**
 * Texts of programs as strings with one character for each byte (latin1), so that no byte is lost.
 *
 * @typedef {ReadonlyMap<string, string>} Variables
 */

/**
 * Words that each end with a NUL.
 *
 * @param {Buffer} bytes
 */
export const wordsOf = (bytes) => bytes.toString('latin1').split('\0').slice(0, -1);

/**
 * `NAME=VALUE` words.
 *
 * @param {Buffer} bytes
 * @returns {Variables}
 */
export const variablesOf = (bytes) =>
  new Map(
    wordsOf(bytes)
      .filter((word) => word.includes('='))
      .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );

/**
 * Values of the `-f` options of a call of Compose.
 *
 * @param {readonly string[]} words
 */
export const filesOf = (words) => words.filter((_, at) => words[at - 1] === '-f');

/**
 * Words as a shell makes them out of a text.
 *
 * @param {string} text
 */
export const splitWords = (text) => text.split(/[ \t\n]+/).filter((word) => word !== '');

/**
 * @param {Buffer} bytes
 * @returns {readonly string[]}
 */
export const linesOf = (bytes) => {
  const lines = bytes.toString('latin1').split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};
