/** Replacing the worker of a boxed world, as tests look at it. */
import { expect } from 'vitest';
import type { EngineContainer } from '../../../activities/docker/types.js';
import type { Boxed } from './boxed.js';
import { idle } from './in-vitest.js';
import { waitFor } from './wait.js';

/** A deployment that is to replace the worker. */
export interface Raised {
  number: number;
  /** Of the private repository. */
  commit: string;
  former: EngineContainer;
}

/** Pushes another image for the worker, and has it looked at. `more`: lines of env.local. */
export async function raise(boxed: Boxed, image: string, more: readonly string[] = []): Promise<Raised> {
  const { world } = boxed;
  await idle(world);
  const [former] = await boxed.workers();
  if (!former) throw new Error('no worker runs');
  const { nextNumber } = await (await world.temporal()).keeper();
  const commit = await world.releaseSettings(boxed.settings(image, more), `Run ${image}`);
  return { number: nextNumber, commit, former };
}

export async function expectReplaced(boxed: Boxed, { commit, former }: Raised): Promise<void> {
  expect(await boxed.world.waitForCommit('private', commit, { within: 180_000 })).toMatchObject({
    outcome: 'deployed',
    services: [{ service: 'scheduler' }],
  });
  const workers = await boxed.workers();
  expect(workers).toHaveLength(1);
  expect(workers[0]?.id).not.toBe(former.id);
  await expectNoHelper(boxed);
}

export async function expectNoHelper(boxed: Boxed): Promise<void> {
  const { project } = boxed.world;
  expect(await boxed.docker('ps', '-aq', '--filter', `label=birdkeeper.hand-over.stack=${project}`)).toBe('');
}

const isRunning = (container: EngineContainer | undefined) => container?.state === 'running';

/** Where a hand-over can be. Each waits until it is there. */
export const HAND_OVER = {
  'the helper begins': (boxed: Boxed, { number }: Raised) =>
    reach('the helper', async () => isRunning(await boxed.helper(number))),
  'no worker runs': (boxed: Boxed, { former }: Raised) =>
    reach('the end of the former worker', async () =>
      (await boxed.workers()).every((one) => one.id !== former.id || !isRunning(one)),
    ),
  'the new worker begins': (boxed: Boxed, { former }: Raised) =>
    reach('the new worker', async () => (await boxed.workers()).some((one) => one.id !== former.id && isRunning(one))),
} as const;

const reach = (what: string, is: () => Promise<boolean>) => waitFor(what, is, { every: 10, within: 60_000 });
