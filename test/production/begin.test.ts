/** The file unchanged: from nothing to healthy, again, and what its health checks see. */
import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tell, useProduction } from '../support/production/in-vitest.js';
import { baseFile, waitFor } from '../support/world/index.js';
import { output } from '../support/world/programs.js';
import { NAMESPACE, SEARCH_ATTRIBUTES } from '../../workflows/contract.js';

/** Enough to be more than pages that are half full. */
const LOOKS = 40;
const LASTING = ['postgres', 'temporal', 'ui', 'worker'] as const;

describe('production/begin', () => {
  let seconds = 0;
  const production = useProduction('prod', {
    start: async ({ stack }) => {
      const begin = Date.now();
      await stack.up();
      seconds = Math.round((Date.now() - begin) / 1000);
    },
  });

  const lasting = async () => {
    const containers = await production().stack.containers();
    return containers.filter(({ service }) => LASTING.some((name) => name === service));
  };

  it('one command brings all of it up, healthy', async () => {
    tell(`from nothing to healthy in ${seconds} s`);
    const containers = await production().stack.containers();
    const states = Object.fromEntries(containers.map(({ service, status, health }) => [service, health ?? status]));
    expect(states).toEqual({
      postgres: 'healthy',
      schema: 'exited',
      temporal: 'healthy',
      namespace: 'exited',
      ui: 'healthy',
      worker: 'healthy',
    });
  });

  it('its worker deploys the sample stack', async () => {
    expect(await production().world.waitForOutcome(1)).toMatchObject({ outcome: 'deployed', trigger: 'first' });
  });

  it('namespace and search attributes are there, retention is 30 days', async () => {
    const { stack } = production();
    const server = async (path: string) =>
      (await fetch(`http://${await stack.addressOf('temporal')}:7243/api/v1/${path}`)).json();
    expect(await server(`namespaces/${NAMESPACE}`)).toMatchObject({
      config: { workflowExecutionRetentionTtl: '2592000s' },
    });
    const attributes = (await server(`namespaces/${NAMESPACE}/search-attributes`)) as { customAttributes: object };
    expect(Object.keys(attributes.customAttributes).sort()).toEqual([...SEARCH_ATTRIBUTES].sort());
  });

  it('the UI answers on the loopback address, and no other port is published', async () => {
    const { stack } = production();
    const answer = await fetch(`http://127.0.0.1:${stack.uiPort}/namespaces/${NAMESPACE}/workflows`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<html')]);
    const published = await Promise.all(
      (await stack.containers()).map(({ id }) =>
        stack.docker('inspect', '--format', '{{json .HostConfig.PortBindings}}', id),
      ),
    );
    expect(published.filter((ports) => ports !== '{}' && ports !== 'null')).toEqual([
      JSON.stringify({ '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: String(stack.uiPort) }] }),
    ]);
  });

  it('the password of the database shows in no container and no log', async () => {
    const { stack } = production();
    const password = await stack.password();
    const ids = (await stack.containers()).map(({ id }) => id);
    expect(await stack.docker('inspect', ...ids)).not.toContain(password);
    expect(await stack.compose('logs', '--no-color')).not.toContain(password);
    expect(await stack.compose('config')).not.toContain(password);
  });

  it('another up touches nothing that runs', async () => {
    const before = await lasting();
    await production().stack.up();
    expect(await lasting()).toEqual(before);
  });

  it('a database that is stopped makes server and UI unhealthy, and healthy again when it is back', async () => {
    const { stack } = production();
    const begin = Date.now();
    await stack.compose('stop', 'postgres');
    await stack.health('temporal', 'unhealthy');
    tell(`the server is unhealthy ${Math.round((Date.now() - begin) / 1000)} s after a stop of PostgreSQL`);
    await stack.health('ui', 'unhealthy');
    const again = Date.now();
    await stack.compose('start', 'postgres');
    await stack.allHealthy();
    tell(`all is healthy ${Math.round((Date.now() - again) / 1000)} s after its start`);
  });

  it('another password, in the way that docs/production.md tells', async () => {
    const { stack, world } = production();
    const [former, other] = [await stack.password(), randomBytes(16).toString('hex')];
    const psql = `docker compose exec -T postgres psql -U temporal -c '\\password temporal'`;
    const typed = `printf '%s\\n' "$OTHER" "$OTHER" | ${psql}`;
    await output('sh', ['-c', typed], { env: { ...world.parts.env, OTHER: other }, cwd: stack.directory });
    const file = join(stack.secrets, 'postgres-password');
    await writeFile(`${file}.part`, other, { mode: 0o444 });
    await rename(`${file}.part`, file);
    await stack.compose('up', '--detach', '--force-recreate', '--no-deps', 'temporal');
    await stack.allHealthy();
    // By its address, where the image of PostgreSQL asks for the password.
    const connect = (password: string) =>
      stack.compose(
        'exec',
        '-T',
        '-e',
        `PGPASSWORD=${password}`,
        'postgres',
        'psql',
        '--host=postgres',
        '-U',
        'temporal',
        '-c',
        'select 1',
      );
    await expect(connect(former)).rejects.toThrow('password authentication failed');
    expect(await connect(other)).toContain('1 row');
    // The schema's step reads it, too.
    await stack.up();
    const { number } = await production().push(baseFile({ version: 'other password' }), 'Change the page');
    expect(await production().ended(number)).toMatchObject({ outcome: 'deployed' });
  });

  it('what a look leaves in the database', async () => {
    const { stack } = production();
    const temporal = await production().temporal();
    const looks = async () => (await temporal.runsOf('checkStack')).length;
    const size = async () =>
      Number(await stack.sql('postgres', 'select sum(pg_database_size(datname)) from pg_database'));
    const [before, already] = [await size(), await looks()];
    for (let look = 1; look <= LOOKS; look += 1) {
      await temporal.trigger('autodeploy');
      await waitFor(`the end of look ${look}`, async () => (await looks()) >= already + look);
    }
    tell(
      `a look leaves ${Math.round(((await size()) - before) / LOOKS / 1024)} KiB, of ${LOOKS}; before ${before} bytes`,
    );
  });

  it('what each part takes', async () => {
    const { stack } = production();
    const ids = (await lasting()).map(({ id }) => id);
    const format = '{{.Name}} {{.MemUsage}} {{.CPUPerc}}';
    const stats = await stack.docker('stats', '--no-stream', '--no-trunc', '--format', format, ...ids);
    for (const line of stats.split('\n')) tell(line);
    expect(stats.split('\n')).toHaveLength(LASTING.length);
  });
});
