/**
 * A staged stack where no mount namespace can be had (a container without SYS_ADMIN): commands read the staged trees under
 * their own paths, and what they say is told with live ones. Three means: links that lead out of a staged tree lead to where
 * the view has their content (`stand-ins.ts`); the environment file is read from a copy, and compose gets an environment, in
 * which live paths are staged ones; and in all that comes back they are live ones again.
 */
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { mapPaths, namedLive, unusualPath } from './mapped-paths.js';
import { readMapped } from './mapped-reading.js';
import { mappedWrap } from './mapped-wrap.js';
import { plainPlace, type Place } from './place.js';
import { readText } from './reader/read-shell.js';
import { makeStandIns } from './stand-ins.js';
import type { Staged } from './staged-paths.js';

/** Why the paths of this stack cannot be mapped; undefined when they can. */
export function mappingTrouble(staged: Staged): string | undefined {
  const path = unusualPath(staged);
  return path === undefined
    ? undefined
    : `and paths cannot be mapped in its place, because ${JSON.stringify(path)} holds unusual characters`;
}

/** `why`: what keeps us from a mount namespace. Writes into the staged trees and beside them, nowhere else. */
export async function mappedPlace(
  staged: Staged,
  locate: (livePath: string) => string,
  directory: string,
  why: string,
): Promise<Place> {
  const [first] = staged.checkouts;
  if (first === undefined) return plainPlace(locate, (command) => command);
  const standIns = await makeStandIns(staged, locate);
  const realTrees = await Promise.all(
    staged.checkouts.map(async ({ dir, tree }) => ({ live: dir, staged: await realpath(tree) })),
  );
  const folder = dirname(first.tree);
  const map = mapPaths(staged, realTrees);
  /** Files that were read on the live side, and those in which every path was turned. */
  const readLive: string[] = [];
  const turned = new Set<string>();
  return {
    locate,
    standIns,
    read: async (options) => {
      const reading = await readMapped(options, { staged, realTrees, folder, locate });
      readLive.push(...reading.fromLive);
      turned.add(options.envFile);
      return reading;
    },
    wrapFor: (variables) =>
      mappedWrap({ variables, map, folder, directory: locate(directory), hasStandIns: standIns.size > 0 }),
    doubts: async ({ files, composeFiles }) => [
      `No mount namespace can be had (${why}): the new commits are read by mapped paths.`,
      ...readLive.map(
        (file) =>
          `${file} was read as it is now and not as the new commits have it: it is reached by a link from outside.`,
      ),
      ...(await doubtsIn(
        files.filter((file) => !turned.has(file)),
        staged,
        locate,
        false,
      )),
      ...(await doubtsIn(composeFiles, staged, locate, true)),
    ],
  };
}

/** Absolute paths of a checkout in a text: whatever is read from there is read on the live side. */
async function doubtsIn(
  files: readonly string[],
  staged: Staged,
  locate: (livePath: string) => string,
  mounted: boolean,
): Promise<string[]> {
  const found = await Promise.all(
    [...new Set(files)].map(async (file) => ({
      file,
      lines: namedLive(await readText(locate(file)), staged, mounted),
    })),
  );
  return found
    .filter(({ lines }) => lines.length > 0)
    .map(
      ({ file, lines }) =>
        `${file} names a checkout by its absolute path (line ${lines.slice(0, 5).join(', ')}): what is read from there is read as it is now.`,
    );
}
