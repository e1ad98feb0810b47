import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { doublePrograms, type DoublePrograms } from '../../../../support/double-programs.js';
import { COWBIRD_FACTS } from '../../../../support/judges/cowbird.js';
import { ask, broken, jsonIn } from '../../../../support/judges/judge.js';
import { MAGPIE_FACTS } from '../../../../support/judges/magpie.js';
import { freePorts } from '../../../../support/world/ports.js';

let programs: DoublePrograms;
beforeAll(async () => {
  programs = await doublePrograms();
});
afterAll(() => programs.remove());
afterEach(() => programs.endAll());

const CONFIG = `handlers:
  # Which are there.
  Magpie:
    active: \${COWBIRD_HANDLER_MAGPIE}
    url: http://magpie:2001
  Thredds:
    active: false
  FileSystem: { active: true, priority: 1 }
  Crow:
    active: true
sync_permissions:
  Nginx:
    active: true
`;

const handlersOf = async (url: string) => jsonIn(await ask(`${url}/handlers`))['handlers'];

describe('support/doubles/platform/main', () => {
  it('Cowbird and its worker run without packages; without the worker it is out of step', async () => {
    const worker = await programs.start('cowbird/worker-main.js');
    const cowbird = await programs.start('cowbird/main.js', { WORKER_URL: worker.url });
    const handlers = ['FileSystem', 'Magpie', 'Geoserver', 'Catalog', 'Thredds', 'Nginx'];
    expect(await broken(COWBIRD_FACTS, { url: cowbird.url, handlers })).toEqual([]);
    expect(await worker.end()).toBe(0);
    const { status, text } = await ask(`${cowbird.url}/version`);
    expect([status, text.includes('"worker_version": null')]).toEqual([424, true]);
    const other = await programs.start('cowbird/worker-main.js', { PORT: new URL(worker.url).port, VERSION: '2.5.2' });
    expect(jsonIn(await ask(`${cowbird.url}/version`))['worker_version']).toBe('2.5.2');
    expect([await other.end(), await cowbird.end()]).toEqual([0, 0]);
  });

  it('Cowbird takes its handlers and its address from where the real one has them', async () => {
    const config = join(programs.dir, 'cowbird.d');
    await mkdir(config);
    await writeFile(join(config, 'cowbird.yml'), CONFIG);
    const ini = join(programs.dir, 'cowbird.ini');
    await writeFile(ini, '[app:cowbird_app]\nuse = egg:cowbird\ncowbird.url = https://host.example/cowbird\n');
    const env = { COWBIRD_CONFIG_PATH: config, COWBIRD_INI_FILE_PATH: ini };
    const with_ = await programs.start('cowbird/main.js', { ...env, COWBIRD_HANDLER_MAGPIE: 'true' });
    expect(await handlersOf(with_.url)).toEqual(['Magpie', 'FileSystem']);
    expect(jsonIn(await ask(`${with_.url}/`))['documentation']).toBe('https://host.example/cowbird/api');
    const without = await programs.start('cowbird/main.js', env);
    expect(await handlersOf(without.url)).toEqual(['FileSystem']);
    const unmounted = await programs.start('cowbird/main.js', { COWBIRD_CONFIG_PATH: join(programs.dir, 'none.yml') });
    expect(await handlersOf(unmounted.url)).toEqual([]);
  });

  it('the front, Magpie and Twitcher are one program, and Cowbird hears of people', async () => {
    const workspaces = join(programs.dir, 'workspaces');
    await mkdir(workspaces);
    const cowbird = await programs.start('cowbird/main.js', { WORKSPACE_DIR: workspaces });
    const [magpie, twitcher] = await freePorts(2);
    const front = await programs.start('platform/main.js', {
      MAGPIE_PORT: String(magpie),
      TWITCHER_PORT: String(twitcher),
      MAGPIE_ADMIN_PASSWORD: 'another-one',
      USERS: 'anne',
      COWBIRD_URL: cowbird.url,
      BIRDS: 'finch=http://127.0.0.1:9/wps?a=b',
      PRIVATE_BIRDS: 'raven=http://127.0.0.1:9/wps',
    });
    const url = `http://127.0.0.1:${magpie}`;
    const admin = { name: 'admin', password: 'another-one' };
    const place = { admin, person: { name: 'anne', password: 'anneanne' }, cowbirdUrl: cowbird.url };
    expect(await broken(MAGPIE_FACTS, { ...place, url, publicBird: 'finch', privateBird: 'raven' })).toEqual([]);

    const signed = await ask(`${front.url}/magpie/signin`, { json: { user_name: 'admin', password: admin.password } });
    const cookie = signed.cookies[0]?.pair ?? '';
    const through = [`${front.url}/cowbird/handlers`, `http://127.0.0.1:${twitcher}/ows/proxy/cowbird/handlers`];
    for (const asked of through) {
      expect([(await ask(asked)).status, (await ask(asked, { cookie })).status]).toEqual([401, 200]);
    }
    const json = { user_name: 'bob', email: 'bob@example.org', password: 'a-long-password' };
    expect((await ask(`${url}/users`, { json, cookie })).status).toBe(201);
    await expect.poll(() => readdir(workspaces)).toEqual(['bob']);
    expect(await front.end()).toBe(0);
  });
});
