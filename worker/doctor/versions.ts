/** Versions as programs print them. Pure. */

/** The first number with dots in a text: `git version 2.39.5 (Apple …)`, `v2.40.3-desktop.1`. */
export const versionIn = (text: string): string | undefined => /\d+(?:\.\d+)+/.exec(text)?.[0];

/** Whether `version` is `least` or newer, number by number. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split('.').map(Number));
  for (const [i, wanted] of (want ?? []).entries()) {
    const had = have?.[i] ?? 0;
    if (had !== wanted) return had > wanted;
  }
  return true;
}
