/** components/monitoring and what its folder `production` adds: Prometheus and the worker meet on a network of their own. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query } from '../support/monitoring/query.js';
import { prepareToWatch, targetsUp, type Watched } from '../support/monitoring/watched-world.js';
import { useProduction } from '../support/production/in-vitest.js';

const PROMETHEUS = 'http://127.0.0.1:9090';

describe('production/monitored', () => {
  const production = useProduction('prodmon');
  let watched: Watched;

  beforeAll(async () => {
    const { world, stack } = production();
    watched = await prepareToWatch(world);
    const lines = [
      ...watched.lines,
      `export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ${join(world.dir, 'monitoring/production')}"`,
      `export MONITORING_BIRDKEEPER_NETWORK='${stack.project}_metrics'`,
    ];
    const number = await production().pushSettings({ extra: lines }, 'Watch the host');
    const { outcome, message } = await production().ended(number);
    expect([outcome, message]).toEqual(['deployed', expect.any(String)]);
  });
  afterAll(() => watched?.stop());

  it('every target is up, and tells of the stack', async () => {
    await targetsUp(PROMETHEUS);
    const { project } = production().world;
    expect(await query(PROMETHEUS, `birdkeeper_stack_state{stack="${project}",state="up to date"} == 1`)).toHaveLength(
      1,
    );
  });

  it('status and doctor, in the container of the worker, ask it', async () => {
    const { stack, world } = production();
    expect(await stack.birdkeeper('status', '--stack', world.stackDirectory)).toMatch(
      /^alerts .*cannot be scraped: grafana/m,
    );
    expect(await stack.birdkeeper('doctor', '--stack', world.stackDirectory)).toMatch(
      /monitoring: grafana cannot be scraped/,
    );
  });

  it('Prometheus does not reach the Temporal server', async () => {
    const { stack } = production();
    const answer = (host: string) =>
      stack.docker('exec', 'prometheus', 'sh', '-c', `nslookup ${host} >/dev/null 2>&1; echo $?`);
    expect((await answer('worker')).trim()).toBe('0');
    expect((await answer('temporal')).trim()).not.toBe('0');
    const address = (await stack.addressOf('temporal')) ?? '';
    const reached = await stack.docker('exec', 'prometheus', 'sh', '-c', `nc -w 2 ${address} 7233 </dev/null; echo $?`);
    expect(reached.trim()).toBe('1');
  });
});
