/** Several stacks on one host, and a keeper that finds a deployment which it did not begin. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { STACK_FOLDER, waitFor, workerTask } from '../support/world/index.js';
import { idle, deployed, useWorld } from '../support/world/in-vitest.js';
import { SecondStack } from '../support/world/second-stack.js';
import { expectSound } from '../support/world/sound.js';

describe('several', () => {
  let second: SecondStack;
  const world = useWorld({ name: 'several' }, async (made) => {
    second = await SecondStack.create(made);
    await deployed(made);
  });
  // Before the world, in whose directory it lies.
  afterAll(() => second?.remove());

  const shown = async () =>
    [...(await world().containers()), ...(await second.containers())].map(({ id, startedAt }) => `${id} ${startedAt}`);
  const isServed = async () => {
    const record = await world().server();
    return record !== undefined && (await world().cli(['schedules'])).status === 0;
  };

  it('up for another stack hands it over to the process that runs, says which, and ends', async () => {
    const [owner, server] = [world().upkeep.pid, (await world().server())?.address];
    const handed = await second.cli('up');
    expect(handed.status, handed.stderr).toBe(0);
    const said = handed.stdout + handed.stderr;
    expect(said).toContain(`${second.project} is kept by the birdkeeper that runs already (process ${owner})`);
    expect(said).toContain('This command ends.');
    expect(await second.deployed()).toMatchObject({ outcome: 'deployed', trigger: 'first' });
    expect(await second.page()).toBe('one');
    expect(world().upkeep).toMatchObject({ pid: owner, isRunning: true });
    expect((await world().server())?.address).toBe(server);

    const again = await second.cli('up');
    expect(again.status).toBe(2);
    expect(again.stderr).toContain(`process ${owner}`);
  });

  it('each is looked at and deployed on its own', async () => {
    const first = await world().containers();
    const commit = await second.release('another');
    expect(await second.deployed(commit)).toMatchObject({ outcome: 'deployed' });
    expect(await second.page()).toBe('another');
    expect(await world().containers()).toEqual(first);
  });

  it('^C of the owner ends server and worker for both, and no container', async () => {
    const before = await shown();
    await idle(world());
    await world().stop();
    expect(await isServed()).toBe(false);
    expect(await shown()).toEqual(before);
    expect((await second.cli('status')).stdout).toContain(second.project);
  });

  it('a stack that was handed over is served by the next up too, whichever that names', async () => {
    await world().up();
    const commit = await second.release('served');
    expect(await second.deployed(commit)).toMatchObject({ outcome: 'deployed' });
    await idle(world());
    await world().stop();
  });

  it('one up keeps both, says so, and its ^C ends both', async () => {
    await world().up({ beside: [second.directory] });
    expect(await world().upkeep.printed()).toContain(`${world().project}, ${second.project} are kept. ^C stops`);
    const commit = await second.release('both');
    const pushed = await world().release('platform', workerTask('both'), 'Both');
    expect(await second.deployed(commit)).toMatchObject({ outcome: 'deployed' });
    expect(await world().waitForCommit('platform', pushed)).toMatchObject({ outcome: 'deployed' });
    const refused = await world().cli(['up', '--stack', second.directory]);
    expect(refused.status).toBe(2);
    await idle(world());
    await world().stop();
    expect(await isServed()).toBe(false);
    expect(await second.page()).toBe('both');
  });

  it('up that finds a deployment which it did not begin lets it go on, and begins nothing beside it', async () => {
    await world().up();
    await idle(world());
    const gate = join(world().dir, 'gate');
    const hook = `#!/bin/sh\nwhile [ ! -e ${gate} ]; do sleep 0.2; done\n`;
    const temporal = await world().temporal();
    const { nextNumber } = await temporal.keeper();
    const files = { [`${STACK_FOLDER}/components/worker/pre-docker-compose-up`]: hook, ...workerTask('attached') };
    await world().release('platform', files, 'Wait in a hook');
    const applying = async () => (await temporal.deployment(nextNumber)).phase === 'apply';
    await waitFor('apply', applying, { every: 50 });
    await temporal.terminateKeeper();

    const attached = await world().cli(['up']);
    expect(attached.status, attached.stderr).toBe(0);
    expect(attached.stdout + attached.stderr).toContain(
      `Deployment ${nextNumber} of ${world().project} runs; it goes on.`,
    );
    expect((await temporal.keeper()).running).toMatchObject({ number: nextNumber });
    const asked = await world().cli(['deploy', '--reason', 'beside it']);
    expect(asked.stdout).toContain(`deployment ${nextNumber + 1}`);
    expect((await temporal.keeper()).queued).toMatchObject([{ number: nextNumber + 1 }]);

    await writeFile(gate, '');
    expect(await world().waitForOutcome(nextNumber)).toMatchObject({ outcome: 'deployed' });
    expect(await world().waitForOutcome(nextNumber + 1)).toMatchObject({ outcome: 'up to date' });
    await idle(world());
    expect((await temporal.keeper()).nextNumber).toBe(nextNumber + 2);
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world()));
});
