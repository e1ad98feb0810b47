/** A backup of the database, restored into a fresh one, goes on where it was. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tell, useProduction } from '../support/production/in-vitest.js';
import { baseFile } from '../support/world/index.js';
import { attempt } from '../support/world/programs.js';

describe('production/backup', () => {
  const production = useProduction('prodback', { settleSeconds: 20 });
  let backup = '';
  let running = { number: 0 };
  let before: string[] = [];

  const script = (name: string, ...args: string[]) => {
    const { stack, world } = production();
    const command = [`production/${name}.sh`, ...args];
    return attempt('sh', command, { env: world.parts.env, cwd: stack.directory, limit: 120_000 });
  };
  /** Id and number of events of every run that has ended. */
  const ended = async () => {
    const histories = await (await production().temporal()).histories();
    return histories
      .filter(({ history }) => history.events?.at(-1)?.workflowExecutionCompletedEventAttributes)
      .map(({ workflowId, history }) => `${workflowId} ${history.events?.length}`);
  };

  it('is made while a deployment is at work, without an outage', async () => {
    const { world } = production();
    running = await production().push(baseFile({ version: '2' }), 'Show 2');
    await production().reach(running.number, 'settle');
    before = await ended();
    const probe = await production().probe();
    const begin = Date.now();
    const made = await script('backup', join(world.dir, 'backups'));
    const { gaps } = await probe.stop();
    expect(made, made.stderr).toMatchObject({ status: 0 });
    expect(gaps).toEqual([]);
    backup = made.stdout.trim();
    const { stdout } = await attempt('du', ['-sk', backup], { env: world.parts.env });
    tell(`backup: ${Date.now() - begin} ms, ${stdout.split('\t')[0]} KiB`);
  });

  it('is not restored while the server runs', async () => {
    const refused = await script('restore', backup);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('docker compose stop') as string });
  });

  it('is not restored over a database that holds something', async () => {
    const { stack } = production();
    await stack.compose('stop', 'worker', 'ui', 'temporal');
    const refused = await script('restore', backup);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('it is not replaced') as string });
  });

  it('restored into a new volume, the deployment goes on and ends, and what had ended is there', async () => {
    const { stack, world } = production();
    await stack.compose('down', '--volumes');
    const begin = Date.now();
    const restored = await script('restore', backup);
    expect(restored, restored.stderr).toMatchObject({ status: 0 });
    await stack.up();
    tell(`restored and healthy ${Math.round((Date.now() - begin) / 1000)} s after everything was gone`);
    expect(await production().ended(running.number)).toMatchObject({ outcome: 'deployed' });
    expect(await world.get('web')).toBe('version 2');
    expect(before.length).toBeGreaterThan(0);
    expect(await ended()).toEqual(expect.arrayContaining(before));
  });

  it('an older one forgets what was deployed since, the host does not: nothing is done again, and numbers go on', async () => {
    const { stack, world } = production();
    const third = await production().push(baseFile({ version: '3' }), 'Show 3');
    await production().reach(third.number, 'settle');
    const made = await script('backup', join(world.dir, 'backups'));
    expect(await production().ended(third.number)).toMatchObject({ outcome: 'deployed' });
    const fourth = await production().push(baseFile({ version: '4' }), 'Show 4');
    expect(await production().ended(fourth.number)).toMatchObject({ outcome: 'deployed' });
    const [recorded, web] = [await world.history(), (await world.state())['web']];

    await stack.compose('stop', 'worker', 'ui', 'temporal');
    await stack.compose('down', '--volumes');
    expect(await script('restore', made.stdout.trim())).toMatchObject({ status: 0 });
    await stack.up();
    const fifth = await production().push(baseFile({ version: '5' }), 'Show 5');
    expect(fifth.number).toBeGreaterThan(fourth.number);
    expect((await world.state())['web']).toEqual(web);
    expect(await production().ended(fifth.number)).toMatchObject({ outcome: 'deployed' });
    expect(await world.get('web')).toBe('version 5');
    // The one that was in the middle at the backup is told once more, and changes nothing of what is written down.
    expect((await world.history()).slice(0, recorded.length)).toEqual(recorded);
  });
});
