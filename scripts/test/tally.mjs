/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {readonly { name: string, reason: string }[]} skipped
 */

/** @type {Tally} */
export const NOTHING = { passed: 0, failed: 0, skipped: [] };

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export const sum = (tallies) =>
  tallies.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: [...total.skipped, ...skipped],
    }),
    NOTHING,
  );

/**
 * Numbers of a vitest run. A run that did not end well and counted no failure (a file that cannot be loaded, an error
 * outside every test, a crash before the report) is one failure: it must never pass.
 *
 * @param {Tally | undefined} reported
 * @param {number | null} status
 * @returns {Tally}
 */
export function judge(reported, status) {
  const tally = reported ?? NOTHING;
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** @param {Tally} tally */
export const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped.length} skipped`;

/**
 * 1 when something failed, or when nothing ran.
 *
 * @param {Tally} tally
 */
export const exitStatus = ({ passed, failed }) => (failed > 0 || passed === 0 ? 1 : 0);
