/** The column of one victim: a world and an engine of its own, a cell after the other. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Gate } from '../support/chaos/gate.js';
import { SecondEngine, whyNoSecondEngine } from '../support/chaos/second-engine.js';
import { createWorld } from '../support/world/index.js';
import { expectSound } from '../support/world/sound.js';
import { runCell, type Stage } from './cell.js';
import { renderMatrix, type Cell } from './matrix.mjs';
import type { Picture } from './picture.js';
import type { Place, Victim } from './places.js';
import { busyComponent, publishImages, withRestart } from './pushes.js';

export interface ColumnOptions {
  victim: Victim;
  places: readonly Place[];
  /** Name of the column, where it differs from the victim. */
  name?: string;
  liveRestore?: boolean;
}

/** With everything that a loaded machine may need; a cell has limits of its own. */
const CELL_MS = 480_000;

export async function chaosColumn(options: ColumnOptions): Promise<void> {
  const { victim, places, name = victim, liveRestore = false } = options;
  const why = await whyNoSecondEngine();
  if (why !== undefined) return void describe(`kill ${name}`, () => it.skip(why));
  vi.setConfig({ testTimeout: CELL_MS, hookTimeout: CELL_MS });
  describe.skipIf(places.length === 0)(`kill ${name}`, () => {
    let stage: Stage | undefined;
    const cells: Cell[] = [];
    const reach = (): Stage => {
      if (stage === undefined) throw new Error('the stage is made by beforeAll');
      return stage;
    };

    beforeAll(async () => {
      stage = await makeStage(victim, liveRestore);
    });

    for (const place of places) {
      it(`${place.name}: ends as without the kill`, async () => {
        const cell = { ...(await runCell(reach(), place)), victim: name };
        cells.push(cell);
        tell(renderMatrix([cell]));
        expect(cell.differs, cell.logs).toEqual([]);
      });
    }

    it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(reach().world));

    afterAll(async () => {
      await report(name, cells);
      await stage?.world.destroy();
      await stage?.engine.remove();
    });
  });
}

async function makeStage(victim: Victim, liveRestore: boolean): Promise<Stage> {
  const engine = await SecondEngine.make({ liveRestore });
  try {
    let busyFlag = '';
    const world = await createWorld({
      name: `chaos-${victim}`,
      env: { DOCKER_HOST: engine.host },
      files: (files, { dir }) => {
        busyFlag = join(dir, 'busy');
        return { ...withRestart(files), 'round.txt': '0\n', ...busyComponent(busyFlag) };
      },
    });
    try {
      await publishImages(world);
      const gate = await Gate.make(join(world.dir, 'gate'));
      const up = () => world.up({ env: { PATH: gate.path }, within: 120_000 });
      await up();
      const first = await world.waitForOutcome(1);
      if (first.outcome !== 'deployed') throw new Error(`${first.outcome}: ${first.message}\n${await world.tails()}`);
      const undisturbed = new Map<string, Picture>();
      const note = () => undefined;
      return { world, engine, gate, victim, up, note, side: 'a', round: 0, undisturbed, busyFlag };
    } catch (error) {
      await world.destroy();
      throw error;
    }
  } catch (error) {
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
