/** What checks and deployments leave in histories, and how that grows with the stack. */
import { keeperId, taskQueueOf, UPDATES, deploymentId, type StackRef } from '../../workflows/contract.js';
import type { Bench, Figure } from '../bench.js';
import { playedActivities, type Extent } from '../played.js';
import type { Measured, Row } from '../row.js';
import { scratchDirectory, serve } from '../scratch.js';
import type { Size } from '../stack.js';
import { openStage, type Stage } from '../stage.js';
import { lineThrough } from '../statistics.js';
import type { BenchTemporal, HistorySize } from '../temporal.js';
import { waitFor } from '../../test/support/world/index.js';

const SIZES = [1, 3, 10, 30, 100];
const SMALL_SIZES = [1, 10];
const EXTENTS: readonly Extent[] = ['one service changes', 'every service changes'];
const NOTE =
  'our workflows on a real server, with activities replaced by functions that return results of that size; the rows of "check" and "deployment" are of real ones';

export const history: Figure = {
  name: 'history',
  about: 'events and bytes of the histories of checks and deployments by size, with played activities',
  async measure(bench) {
    const { server, temporal } = await serve(bench, await scratchDirectory(bench));
    const stage = await openStage(bench, server.address, HOST);
    const sizes = bench.asked.small ? SMALL_SIZES : SIZES;
    const weigh = new Scales(temporal, stage);
    const rows: Row[] = [];
    bench.say(`checks of ${sizes.join(', ')} checkouts`);
    rows.push(
      ...(await grow(bench, 'check, by checkouts', sizes, (size) => weigh.check({ checkouts: size, services: 20 }))),
    );
    for (const extent of EXTENTS) {
      bench.say(`deployments of ${sizes.join(', ')} services: ${extent}`);
      const of = (size: number) => weigh.deployment({ checkouts: 3, services: size }, extent);
      rows.push(...(await grow(bench, `deployment, ${extent}, by services`, sizes, of)));
    }
    bench.say(`deployments of ${sizes.join(', ')} checkouts`);
    const of = (size: number) => weigh.deployment({ checkouts: size, services: 20 }, 'one service changes');
    rows.push(...(await grow(bench, 'deployment, one service changes, by checkouts', sizes, of)));
    return rows;
  },
};

const HOST = 'played';

/** One run of each kind and size says all: histories do not vary. */
class Scales {
  private turn = 0;

  constructor(
    private readonly temporal: BenchTemporal,
    private readonly stage: Stage,
  ) {}

  async check(size: Size): Promise<HistorySize> {
    this.stage.play(playedActivities(size, 'one service changes', false));
    const id = await this.temporal.startCheck(this.next());
    await this.temporal.resultOf(id);
    return this.temporal.sizeOf(id);
  }

  /** The deployment and the run of its keeper that started it. */
  async deployment(size: Size, extent: Extent): Promise<HistorySize> {
    this.stage.play(playedActivities(size, extent, true));
    const ref = this.next();
    const { client } = this.temporal;
    const keeper = await client.workflow.start('keepStack', {
      workflowId: keeperId(ref),
      taskQueue: taskQueueOf(ref.host),
      args: [{ v: 1, ...ref, memory: { nextNumber: 1, queue: [] } }],
    });
    await keeper.executeUpdate(UPDATES.deploy, { args: [{ reason: 'measured' }] });
    const run = client.workflow.getHandle(keeper.workflowId, keeper.firstExecutionRunId);
    // It continues as new after each deployment, so that the end of this run is that of the deployment.
    await waitFor('the end of the deployment', async () => (await run.describe()).status.name === 'CONTINUED_AS_NEW');
    const own = await this.temporal.sizeOf(deploymentId(ref, 1));
    const kept = await this.temporal.sizeOf(keeper.workflowId, keeper.firstExecutionRunId);
    await client.workflow.getHandle(keeper.workflowId).terminate('measured');
    return { events: own.events + kept.events, bytes: own.bytes + kept.bytes };
  }

  private next(): StackRef {
    this.turn += 1;
    return { host: HOST, stack: `s${this.turn}` };
  }
}

async function grow(
  bench: Bench,
  what: string,
  sizes: readonly number[],
  of: (size: number) => Promise<HistorySize>,
): Promise<Row[]> {
  const points: { size: number; events: number; kilobytes: number }[] = [];
  for (const size of sizes) {
    const { events, bytes } = await of(size);
    points.push({ size, events, kilobytes: bytes / 1000 });
  }
  bench.explain(`history: ${what}`, points);
  const row = (name: string, unit: Measured['unit'], ours: readonly number[]): Measured => ({
    figure: 'history',
    what: `${what}: ${name}`,
    unit,
    ours,
    note: NOTE,
  });
  const bySize = points.map(({ size, kilobytes }) => ({ size, value: kilobytes }));
  const ends = [bySize[0], bySize.at(-1)].flatMap((end) => end ?? []);
  return [
    row(
      'whatever the size',
      'events',
      points.map(({ events }) => events),
    ),
    ...ends.map(({ size, value }) => row(`of ${size}`, 'kB', [value])),
    row('each further one', 'kB', [lineThrough(bySize).each]),
  ];
}
