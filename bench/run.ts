/**
 * `npm run bench`: measures the figures one after the other, prints a table and writes `bench/results/latest.json`. Exit
 * status 0 when everything could be measured, whether a goal was kept or not: a time is no test.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../activities/shared/failures.js';
import { removeOwnWorlds } from '../test/support/world/index.js';
import { parseArguments, usage, USUAL_RUNS, type Asked } from './arguments.js';
import type { Bench, Figure } from './bench.js';
import { FIGURES } from './figures/index.js';
import { lookAround, withVerdicts, writeResult, type Result } from './result.js';
import type { Row } from './row.js';
import { tableOf } from './table.js';

const INTERRUPTED = 130;
const begun = Date.now();

const say = (line: string): void => console.log(`${((Date.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${line}`);

/** What is to be taken away, last things first. */
class Leavings {
  private readonly undos: (() => Promise<unknown>)[] = [];

  add(undo: () => Promise<unknown>): void {
    this.undos.push(undo);
  }

  async clear(): Promise<void> {
    for (let undo = this.undos.pop(); undo; undo = this.undos.pop()) {
      await undo().catch((error: unknown) => say(`could not be taken away: ${messageOf(error)}`));
    }
  }
}

async function measure(
  figure: Figure,
  asked: Asked,
  leavings: Leavings,
  explained: Record<string, unknown>,
): Promise<Row[]> {
  say(`${figure.name}: ${figure.about}`);
  const bench: Bench = {
    asked,
    say: (line) => say(`  ${line}`),
    defer: (undo) => leavings.add(undo),
    explain: (name, value) => (explained[name] = value),
  };
  try {
    return await figure.measure(bench);
  } finally {
    await leavings.clear();
  }
}

async function play(asked: Asked, leavings: Leavings): Promise<number> {
  const startedAt = new Date().toISOString();
  const before = lookAround();
  say(`${before.cores} cores, load ${before.load.join(' ')}; ${asked.runs} runs of each contender`);
  if (asked.runs < USUAL_RUNS || asked.small) say('rough: too few runs or too small sizes for a verdict');
  const [rows, explained]: [Row[], Record<string, unknown>] = [[], {}];
  let status = 0;
  for (const figure of FIGURES.filter(({ name }) => asked.only.length === 0 || asked.only.includes(name))) {
    try {
      rows.push(...(await measure(figure, asked, leavings, explained)));
    } catch (error) {
      status = 1;
      say(`${figure.name} could not be measured: ${messageOf(error)}`);
      rows.push({ figure: figure.name, what: figure.about, skipped: messageOf(error).split('\n')[0] ?? '' });
    }
  }
  const ended = lookAround();
  const result: Result = {
    v: 1,
    startedAt,
    endedAt: new Date().toISOString(),
    asked,
    before,
    loadAfter: ended.load,
    rows: withVerdicts(rows),
    explained,
  };
  const path = join(root(), 'bench', 'results', 'latest.json');
  await writeResult(path, result);
  console.log(['', ...tableOf(rows), '', `written to ${path}`].join('\n'));
  return status;
}

async function main(args: readonly string[]): Promise<number> {
  const names = FIGURES.map(({ name }) => name);
  const asked = parseArguments(args, names);
  if ('problem' in asked) {
    console.error(`${asked.problem}\n\n${usage(names)}`);
    return 2;
  }
  const leavings = new Leavings();
  let clearing: Promise<void> | undefined;
  const interrupt = () => {
    // A second ^C changes nothing: what was made must go.
    clearing ??= (async () => {
      say('interrupted: removing what was made');
      // What was being measured loses its ground: whatever it throws from now on, also out of a timer, says nothing.
      for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, () => undefined);
      // All that a figure makes lies in worlds of this process. Twice: something may have been in the making.
      await removeOwnWorlds();
      await removeOwnWorlds();
      process.exit(INTERRUPTED);
    })();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await play(asked, leavings);
  } finally {
    await (clearing ?? removeOwnWorlds());
  }
}

/** Of the repository, wherever this file runs from. */
function root(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(messageOf(error));
    return 1;
  }),
);
