import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { splitWords } from './words.mjs';

/**
 * Differences that are meant: accidents of upstream's shell that nobody can depend on. docs/compatibility.md tells people of them.
 *
 * @typedef {object} Known
 * @property {string} [since] first tag that has it
 * @property {string} [before] first tag that does not
 * @property {readonly import('./compare.mjs').Kind[]} kinds
 * @property {RegExp} name
 * @property {RegExp} [envFile]
 * @property {(difference: import('./compare.mjs').Difference) => boolean} [when]
 * @property {string} reason
 */

/** @type {readonly Known[]} */
export const KNOWN = [
  {
    before: '1.24.0',
    kinds: ['component', 'file', 'all files'],
    name: /^(order|list)$/,
    when: ({ upstream = '', ours = '' }) => [...new Set(upstream.split('\n'))].join('\n') === ours,
    reason:
      'before 1.24 a component that is listed twice has its compose file given twice; once gives Compose the same configuration',
  },
  {
    since: '1.22.7',
    before: '2.18.3',
    kinds: ['variable', 'environment', 'rendered', 'compose'],
    name: /./,
    when: byLine(isExpanded),
    reason: 'a star in a value that is evaluated or copied becomes names of files, as in a line of cron; here it stays',
  },
  {
    since: '1.22.7',
    kinds: ['variable', 'environment', 'rendered', 'compose'],
    name: /./,
    when: (difference) =>
      isInterpreted(difference.upstream ?? '', difference.ours ?? '') || byLine(isInterpreted)(difference),
    reason:
      'a backslash in a value that is evaluated or copied is interpreted by the echo of dash, and of no other shell; here it stays',
  },
  {
    before: '2.20.3',
    kinds: ['environment'],
    name: /^BIRDHOUSE_DEPLOY_COMPONENTS_JSON$/,
    when: ({ upstream = '', ours = '' }) => !isJson(upstream) && isJson(ours),
    reason: 'the list of components is malformed; here it is JSON',
  },
  {
    before: '2.20.3',
    kinds: ['rendered'],
    name: /^config\/proxy\/conf\.d\/all-services\.include$/,
    when: ({ upstream = '', ours = '' }) => {
      const [theirs, own] = [componentsIn(upstream), componentsIn(ours)];
      return theirs.rest === own.rest && !isJson(theirs.list) && isJson(own.list);
    },
    reason: 'the list of components is malformed; here it is JSON',
  },
  {
    kinds: ['rendered'],
    name: /\/shipped\/monitoring\/alertmanager\.yml$/,
    when: ({ upstream = '', ours = '' }) => isMerged(upstream, ours),
    reason: 'a component of ours has routes that only birdkeeper merges: where its dead man’s switch goes',
  },
];

/**
 * Whether every line that differs does so in the way of a rule.
 *
 * @param {(upstream: string, ours: string) => boolean} rule
 * @returns {(difference: import('./compare.mjs').Difference) => boolean}
 */
function byLine(rule) {
  return ({ upstream, ours }) => {
    if (upstream === undefined || ours === undefined) return false;
    const [theirs, own] = [upstream.split('\n'), ours.split('\n')];
    return theirs.length === own.length && theirs.every((line, at) => line === own[at] || rule(line, own[at] ?? ''));
  };
}

const CONTROL = /[\x07\b\t\n\v\f\r\\]/g;

/**
 * The same but for backslashes, of which dash's echo makes characters, or which a second evaluation takes away.
 *
 * @param {string} upstream
 * @param {string} ours
 */
function isInterpreted(upstream, ours) {
  if (!ours.includes('\\')) return false;
  const rest = upstream.replace(CONTROL, '');
  return rest === ours.replace(/\\[\\abfnrtv]/g, '').replace(CONTROL, '') || rest === ours.replace(CONTROL, '');
}

/**
 * Every word without a pattern is there in order, and what stands between them took the place of a pattern.
 *
 * @param {string} upstream
 * @param {string} ours
 */
function isExpanded(upstream, ours) {
  if (!/\*/.test(ours)) return false;
  const found = splitWords(upstream);
  const words = splitWords(ours);
  let at = 0;
  for (const word of words) {
    if (/\*/.test(word)) continue;
    at = found.indexOf(word, at) + 1;
    if (at === 0) return false;
  }
  return found.length > words.length;
}

const COMPONENTS = /\{"components": \[[^\]]*\]\}/;

/**
 * The list of components in a rendered file, and the file without it.
 *
 * @param {string} text
 */
const componentsIn = (text) => ({ list: COMPONENTS.exec(text)?.[0] ?? '', rest: text.replace(COMPONENTS, '') });

/**
 * The same configuration of Alertmanager, but for the routes.
 *
 * @param {string} upstream
 * @param {string} ours
 */
function isMerged(upstream, ours) {
  const [theirs, own] = [parse(upstream), parse(ours)];
  if (own?.route?.routes === undefined) return false;
  delete own.route.routes;
  return isDeepStrictEqual(theirs, own);
}

/** @param {string} text */
function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {import('./compare.mjs').Difference} difference
 * @param {{ rev: string, envFile: string }} of
 * @param {readonly Known[]} [known]
 * @returns {string | undefined} the reason
 */
export function reasonFor(difference, { rev, envFile }, known = KNOWN) {
  return known.find(
    ({ since, before, kinds, name, envFile: files, when }) =>
      (since === undefined || compareTags(rev, since) >= 0) &&
      (before === undefined || compareTags(rev, before) < 0) &&
      kinds.includes(difference.kind) &&
      name.test(difference.name) &&
      (files === undefined || files.test(envFile)) &&
      (when === undefined || when(difference)),
  )?.reason;
}

/**
 * What is no tag is newer than all of them.
 *
 * @param {string} left
 * @param {string} right
 */
export function compareTags(left, right) {
  const [a, b] = [left, right].map((tag) =>
    /^v?\d+(\.\d+)*$/.test(tag) ? tag.replace('v', '').split('.').map(Number) : [Infinity],
  );
  for (const at of [0, 1, 2]) {
    const [x, y] = [a?.[at] ?? 0, b?.[at] ?? 0];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
