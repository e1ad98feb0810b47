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

  it('the next push is deployed as ever', async () => {
    const { number } = await production().push(baseFile({ version: '3' }), 'Show 3');
    expect(await production().ended(number)).toMatchObject({ outcome: 'deployed' });
    expect(await production().world.get('web')).toBe('version 3');
  });
});
