import { describe, expect, it } from 'vitest';
import { apiTag, baseFile, waitFor, type World } from '../support/world/index.js';
import { idle, useWorld } from '../support/world/in-vitest.js';
import { expectSound } from '../support/world/sound.js';
import type { Phase } from '../../workflows/contract.js';

/** Enough for git to be at it for a while: the kill must find it there. */
const manyFiles = (round: string) =>
  Object.fromEntries(
    Array.from({ length: 1_500 }, (_, n) => [`data/${n % 40}/${n}.txt`, `${round} ${n}\n`.repeat(20)]),
  );

describe('killed', () => {
  const world = useWorld({ name: 'kill' });

  const intends = (wanted: string) => async () => (await reachedOf(world())) === wanted;
  const isIn = (phase: Phase) => async (number: number) =>
    (await (await world().temporal()).deployment(number)).phase === phase;

  it('scenario 25: a worker that is killed during apply finishes the deployment when it is back', async () => {
    await world().images.publishApi('1.1');
    const { number, left } = await killWhen(world(), apiTag('1.1'), intends('forward apply'));
    expect(left).toBe('forward apply');
    await expectConverged(world(), number, 'version 1');
    expect(await world().get('api')).toBe('api 1.1');
  });

  it('told by a service manager to stop during apply it hands over and ends well, and the next start goes on', async () => {
    const { number } = await killWhen(world(), baseFile({ version: '2' }), intends('forward apply'), async (up) => {
      expect(await up.upkeep.terminate()).toBe(0);
    });
    await expectConverged(world(), number, 'version 2');
  });

  it('a worker that is killed during settle finishes the deployment when it is back', async () => {
    const { number } = await killWhen(world(), baseFile({ version: '3' }), isIn('settle'));
    await expectConverged(world(), number, 'version 3');
  });

  it('a worker that is killed during a rollback finishes the rollback when it is back', async () => {
    await world().images.publishApi('crashing', 'crashing');
    const heads = await world().checkedOut();
    const { number } = await killWhen(world(), apiTag('crashing'), isIn('roll back'));
    const record = await world().waitForOutcome(number);
    expect(record).toMatchObject({ outcome: 'rolled back' });
    expect(await world().checkedOut()).toEqual(heads);
    expect(await world().get('api')).toBe('api 1.1');
    expect(await world().get('web')).toBe('version 3');
    expect((await world().cli(['check'])).stdout).toMatch(/^quarantined/);
  });

  it('a Temporal server that is killed in the middle of a deployment goes on from its file', async () => {
    await world().images.publishApi('1.2');
    await idle(world());
    const temporal = await world().temporal();
    const { nextNumber } = await temporal.keeper();
    await world().release('platform', apiTag('1.2'), 'Raise api to 1.2');
    await waitFor('apply', async () => (await reachedOf(world())) === 'forward apply', { every: 20 });
    const { pid } = (await world().server()) ?? {};
    expect(pid).toBeDefined();
    process.kill(pid ?? 0, 'SIGKILL');
    // `up` may bring it back by itself, or end and say so: then it is started again, as its service manager would.
    await waitFor('a server or the end of up', async () => (await isServing(world())) || !world().upkeep.isRunning, {});
    if (!world().upkeep.isRunning) await world().up();
    await expectConverged(world(), nextNumber, 'version 3');
    expect(await world().get('api')).toBe('api 1.2');
  });

  // The last one: later deployments would have all these files to lay out.
  it('a worker that is killed during advance finishes the deployment when it is back', async () => {
    const files = { ...manyFiles('one'), ...baseFile({ version: '4' }) };
    const { number, left } = await killWhen(world(), files, intends('forward advance'));
    expect(left).toBe('forward advance');
    await expectConverged(world(), number, 'version 4');
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world()));
});

type Push = Readonly<Record<string, string>>;

/**
 * Pushes, ends the worker as soon as the deployment is where it is wanted, and starts it again. Returns the number of the
 * deployment and what the intent on disk said after that.
 */
async function killWhen(
  world: World,
  files: Push,
  isThere: (number: number) => Promise<boolean>,
  end: (world: World) => Promise<void> = (victim) => victim.kill9(),
): Promise<{ number: number; left: string | undefined }> {
  await idle(world);
  const { nextNumber: number } = await (await world.temporal()).keeper();
  await world.release('platform', files, 'Change something');
  // git may be done within a tenth of a second.
  await waitFor('the phase to kill in', () => isThere(number), { every: 5 });
  await end(world);
  const left = await reachedOf(world);
  expect((await world.history()).some((record) => record.number === number)).toBe(false);
  await world.up();
  return { number, left };
}

/** Direction and place of the intent on disk; undefined when there is none. */
async function reachedOf(world: World): Promise<string | undefined> {
  const intent = await (await world.recorded()).intent();
  return intent && `${intent.direction} ${intent.reached}`;
}

/** The same end as without the kill: deployed, recorded as it runs, each service once, healthy, nothing left to do. */
async function expectConverged(world: World, number: number, page: string): Promise<void> {
  const record = await world.waitForOutcome(number);
  expect(record).toMatchObject({ outcome: 'deployed' });
  expect(await world.checkedOut()).toEqual(record.to);
  expect(await reachedOf(world)).toBeUndefined();
  const state = await world.state();
  const release = await (await world.recorded()).latestRelease();
  expect(release).toMatchObject({ number, commits: record.to });
  expect(release?.containers).toEqual(
    Object.fromEntries(Object.values(state).map(({ service, id }) => [service, [id]])),
  );
  expect(Object.values(state).filter(({ health }) => health !== undefined && health !== 'healthy')).toEqual([]);
  expect(await world.get('web')).toBe(page);
  expect(await world.cli(['check', '--exit-code'])).toMatchObject({ status: 0 });
}

async function isServing(world: World): Promise<boolean> {
  return (await world.temporal()).keeper().then(
    () => true,
    () => false,
  );
}
