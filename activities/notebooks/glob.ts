/** Patterns for paths, as a shell has them. Pure. */

/**
 * `*` and `?` stand for characters of one name, not for a dot at its beginning; `**` for any number of directories; `{a,b}` for
 * either. Everything else stands for itself.
 */
export function globToRegExp(pattern: string): RegExp {
  // Two of them one behind the other mean what one means, and double the time at each level.
  const segments = pattern.split('/').filter((segment, at, all) => segment !== '**' || all[at - 1] !== '**');
  const last = segments.length - 1;
  const source = segments.map((segment, at) => {
    if (segment === '**')
      return at === last ? `${NOT_HIDDEN}[^/]+(?:/${NOT_HIDDEN}[^/]+)*` : `(?:${NOT_HIDDEN}[^/]+/)*`;
    return segmentSource(segment) + (at === last ? '' : '/');
  });
  return new RegExp(`^${source.join('')}$`);
}

const NOT_HIDDEN = '(?!\\.)';

function segmentSource(segment: string): string {
  const source = segment
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/\{([^{}]*)\}/g, (_, words: string) => `(?:${words.split(',').join('|')})`)
    .replace(/\*+/g, '[^/]*')
    // Not the one of a group.
    .replace(/(?<!\()\?/g, '[^/]');
  return /^[*?]/.test(segment) ? NOT_HIDDEN + source : source;
}

/** Each more multiplies the time that a name takes which does not match. */
export const MOST_STARS = 4;

export const hasTooManyStars = (pattern: string): boolean => {
  const segments = pattern.split('/');
  const most = Math.max(...segments.map((segment) => (segment === '**' ? 0 : (segment.match(/\*+/g) ?? []).length)));
  return most > MOST_STARS || segments.filter((segment) => segment === '**').length > MOST_STARS;
};

export const isGlob = (pattern: string): boolean => /[*?{]/.test(pattern);

/** The directory in front of the first pattern: `docs` of `docs/*.ipynb`; empty for the root. */
export function fixedPart(pattern: string): string {
  const segments = pattern.split('/');
  const first = segments.findIndex(isGlob);
  return segments.slice(0, first < 0 ? segments.length : first).join('/');
}
