/** A worker of ours against ten lines on the bare SDK, both with a bundle made beforehand, both on one server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { startDetached, type Detached } from '../../activities/shared/run-command.js';
import { NAMESPACE, taskQueueOf } from '../../workflows/contract.js';
import type { Figure } from '../bench.js';
import { cpuSeconds, inTurns, residentMegabytes, threadSeconds, timed } from '../measure.js';
import type { Measured, Row } from '../row.js';
import { serve } from '../scratch.js';
import { makeStack, type BenchStack } from '../stack.js';
import type { BenchTemporal } from '../temporal.js';

const SETTLE_MS = 5_000;
const IDLE_SECONDS = 20;
const SMALL_IDLE_SECONDS = 5;
const BARE_QUEUE = 'bare';
const BARE = 'bare SDK worker';

export const worker: Figure = {
  name: 'worker',
  about: 'start, memory and idle CPU of a worker, against ten lines on the bare SDK',
  async measure(bench) {
    const stack = await makeStack(bench, { checkouts: 1, services: 1 });
    const { server, temporal } = await serve(bench, join(stack.world.dir, 'server'));
    const bundle = await bareBundle(stack.world.dir);
    const ours = () => startOurs(stack, server.address);
    const bare = () => startBare(stack, server.address, bundle);
    const taken: Taken = { startCpu: nothing(), memory: nothing(), idleCpu: nothing() };
    const idleSeconds = bench.asked.small ? SMALL_IDLE_SECONDS : IDLE_SECONDS;
    const starts = await inTurns(
      bench.asked.runs,
      {
        ours: () => oneLife(ours, () => firstOfOurs(temporal, stack), idleSeconds, taken, 'ours'),
        bare: () => oneLife(bare, () => firstOfBare(temporal), idleSeconds, taken, 'bare'),
      },
      (round) =>
        bench.say(
          `each worker started, left alone for ${idleSeconds} s and ended, round ${round} of ${bench.asked.runs}`,
        ),
    );
    return rowsOf(starts, taken, idleSeconds);
  },
};

type Contender = 'ours' | 'bare';
type Values = Record<Contender, number[]>;
interface Taken {
  startCpu: Values;
  memory: Values;
  idleCpu: Values;
}
const nothing = (): Values => ({ ours: [], bare: [] });

/** Starts a worker, waits for its first result, lets it be, ends it. Returns the seconds from start to first result. */
async function oneLife(
  start: () => Promise<Detached>,
  first: () => Promise<void>,
  idleSeconds: number,
  taken: Taken,
  who: Contender,
): Promise<number> {
  let child: Detached | undefined;
  try {
    const seconds = await timed(async () => {
      child = await start();
      await Promise.race([first(), child.ended.then(() => Promise.reject(new Error(`the worker (${who}) ended`)))]);
    });
    if (child === undefined) throw new Error('there is no worker');
    taken.startCpu[who].push(await cpuSeconds(child.pid));
    await pause(SETTLE_MS);
    const before = await threadSeconds(child.pid);
    await pause(idleSeconds * 1000);
    taken.idleCpu[who].push((await threadSeconds(child.pid)) - before);
    taken.memory[who].push(await residentMegabytes(child.pid));
    return seconds;
  } finally {
    if (child) await end(child);
  }
}

async function end(child: Detached): Promise<void> {
  process.kill(child.pid, 'SIGTERM');
  const gone = await Promise.race([child.ended.then(() => true), pause(20_000, false)]);
  if (!gone) process.kill(child.pid, 'SIGKILL');
  await child.ended;
}

async function startOurs({ world }: BenchStack, address: string): Promise<Detached> {
  const { program } = world.upkeep;
  return startDetached(
    { file: process.execPath, args: [program, 'worker', '--stack', world.stackDirectory, '--address', address] },
    // The server that is named has our namespace; a bare TEMPORAL_NAMESPACE of `default` would be used otherwise.
    { env: { ...world.parts.env, TEMPORAL_NAMESPACE: NAMESPACE }, outputFile: join(world.dir, 'worker.log') },
  );
}

async function startBare({ world }: BenchStack, address: string, bundle: string): Promise<Detached> {
  const program = fileURLToPath(new URL('../bare-worker.mjs', import.meta.url));
  return startDetached(
    { file: process.execPath, args: [program, address, NAMESPACE, BARE_QUEUE, bundle] },
    { env: world.parts.env, outputFile: join(world.dir, 'bare-worker.log') },
  );
}

async function bareBundle(dir: string): Promise<string> {
  const workflowsPath = fileURLToPath(new URL('../bare-workflow.mjs', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const path = join(dir, 'bare-bundle.js');
  await writeFile(path, code);
  return path;
}

/** Input that is refused at once: the workflow has a result, a failure, and no activity. */
async function firstOfOurs({ client }: BenchTemporal, { ref, world }: BenchStack): Promise<void> {
  const handle = await client.workflow.start('checkStack', {
    workflowId: `refused/${world.project}`,
    taskQueue: taskQueueOf(ref.host),
    args: ['nothing'],
  });
  await handle.result().then(
    () => Promise.reject(new Error('checkStack took input that is none')),
    () => undefined,
  );
}

async function firstOfBare({ client }: BenchTemporal): Promise<void> {
  await client.workflow.execute('greet', { workflowId: 'greet', taskQueue: BARE_QUEUE });
}

function rowsOf(starts: Values, { startCpu, memory, idleCpu }: Taken, idleSeconds: number): Row[] {
  const row = (what: string, unit: Measured['unit'], values: Values, times?: number): Measured => ({
    figure: 'worker',
    what,
    unit,
    ours: values.ours,
    baseline: { name: BARE, values: values.bare },
    ...(times === undefined ? {} : { goal: { times, plus: 0 } }),
  });
  const counted = (values: Values): Values => ({ ours: values.ours.slice(1), bare: values.bare.slice(1) });
  return [
    row('start of the process to first workflow result', 's', starts, 1.3),
    row('CPU until then, children included', 'CPU s', counted(startCpu)),
    row('resident memory when idle', 'MB', counted(memory), 1.3),
    row(`CPU over ${idleSeconds} s of nothing`, 'CPU s', counted(idleCpu), 1.5),
  ];
}
