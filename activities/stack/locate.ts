/** Reads staged content from outside the namespace: a live path is followed, links and all, through the staged trees. */
import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMissing } from '../shared/files.js';
import { physicalPath, type Staged } from './staged-paths.js';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/**
 * A link in a staged tree names a live path; opened as it is, it would give live content. So each part of the path is
 * looked at in the tree that is shown there. Throws on a loop of links.
 */
export function createLocator(staged: Staged): (livePath: string) => string {
  return (livePath) => {
    let real = '/';
    let links = 0;
    const rest = livePath.split('/').filter((part) => part !== '');
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (part === '.') continue;
      if (part === '..') {
        real = dirname(real);
        continue;
      }
      const next = join(real, part);
      const link = linkTarget(physicalPath(next, staged));
      if (link === undefined) {
        real = next;
        continue;
      }
      links += 1;
      if (links > MOST_LINKS) throw new Error(`${livePath}: too many links`);
      if (link.startsWith('/')) real = '/';
      rest.unshift(...link.split('/').filter((piece) => piece !== ''));
    }
    return physicalPath(real, staged);
  };
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
