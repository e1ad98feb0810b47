/** Thirty birds, five of which take connections and never answer, registered in Weaver: against one after the other. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBird, type Bird } from '../../test/support/doubles/bird.js';
import { startWeaver, type Weaver } from '../../test/support/doubles/weaver/index.js';
import { scheduleId, taskQueueOf } from '../../workflows/contract.js';
import type { Bench, Figure } from '../bench.js';
import { inTurns, timed } from '../measure.js';
import type { Row } from '../row.js';
import { bringUp, deployLines, makeStack, type BenchStack } from '../stack.js';
import type { BenchTemporal } from '../temporal.js';

/** `seconds`: that each bird is given. */
const SIZE = { birds: 30, holes: 5, seconds: 10 };
const SMALL_SIZE = { birds: 6, holes: 1, seconds: 3 };

export const birds: Figure = {
  name: 'birds',
  about: 'thirty birds, five of them black holes, registered in Weaver, against one after the other',
  async measure(bench): Promise<Row[]> {
    const size = bench.asked.small ? SMALL_SIZE : SIZE;
    const stack = await makeStack(bench, { checkouts: 2, services: 1 });
    const temporal = await bringUp(bench, stack);
    const weaver = await startWeaver({ prefix: '/weaver' });
    bench.defer(() => weaver.close());
    const flock = await flockOf(bench, size);
    await deployLines(stack, linesOf(weaver, flock, size.seconds), 'birds');
    const { ours, sequential } = await inTurns(
      bench.asked.runs,
      {
        ours: () => fresh(weaver, size, () => registration(temporal, stack)),
        sequential: () => fresh(weaver, size, () => oneAfterTheOther(weaver, flock, size.seconds)),
      },
      (round) => bench.say(`registrations, round ${round} of ${bench.asked.runs}`),
    );
    const what = `${size.birds} birds, ${size.holes} of them black holes: registered, worker and list looked at`;
    const deadline = ours.map(() => size.seconds);
    return [
      {
        ...{ figure: 'birds', what, unit: 's', ours, goal: { times: 1.1, plus: 0 } },
        baseline: { name: 'the time that a single bird is given', values: deadline },
      },
      {
        ...{ figure: 'birds', what, unit: 's', ours },
        baseline: { name: 'one after the other', values: sequential },
        note: 'one after the other only registers',
      },
    ];
  },
};

async function flockOf(bench: Bench, { birds: count, holes }: typeof SIZE): Promise<Bird[]> {
  const flock: Bird[] = [];
  for (let at = 0; at < count; at += 1) {
    // Spread among the others: whoever goes one by one meets them all along.
    const isHole = at % Math.floor(count / holes) === 1 && flock.length < count;
    const bird = await startBird(isHole ? 'black hole' : 'good');
    bench.defer(() => bird.close());
    flock.push(bird);
  }
  return flock;
}

/** A port is a good id, and lets one template give every address. */
const linesOf = (weaver: Weaver, flock: readonly Bird[], seconds: number): string[] => [
  `export WEAVER_URL=${weaver.url}`,
  "export WEAVER_PROVIDERS_URL_TEMPLATE='http://127.0.0.1:{name}/wps'",
  `export WEAVER_WPS_PROVIDERS="${flock.map(({ port }) => port).join(' ')}"`,
  `export WEAVER_WPS_PROVIDERS_MAX_TIME=${seconds}`,
  'export BIRDKEEPER_WEAVER_FREQUENCY=',
];

/** With nothing registered before, and all that can be after it. */
async function fresh(weaver: Weaver, { birds: count, holes }: typeof SIZE, work: () => Promise<unknown>) {
  for (const { id } of weaver.store.all()) weaver.store.delete(id);
  const seconds = await timed(work);
  const found = weaver.store.all().length;
  if (found !== count - holes) throw new Error(`${found} birds are registered instead of ${count - holes}`);
  return seconds;
}

/** Ends as failed, since black holes are wanted; what was registered is looked at by who calls. */
async function registration({ client }: BenchTemporal, { ref }: BenchStack): Promise<void> {
  const handle = await client.workflow.start('registerWeaverProviders', {
    workflowId: scheduleId('weaver', ref, randomUUID()),
    taskQueue: taskQueueOf(ref.host),
    args: [{ v: 1, ...ref }],
  });
  await handle.result().catch(() => undefined);
}

const [LOOK_MS, PAUSE_MS] = [2_000, 1_000];

/** As a script does it: each is waited for until its time is over, taken away and added. */
async function oneAfterTheOther(weaver: Weaver, flock: readonly Bird[], seconds: number): Promise<void> {
  for (const { port, url } of flock) {
    const end = performance.now() + seconds * 1_000;
    let isReady = false;
    while (!isReady && performance.now() < end) {
      isReady = await fetch(`${url}?service=WPS&request=GetCapabilities`, { signal: AbortSignal.timeout(LOOK_MS) })
        .then(async (answer) => answer.ok && (await answer.text()).includes('Capabilities'))
        .catch(() => false);
      if (!isReady) await sleep(PAUSE_MS);
    }
    if (!isReady) continue;
    await fetch(`${weaver.url}/providers/${port}`, { method: 'DELETE', headers: { 'accept-language': '' } });
    await fetch(`${weaver.url}/providers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': '' },
      body: JSON.stringify({ id: String(port), url }),
    });
  }
}
