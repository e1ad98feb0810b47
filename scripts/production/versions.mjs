/** Names of images that the production form is started with, read from the file itself: whoever moves a version moves it there. */
import { readFileSync } from 'node:fs';

export const PRODUCTION_FILE = 'docker-compose.temporal.yml';
/** What the proof of the upgrade begins with: an older server whose schema is another one. */
export const FORMER_SERVER = '1.30.4';

/**
 * Images by repository, as the file names them; without those that a variable names.
 *
 * @param {string} text of the compose file
 * @returns {Readonly<Record<string, string>>} repository → tag
 */
export function imagesIn(text) {
  const named = [...text.matchAll(/^ +image: ([a-z0-9./-]+):([\w.-]+)/gm)];
  return Object.fromEntries(named.map(([, repository, tag]) => [repository, tag]));
}

/** @param {string} path */
export const imagesOfFile = (path) => imagesIn(readFileSync(path, 'utf8'));

/**
 * The worker's image, unless a variable names another.
 *
 * @param {string} path of the compose file
 */
export function workerImageOf(path) {
  const named = /^ +image: \$\{BIRDKEEPER_IMAGE:-(\S+)\}$/m.exec(readFileSync(path, 'utf8'))?.[1];
  if (named === undefined) throw new Error(`${PRODUCTION_FILE} names no image for the worker`);
  return named;
}

/**
 * The tag that the file names for a repository. Throws when it names none.
 *
 * @param {Readonly<Record<string, string>>} images
 * @param {string} repository
 */
export function tagOf(images, repository) {
  const tag = images[repository];
  if (tag === undefined) throw new Error(`${PRODUCTION_FILE} names no image ${repository}:TAG`);
  return tag;
}
