import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ComponentStack } from '../../support/component-stack/index.js';
import { ALONE, MIDDLE, SEED, TODAY, type Platform } from '../../support/component-stack/platforms.js';
import { readMagpieFile, serviceOf } from '../../support/cowbird/magpie-file.js';
import { startCowbird, type CowbirdDouble } from '../../support/doubles/cowbird/index.js';
import { startPlatform, type PlatformDouble } from '../../support/doubles/platform/index.js';
import { SOURCES } from '../../support/monitoring/sources.js';
import { nginxFaults, startNginx, writeNginxConf, type Nginx } from '../../support/nginx.js';

const OUTSIDE = '/twitcher/ows/proxy';
const ERAS = [
  ['seed', SEED],
  ['1.26', MIDDLE],
  ['today', TODAY],
] as const;

/** nginx with our route, before Twitcher and Magpie with our permissions, before Cowbird. */
let cowbird: CowbirdDouble;
let platform: PlatformDouble;
let stack: ComponentStack;
let nginx: Nginx | undefined;

beforeAll(async () => {
  cowbird = await startCowbird();
  const file = readMagpieFile(join(SOURCES, 'components/cowbird/config/magpie/cowbird.yml'));
  platform = await startPlatform({
    admin: { name: 'admin', password: 'tawny-owl' },
    users: [{ name: 'anne', password: 'x', groups: ['researchers'] }],
    services: [serviceOf(file, cowbird.url)],
  });
});
afterAll(async () => {
  await platform.close();
  await cowbird.close();
});
beforeEach(() => {
  stack = new ComponentStack('cowbird');
  cowbird.requests.length = 0;
  platform.requests.length = 0;
});
afterEach(async () => {
  await nginx?.stop();
  nginx = undefined;
  stack.remove();
});

/** Around ours, as in the proxy of the platform. */
const locations = (dir: string): string => `    include ${dir}/conf/*.conf;
    location / { return 404; }
`;

/** Rendered routes, as they are mounted in the proxy. */
async function routes(of: Platform, values: Record<string, string> = {}): Promise<string> {
  stack.write(of, { COWBIRD_TWITCHER_URL: `${platform.url}${OUTSIDE}`, ...values });
  await stack.renderInPlace();
  const { COWBIRD_PROXY: mounted = '' } = await stack.variables('COWBIRD_PROXY');
  const dir = join(stack.root, 'nginx');
  cpSync(join(stack.component, 'config/proxy', mounted), join(dir, 'conf'), { recursive: true });
  writeFileSync(join(dir, 'cors.include'), "add_header Access-Control-Allow-Origin '*';\n");
  for (const name of readdirSync(join(dir, 'conf'))) {
    const path = join(dir, 'conf', name);
    const text = readFileSync(path, 'utf8').replaceAll('/etc/nginx/conf.d/cors.include', join(dir, 'cors.include'));
    writeFileSync(path, text);
  }
  return dir;
}

async function front(of: Platform, values: Record<string, string> = {}): Promise<void> {
  const dir = await routes(of, values);
  nginx = await startNginx(dir, locations(dir));
  platform.requests.length = 0;
}

