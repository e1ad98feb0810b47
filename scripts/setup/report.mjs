/** Lines for the person who waits. One step is one block; a sign of life comes every ten seconds while it works. */

const SIGN_OF_LIFE_MS = 10_000;

/** A problem whose message is all that its reader needs: what failed, why, what to do. */
export class SetupProblem extends Error {
  /** @override */
  name = 'SetupProblem';
}

/**
 * @param {'ok' | 'missing' | 'making' | 'done' | 'failed'} word
 * @param {string} name
 * @param {string} detail
 */
export function tellStep(word, name, detail) {
  console.log(`  ${word.padEnd(8)} ${name.padEnd(22)} ${detail}`);
}

/** @param {string} text */
export function tellDetail(text) {
  console.log(text.replace(/^/gm, ' '.repeat(11)));
}

/**
 * Runs `work` and says every ten seconds that it still runs, and what it is at.
 *
 * @template T
 * @param {string} doing
 * @param {(at: (what: string) => void) => Promise<T>} work `at` takes the latest line of what it does
 * @returns {Promise<T>}
 */
export async function withSignOfLife(doing, work) {
  const start = Date.now();
  let latest = '';
  const timer = setInterval(() => {
    tellDetail(`… ${doing}, ${inWords(Date.now() - start)} so far${latest === '' ? '' : ` (${latest.slice(0, 80)})`}`);
  }, SIGN_OF_LIFE_MS);
  try {
    return await work((what) => (latest = what.trim() || latest));
  } finally {
    clearInterval(timer);
  }
}

/**
 * A length of time for people: `0.4 s`, `12 s`, `3 min 21 s`.
 *
 * @param {number} ms
 */
export function inWords(ms) {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
