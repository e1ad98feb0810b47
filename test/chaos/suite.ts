/** Cells of the matrix as tests: a world and an engine of their own, a cell after the other. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Gate } from '../support/chaos/gate.js';
import { SecondEngine, whyNoSecondEngine } from '../support/chaos/second-engine.js';
import { createWorld, type World } from '../support/world/index.js';
import { expectSound } from '../support/world/sound.js';
import { runCell, type Stage } from './cell.js';
import { renderMatrix, type Cell } from './matrix.mjs';
import type { Picture } from './picture.js';
import { selectPlaces, type Place, type Victim } from './places.js';
import { busyComponent, publishImages, withRestart, type RestartPolicy } from './pushes.js';

export interface Column {
  /** Who is killed where, in this order. */
  cells: readonly { victim: Victim; place: Place }[];
  /** Name of the column in the matrix, where it is not the victim's. */
  name?: string;
  liveRestore?: boolean;
  /** What the engine does with containers when it is started again; `always` unless given. */
  restart?: RestartPolicy;
}

/** With everything that a loaded machine may need; a cell has limits of its own. */
const CELL_MS = 480_000;

/** One victim at the places that were asked for; all of them unless BIRDKEEPER_CHAOS_ONLY says otherwise. */
export const columnOf = (victim: Victim): Column => ({
  cells: selectPlaces(victim, process.env.BIRDKEEPER_CHAOS_ONLY).map((place) => ({ victim, place })),
});

/** What a `describe` calls. Looks first whether a second engine can be had here: without one every cell is skipped. */
export async function testsOf(column: Column): Promise<() => void> {
  const why = await whyNoSecondEngine();
  if (why !== undefined) return () => it.skip(why);
  if (column.cells.length === 0) return () => it.skip('no cell of it was asked for');
  return () => defineTests(column);
}

function defineTests({ cells: asked, name, ...engine }: Column): void {
  vi.setConfig({ testTimeout: CELL_MS, hookTimeout: CELL_MS });
  let stage: Stage | undefined;
  const cells: Cell[] = [];
  const reach = (): Stage => {
    if (stage === undefined) throw new Error('the stage is made by beforeAll');
    return stage;
  };

  beforeAll(async () => {
    stage = await makeStage(engine);
  });

  for (const { victim, place } of asked) {
    it(`${victim} killed in ${place.name}: ends as without the kill`, async () => {
      const cell = await runCell(reach(), victim, place);
      cells.push({ ...cell, victim: name ?? victim });
      tell(renderMatrix(cells.slice(-1)));
      expect(cell.differs, cell.logs).toEqual([]);
    });
  }

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(reach().world));

  afterAll(async () => {
    await report(name ?? asked[0]?.victim ?? '', cells);
    await stage?.world.destroy();
    await stage?.engine.remove();
  });
}

async function makeStage({ liveRestore = false, restart = 'always' }: Omit<Column, 'cells'>): Promise<Stage> {
  const engine = await SecondEngine.make({ liveRestore });
  let world: World | undefined;
  try {
    let busyFlag = '';
    const made = await createWorld({
      name: 'chaos',
      env: { DOCKER_HOST: engine.host },
      files: (files, { dir }) => {
        busyFlag = join(dir, 'busy');
        return { ...withRestart(files, restart), 'round.txt': '0\n', ...busyComponent(busyFlag) };
      },
    });
    world = made;
    await publishImages(made);
    const gate = await Gate.make(join(made.dir, 'gate'));
    const up = () => made.up({ env: { PATH: gate.path }, within: 120_000 });
    await up();
    const first = await made.waitForOutcome(1);
    if (first.outcome !== 'deployed') throw new Error(`${first.outcome}: ${first.message}\n${await made.tails()}`);
    const undisturbed = new Map<string, Picture>();
    return {
      world: made,
      engine,
      gate,
      up,
      note: () => undefined,
      side: 'a',
      round: 0,
      undisturbed,
      busyFlag,
      restart,
    };
  } catch (error) {
    await world?.destroy();
    await engine.remove();
    throw error;
  }
}

/** For who puts the columns together. */
async function report(name: string, cells: readonly Cell[]): Promise<void> {
  tell(renderMatrix(cells));
  const folder = process.env.BIRDKEEPER_CHAOS_REPORT;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(cells, null, 2)}\n`);
}

const tell = (text: string): void => void process.stdout.write(`${text}\n`);