const as = (user: string): Record<string, string> => ({ cookie: `auth_tkt=${platform.magpie.signIn(user)}` });

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${nginx?.url}${path}`, { redirect: 'manual', ...init });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

describe('components/cowbird', () => {
  it.each(ERAS)('an administrator gets everything, %s', async (_, era) => {
    await front(era);
    const headers = as('admin');
    for (const [path, text] of [
      ['/cowbird', 'Cowbird REST API'],
      ['/cowbird/', 'Cowbird REST API'],
      ['/cowbird/version', '"worker_version"'],
      ['/cowbird/api', 'swagger-ui'],
      ['/cowbird/json', '"swagger"'],
      ['/cowbird/handlers', 'FileSystem'],
    ] as const) {
      const { status, text: seen } = await ask(path, { headers });
      expect([path, status]).toEqual([path, 200]);
      expect(seen, path).toContain(text);
    }
    const resync = await ask('/cowbird/handlers/FileSystem/resync', { method: 'PUT', headers });
    expect(resync.status).toBe(200);
    expect(cowbird.cowbird.resyncs).toContain('FileSystem');
  });

  it.each(ERAS)('others get what monitoring reads, and nothing else, %s', async (_, era) => {
    await front(era);
    for (const headers of [{}, as('anne')]) {
      const statuses = async (...paths: string[]) =>
        Promise.all(paths.map(async (path) => (await ask(path, { headers })).status));
      expect(await statuses('/cowbird', '/cowbird/', '/cowbird/version')).toEqual([200, 200, 200]);
      cowbird.requests.length = 0;
      const guarded = [
        '/cowbird/api',
        '/cowbird/json',
        '/cowbird/handlers',
        '/cowbird/handlers/Magpie',
        '/cowbird/version/x',
      ];
      expect(await statuses(...guarded)).toEqual(guarded.map(() => 401));
      const told = {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{"event":"deleted","user_name":"anne"}',
      };
      expect((await ask('/cowbird/webhooks/users', told)).status).toBe(401);
      expect((await ask('/cowbird/handlers/FileSystem/resync', { method: 'PUT', headers })).status).toBe(401);
      expect((await ask('/cowbird/', { method: 'POST', headers })).status).toBe(401);
      expect(cowbird.requests).toEqual([]);
    }
  });

  it('Twitcher is told who asks, and by which name', async () => {
    await front(TODAY);
    const { port } = new URL(nginx?.url ?? '');
    const { headers } = await ask('/cowbird/version', { headers: { 'x-forwarded-for': '192.0.2.7' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    const [asked] = platform.requests;
    expect(asked).toMatchObject({ method: 'GET', url: `${OUTSIDE}/cowbird/version` });
    expect(asked?.headers).toMatchObject({
      host: '127.0.0.1',
      'x-forwarded-for': '192.0.2.7, 127.0.0.1',
      'x-forwarded-host': `127.0.0.1:${port}`,
    });
  });

  it.each([
    ['/cowbird', '/cowbird'],
    ['/cowbird/', '/cowbird/'],
    ['/cowbird?f=json', '/cowbird?f=json'],
    ['/cowbird/version?x=%26', '/cowbird/version?x=%26'],
    ['/cowbird/handlers/a%20b', '/cowbird/handlers/a%20b'],
    ['/cowbird/version/', '/cowbird/version'],
    ['/cowbird/version//', '/cowbird/version'],
    ['/cowbird/handlers/Magpie/?x=1', '/cowbird/handlers/Magpie?x=1'],
  ])('%s is asked of Twitcher as %s', async (path, seen) => {
    await front(SEED);
    await ask(path, { headers: as('admin') });
    expect(platform.requests.map(({ url }) => url)).toEqual([`${OUTSIDE}${seen}`]);
  });

  it('a slash at the end is no trap: it keeps method and body, where Cowbird itself would lead astray', async () => {
    await front(TODAY);
    const body = JSON.stringify({ event: 'deleted', user_name: 'anne' });
    const headers = { ...as('admin'), 'content-type': 'application/json' };
    expect((await ask('/cowbird/webhooks/users/', { method: 'POST', body, headers })).status).toBe(200);
    expect(cowbird.requests.map(({ method, text }) => [method, text])).toEqual([['POST', body]]);
    const direct = await fetch(`${cowbird.url}/cowbird/version/`, { redirect: 'manual' });
    const leads = (direct.headers.get('location') ?? '').split(', ').map((to) => new URL(to, cowbird.url).pathname);
    expect(direct.status).toBe(301);
    expect(leads).not.toContain('/cowbird/version');
  });

  it('neighbours are left alone', async () => {
    await front(SEED);
    for (const path of ['/cowbirds', '/cowbird-docs/', '/Cowbird']) expect((await ask(path)).status).toBe(404);
    expect(platform.requests).toEqual([]);
  });

  it.each([
    ['an operator wants nothing', TODAY, { COWBIRD_PROXY: 'none' }],
    ['there is no Twitcher to ask', ALONE, {}],
  ])('nothing is behind the proxy where %s', async (_, of, values) => {
    await front(of, values);
    for (const path of ['/cowbird', '/cowbird/', '/cowbird/version']) expect((await ask(path)).status).toBe(404);
  });

  it.each(ERAS)('nginx takes it as it is rendered, %s', async (_, era) => {
    const dir = await routes(era);
    expect(nginxFaults(writeNginxConf(dir, 1, locations(dir)))).toBe('');
    const text = readFileSync(join(dir, 'conf/cowbird.conf'), 'utf8');
    expect(text).toContain('proxy_set_header Host $host;');
    stack.write(era);
    const { COWBIRD_PLATFORM_URL: url } = await stack.variables('COWBIRD_PLATFORM_URL');
    expect(await stack.text('config/proxy/twitcher/cowbird.conf')).toContain(`proxy_pass ${url}${OUTSIDE}/cowbird/;`);
  });
});
