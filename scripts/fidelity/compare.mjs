/** Differences between what upstream's scripts found and what we found. Pure. */
import { relative, resolve } from 'node:path';
import { isInternal, isMadeLater, OURS_ALONE } from './internal.mjs';

/**
 * @typedef {'outcome' | 'variable' | 'environment' | 'component' | 'file' | 'all files' | 'rendered' | 'written' | 'compose'} Kind
 * @typedef {{ kind: Kind, name: string, upstream?: string, ours?: string }} Difference
 * @typedef {import('./words.mjs').Variables} Variables
 */

/**
 * @param {Kind} kind
 * @param {ReadonlyMap<string, string>} upstream
 * @param {ReadonlyMap<string, string>} ours
 * @returns {readonly Difference[]}
 */
export function compareMaps(kind, upstream, ours) {
  const names = [...new Set([...upstream.keys(), ...ours.keys()])].sort();
  return names.flatMap((name) => {
    const [theirs, own] = [upstream.get(name), ours.get(name)];
    if (theirs === own) return [];
    return [
      {
        kind,
        name,
        ...(theirs === undefined ? {} : { upstream: theirs }),
        ...(own === undefined ? {} : { ours: own }),
      },
    ];
  });
}

/**
 * Variables after the reading, without what the scripts keep for themselves, and what the compose script makes afterwards.
 *
 * @param {Variables} upstream
 * @param {Variables} ours
 */
export function compareVariables(upstream, ours) {
  const isOurs = (/** @type {string} */ name) => OURS_ALONE.includes(name) && !upstream.has(name);
  const own = without(ours, (name) => isNoResult(name) || isOurs(name));
  return compareMaps('variable', without(upstream, isNoResult), own);
}

/** @param {string} name */
const isNoResult = (name) => isInternal(name) || isMadeLater(name);

/**
 * @param {Variables} upstream
 * @param {Variables} ours
 */
export const compareExported = (upstream, ours) =>
  compareMaps('environment', without(upstream, isInternal), without(ours, isInternal));

/**
 * @param {Variables} variables
 * @param {(name: string) => boolean} leftOut
 * @returns {Variables}
 */
const without = (variables, leftOut) => new Map([...variables].filter(([name]) => !leftOut(name)));

/**
 * One difference for a list: order counts.
 *
 * @param {Kind} kind
 * @param {string} name
 * @param {readonly string[]} upstream
 * @param {readonly string[]} ours
 * @returns {readonly Difference[]}
 */
export function compareLists(kind, name, upstream, ours) {
  const [theirs, own] = [upstream.join('\n'), ours.join('\n')];
  return theirs === own ? [] : [{ kind, name, upstream: theirs, ours: own }];
}

/**
 * Paths in the spelling that `config files` has: from the stack directory.
 *
 * @param {string} stack
 * @param {readonly string[]} files
 */
export const relativeTo = (stack, files) => files.map((file) => relative(stack, resolve(stack, file)));

/**
 * The first lines in which two texts differ, for people.
 *
 * @param {string} upstream
 * @param {string} ours
 */
export function firstDifference(upstream, ours) {
  const [left, right] = [upstream.split('\n'), ours.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  const line = at < 0 ? left.length : at;
  return { line: line + 1, upstream: left[line] ?? '(end)', ours: right[line] ?? '(end)' };
}
