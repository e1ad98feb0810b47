/**
 * What `npm test` runs, in lanes at once: the checks, what needs nothing, integration, and end-to-end. A check counts as one
 * test; a suite's numbers come from vitest.
 *
 * @typedef {{ name: string, kind: 'check', args: readonly string[] }} Check
 * @typedef {{ name: string, kind: 'vitest', filters: readonly string[], options: readonly string[] }} Suite
 */

/** @type {readonly Check[]} */
export const CHECKS = [
  { name: 'types', kind: 'check', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'] },
  {
    name: 'lint',
    kind: 'check',
    args: [
      'node_modules/eslint/bin/eslint.js',
      '.',
      '--max-warnings=0',
      '--cache',
      '--cache-location=node_modules/.cache/eslint/',
    ],
  },
  {
    name: 'format',
    kind: 'check',
    args: ['node_modules/prettier/bin/prettier.cjs', '--check', '.', '--cache', '--log-level=warn'],
  },
];

/** @type {readonly Suite[]} */
export const SUITES = [
  // Pure: a module that is loaded once serves all files, which saves most of their time.
  {
    name: 'unit',
    kind: 'vitest',
    filters: ['test/unit/', 'test/architecture.test.ts'],
    options: ['--no-isolate'],
  },
  // They wait for servers, engines and remotes, which end-to-end makes good use of.
  { name: 'integration', kind: 'vitest', filters: ['test/integration/'], options: ['--maxWorkers=2'] },
  { name: 'replay', kind: 'vitest', filters: ['test/replay/'], options: [] },
  // Each runs a Temporal server, a worker and a stack, and waits for them a third of its time.
  { name: 'e2e', kind: 'vitest', filters: ['test/e2e/'], options: ['--maxWorkers=2'] },
];

/**
 * Those that run at the same time: one that waits leaves the processor to the others.
 *
 * @param {readonly (Check | Suite)[]} chosen
 * @returns {{ checks: readonly Check[], lanes: readonly (readonly Suite[])[] }} without empty ones
 */
export function lanesOf(chosen) {
  const suites = chosen.filter((each) => each.kind === 'vitest');
  const isLong = (/** @type {Suite} */ { name }) => name === 'integration' || name === 'e2e';
  const lanes = [suites.filter((suite) => !isLong(suite)), ...suites.filter(isLong).map((suite) => [suite])];
  return {
    checks: chosen.filter((each) => each.kind === 'check'),
    lanes: lanes.filter((lane) => lane.length > 0),
  };
}

const SLOW = '**/*.slow.test.ts';

/**
 * The command line of a suite.
 *
 * @param {Suite} suite
 * @param {{ slow: boolean, reporter: string }} how
 */
export const vitestArguments = ({ filters, options }, { slow, reporter }) => [
  'node_modules/vitest/vitest.mjs',
  'run',
  ...filters,
  ...options,
  ...(slow ? [] : [`--exclude=${SLOW}`]),
  '--reporter=default',
  `--reporter=${reporter}`,
];

/**
 * Which of them were asked for; all without names.
 *
 * @param {readonly string[]} args names of checks and suites, `--slow`
 * @returns {{ slow: boolean, chosen: readonly (Check | Suite)[] } | { problem: string }}
 */
export function select(args) {
  const slow = args.includes('--slow');
  const names = args.filter((word) => word !== '--slow');
  const all = [...CHECKS, ...SUITES];
  const unknown = names.find((name) => !all.some((each) => each.name === name));
  if (unknown !== undefined) {
    return { problem: `${unknown} is none of ${all.map(({ name }) => name).join(', ')}, --slow.` };
  }
  return { slow, chosen: names.length === 0 ? all : all.filter(({ name }) => names.includes(name)) };
}
