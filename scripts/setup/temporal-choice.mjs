import { isAtLeast } from './versions.mjs';

/** Updates, which `birdkeeper deploy` is one of, are on by default from this server on. */
export const LEAST_TEMPORAL_SERVER = '1.25.0';

/**
 * @typedef {object} Candidate
 * @property {string} path
 * @property {string | undefined} server version of the dev server inside; undefined when the program does not run
 */

/**
 * Which Temporal command line is used. One that a person named is used or complained about, never passed over; one
 * on PATH that is too old is passed over.
 *
 * @param {{ named?: Candidate, onPath?: Candidate, cached?: Candidate }} candidates
 * @returns {{ use: string, detail: string } | { missing: string, blocked: boolean }}
 */
export function chooseTemporalCli({ named, onPath, cached }) {
  if (named) {
    return isUsable(named)
      ? { use: named.path, detail: describe(named, 'named by BIRDKEEPER_TEMPORAL_CLI') }
      : { missing: `BIRDKEEPER_TEMPORAL_CLI names ${named.path}, ${whyNot(named)}`, blocked: true };
  }
  if (onPath && isUsable(onPath)) return { use: onPath.path, detail: describe(onPath, 'on PATH') };
  if (cached && isUsable(cached)) return { use: cached.path, detail: describe(cached, 'in our cache') };
  const passedOver = onPath ? ` (${onPath.path}: ${whyNot(onPath)})` : '';
  return { missing: `none on PATH or in our cache${passedOver}`, blocked: false };
}

/** @param {Candidate} candidate */
const isUsable = ({ server }) => server !== undefined && isAtLeast(server, LEAST_TEMPORAL_SERVER);

/**
 * @param {Candidate} candidate
 * @param {string} where
 */
const describe = ({ path, server }, where) => `${path} (server ${server}), ${where}`;

/** @param {Candidate} candidate */
const whyNot = ({ server }) =>
  server === undefined
    ? 'which does not answer to --version'
    : `whose server ${server} is older than ${LEAST_TEMPORAL_SERVER}`;
