/** The table tag × env file, and what stands below it. Pure. */
import { firstDifference } from './compare.mjs';
import { OURS_ALONE } from './internal.mjs';

/**
 * @typedef {import('./compare.mjs').Difference & { known?: string }} Judged
 * @typedef {{ rev: string, envFile: string, differences: readonly Judged[], composeRefuses: boolean, notCompared: readonly string[] }} Cell
 */

/** @type {Readonly<Record<import('./compare.mjs').Kind, string>>} */
export const LETTERS = {
  outcome: 'o',
  variable: 'v',
  environment: 'e',
  component: 'c',
  file: 'f',
  'all files': 'a',
  rendered: 'r',
  written: 'w',
  compose: 'd',
};

export const LEGEND =
  '= the same in all that was compared; ≈ only known differences; otherwise how many of each kind: ' +
  Object.entries(LETTERS)
    .map(([kind, letter]) => `${letter} ${kind}`)
    .join(', ');

export const NOT_COUNTED = `Not counted: names that upstream's scripts keep for themselves, and ${OURS_ALONE.join(', ')} where upstream does not have it yet.`;

/** @param {readonly Judged[]} differences */
export function mark(differences) {
  const unknown = differences.filter(({ known }) => known === undefined);
  if (unknown.length === 0) return differences.length === 0 ? '=' : '≈';
  return Object.entries(LETTERS)
    .map(([kind, letter]) => ({ letter, count: unknown.filter((each) => each.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ letter, count }) => `${letter}${count}`)
    .join(' ');
}

/**
 * @param {readonly Cell[]} cells
 * @returns {readonly (readonly string[])[]} the first row and the first column are names
 */
export function rowsOf(cells) {
  const [revs, files] = [[...new Set(cells.map(({ rev }) => rev))], [...new Set(cells.map(({ envFile }) => envFile))]];
  const cell = (/** @type {string} */ rev, /** @type {string} */ envFile) => {
    const found = cells.find((each) => each.rev === rev && each.envFile === envFile);
    return found === undefined ? '' : mark(found.differences);
  };
  return [['', ...files], ...revs.map((rev) => [rev, ...files.map((envFile) => cell(rev, envFile))])];
}

/** @param {readonly Cell[]} cells */
export function textTable(cells) {
  const rows = rowsOf(cells);
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @param {readonly Cell[]} cells */
export function markdownTable(cells) {
  const [head = [], ...rows] = rowsOf(cells);
  const line = (/** @type {readonly string[]} */ row) => `| ${row.join(' | ')} |`;
  return [line(['tag', ...head.slice(1)]), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * A known reason each, with where it was met.
 *
 * @param {readonly Cell[]} cells
 */
export function knownReasons(cells) {
  /** @type {Map<string, Set<string>>} */
  const met = new Map();
  for (const { rev, differences } of cells) {
    for (const { known } of differences) {
      if (known !== undefined) met.set(known, (met.get(known) ?? new Set()).add(rev));
    }
  }
  return [...met].map(([reason, revs]) => `- ${reason} (${[...revs].join(', ')})`);
}

const SHOWN = 240;

/** @param {string | undefined} value */
function shown(value) {
  if (value === undefined) return '(not set)';
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/**
 * A paragraph for each difference.
 *
 * @param {Cell} cell
 * @param {boolean} withKnown
 */
export function describeCell({ rev, envFile, differences }, withKnown) {
  return differences
    .filter(({ known }) => withKnown || known === undefined)
    .map((difference) => {
      const { kind, name, known } = difference;
      const sides = sidesOf(difference);
      const why = known === undefined ? '' : `\n    known:    ${known}`;
      return `${rev} ${envFile}: ${kind} ${name}${sides.where}\n    upstream: ${sides.upstream}\n    ours:     ${sides.ours}${why}`;
    });
}

/** @param {import('./compare.mjs').Difference} difference */
function sidesOf({ upstream, ours }) {
  const isLong = (upstream?.length ?? 0) > SHOWN || (ours?.length ?? 0) > SHOWN;
  if (!isLong || upstream === undefined || ours === undefined) {
    return { where: '', upstream: shown(upstream), ours: shown(ours) };
  }
  const first = firstDifference(upstream, ours);
  return { where: `, line ${first.line}`, upstream: shown(first.upstream), ours: shown(first.ours) };
}
