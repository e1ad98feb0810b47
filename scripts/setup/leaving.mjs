/**
 * What must not stay behind when the set-up is stopped half-way: programs that it started, scratch files, the policy
 * that keeps services from starting.
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';

/** @type {Set<() => void>} */
const pending = new Set();

/**
 * Has `undo` called when the process leaves early.
 *
 * @param {() => void} undo must be done at once, without awaiting anything
 * @returns {() => void} forgets it
 */
export function whenLeaving(undo) {
  pending.add(undo);
  return () => void pending.delete(undo);
}

/**
 * Makes ^C and SIGTERM undo what is pending and leave; without this Node would just end.
 *
 * @returns {() => void} gives the signals back
 */
export function leaveCleanly() {
  const leave = (/** @type {NodeJS.Signals} */ signal) => {
    for (const undo of pending) undo();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', leave).on('SIGTERM', leave);
  return () => void process.removeListener('SIGINT', leave).removeListener('SIGTERM', leave);
}

/**
 * Runs `work` with a fresh directory that is gone afterwards.
 *
 * @template T
 * @param {string} prefix path that its name begins with
 * @param {(directory: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inScratch(prefix, work) {
  const directory = await mkdtemp(prefix);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const forget = whenLeaving(remove);
  try {
    return await work(directory);
  } finally {
    forget();
    remove();
  }
}
