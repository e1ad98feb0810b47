/** What the values in `ServiceFingerprint.contents` mean, for those who compare them. */

/** Key under which a build section and its contexts stand; every other key is a path. */
export const BUILD_KEY = 'build';

/**
 * A path that is one file has another mark than a directory: a file that is mounted singly goes stale when git replaces it,
 * which the plan has to know.
 */
export const contentMark = (single: boolean, hash: string): string => `${single ? 'file' : 'directory'}:${hash}`;

/** True of a content hash that stands for one file. */
export const isSingleFile = (hash: string | undefined): boolean => hash?.startsWith('file:') ?? false;
