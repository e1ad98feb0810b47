/** Versions as programs print them and as tags of images have them. Pure. */

/** The first number with dots in a text: `git version 2.39.5 (Apple …)`, `v2.40.3-desktop.1`. */
export const versionIn = (text: string): string | undefined => /\d+(?:\.\d+)+/.exec(text)?.[0];

/** What a tag of an image begins with (`4.4.29-focal`); undefined: it says no version (`latest`). */
export const versionOfTag = (tag: string): string | undefined => /^v?(\d+(?:\.\d+)*)/.exec(tag.trim())?.[1];

/** Whether `version` is `least` or newer, number by number. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split('.').map(Number));
  for (const [i, wanted] of (want ?? []).entries()) {
    const had = have?.[i] ?? 0;
    if (had !== wanted) return had > wanted;
  }
  return true;
}
