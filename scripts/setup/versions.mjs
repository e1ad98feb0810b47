/**
 * The first version number in a text, as `[major, minor, patch]`; undefined when there is none.
 *
 * @param {string} text
 * @returns {readonly [number, number, number] | undefined}
 */
export function versionIn(text) {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/**
 * Whether the first version number in `text` is at least `least`. A text without one is not.
 *
 * @param {string} text
 * @param {string} least
 */
export function isAtLeast(text, least) {
  const [have, want] = [versionIn(text), versionIn(least)];
  if (!have || !want) return false;
  const [major, minor, patch] = have;
  if (major !== want[0]) return major > want[0];
  if (minor !== want[1]) return minor > want[1];
  return patch >= want[2];
}

/**
 * The server's version in the output of `temporal --version`: the command line's own may read 0.0.0-DEV.
 *
 * @param {string} output
 */
export function temporalServerVersion(output) {
  return /\bServer (\d+\.\d+\.\d+)/.exec(output)?.[1];
}
