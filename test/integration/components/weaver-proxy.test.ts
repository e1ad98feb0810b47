import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startBackend, type Asked, type Backend } from '../../support/component-stack/backend.js';
import { ComponentStack } from '../../support/component-stack/index.js';
import { SEED, TODAY, type Platform } from '../../support/component-stack/platforms.js';
import { nginxFaults, startNginx, writeNginxConf, type Nginx } from '../../support/nginx.js';

const VERIFY = '/twitcher/ows/verify';
/** Twitcher from outside, and from within the network of the platform. */
const [OUTSIDE, INSIDE] = ['/twitcher/ows/proxy', '/ows/proxy'];
const ADMIN = { cookie: 'auth_tkt=admin' };
const MANY_LINKS = '</weaver/jobs/1/results/file.nc>; rel="output", '.repeat(430);

/** Weaver, and Twitcher, which lets an administrator do all, a reader read, and says 401 to who is not signed in. */
let weaver: Backend;
let twitcher: Backend;
let stack: ComponentStack;
let nginx: Nginx | undefined;

beforeAll(async () => {
  const content = ({ method, url, body }: Asked) => ({
    status: 200,
    ...(url.endsWith('/results') ? { headers: { link: MANY_LINKS } } : {}),
    body: `${method} ${url} ${body}`,
  });
  weaver = await startBackend(content);
  twitcher = await startBackend((asked) => {
    const user = /auth_tkt=(\w+)/.exec(asked.headers.cookie ?? '')?.[1];
    if (user === undefined) return { status: 401, body: 'who is it?' };
    if (user !== 'admin' && asked.method !== 'GET') return { status: 403, body: 'forbidden' };
    return asked.url.includes('/verify/') ? { status: 200, body: '{"access": true}' } : content(asked);
  });
});
afterAll(async () => {
  await weaver.close();
  await twitcher.close();
});
beforeEach(() => {
  stack = new ComponentStack('weaver');
  weaver.asked.length = 0;
  twitcher.asked.length = 0;
});
afterEach(async () => {
  await nginx?.stop();
  nginx = undefined;
  stack.remove();
});

/** The platform's own locations around ours. */
const platformLocations = (dir: string): string => `    include ${dir}/conf/*.conf;
    location /twitcher/ { return 204; }
    location /ogcapi/collections { return 204; }
    location / { return 404; }
`;

/** Rendered routes, as they are mounted in the proxy; `here`: with the servers of this test, whose names do not resolve. */
async function routes(platform: Platform, values: Record<string, string>, here: boolean): Promise<string> {
  stack.write(platform, {
    ...(here ? { WEAVER_PLATFORM_URL: twitcher.address, WEAVER_TWITCHER_URL: twitcher.address } : {}),
    ...values,
  });
  await stack.renderInPlace();
  const dir = join(stack.root, 'nginx');
  cpSync(join(stack.component, 'config/proxy/conf'), join(dir, 'conf'), { recursive: true });
  writeFileSync(join(dir, 'cors.include'), "add_header Access-Control-Allow-Origin '*';\n");
  for (const name of readdirSync(join(dir, 'conf'))) {
    const path = join(dir, 'conf', name);
    const text = readFileSync(path, 'utf8')
      .replaceAll('/etc/nginx/conf.extra-service.d/weaver', join(dir, 'conf'))
      .replaceAll('/etc/nginx/conf.d/cors.include', join(dir, 'cors.include'));
    writeFileSync(path, here ? text.replaceAll('http://weaver:4001', weaver.address) : text);
  }
  return dir;
}

async function front(platform: Platform, values: Record<string, string> = {}): Promise<Nginx> {
  const dir = await routes(platform, values, true);
  nginx = await startNginx(dir, platformLocations(dir));
  weaver.asked.length = 0;
  twitcher.asked.length = 0;
  return nginx;
}

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${nginx?.url}${path}`, { redirect: 'manual', headers: ADMIN, ...init });
  return {
    status: response.status,
    text: await response.text(),
    location: response.headers.get('location')?.replace(/^http:\/\/127\.0\.0\.1:\d+/, '') ?? undefined,
    headers: response.headers,
  };
};
const posted = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body,
  headers: { ...ADMIN, 'content-type': 'application/json', ...headers },
});

/** Status, and length of the header Link; fetch takes no more than 16 kB of headers. */
const longAnswer = (path: string): Promise<[number | undefined, number | undefined]> =>
  new Promise((resolve, reject) => {
    get(`${nginx?.url}${path}`, { headers: ADMIN, maxHeaderSize: 64 * 1024 }, (response) => {
      response.resume();
      const { link } = response.headers;
      resolve([response.statusCode, Array.isArray(link) ? link.join(', ').length : link?.length]);
    }).on('error', reject);
  });

describe('components/weaver', () => {
  it.each([
    ['/weaver/', '/weaver/'],
    ['/weaver/api', '/weaver/api'],
    ['/weaver/providers?check=false&detail=false', '/weaver/providers?check=false&detail=false'],
    ['/weaver/processes/a%20b%3A1.0.0?x=%26', '/weaver/processes/a%20b:1.0.0?x=%26'],
    ['/weaver/jobs/1', '/weaver/jobs/1'],
  ])('today, %s is answered by Weaver when Twitcher lets it pass', async (path, seen) => {
    await front(TODAY);
    expect((await ask(path, { headers: {} })).status).toBe(401);
    expect(weaver.asked).toEqual([]);
    expect(await ask(path)).toMatchObject({ status: 200, text: `GET ${seen} ` });
    expect(twitcher.asked.map(({ method, url }) => [method, url])).toEqual(Array(2).fill(['GET', `${VERIFY}${path}`]));
  });

  it('today, the question has the method of the request, and no body', async () => {
    await front(TODAY);
    expect(await ask('/weaver/providers', posted('{"id":"finch"}'))).toMatchObject({
      status: 200,
      text: 'POST /weaver/providers {"id":"finch"}',
    });
    const [question] = twitcher.asked;
    expect(question).toMatchObject({ method: 'POST', url: `${VERIFY}/weaver/providers`, body: '' });
    expect(question?.headers).toMatchObject({ 'x-original-uri': '/weaver/providers' });
    // Who may read may not write.
    const reader = { cookie: 'auth_tkt=reader' };
    expect((await ask('/weaver/providers', { headers: reader })).status).toBe(200);
    weaver.asked.length = 0;
    expect((await ask('/weaver/providers', posted('{}', reader))).status).toBe(403);
    expect((await ask('/weaver/providers/finch', { method: 'DELETE', headers: reader })).status).toBe(403);
    expect(weaver.asked).toEqual([]);
  });

  it('today, there is one way to Weaver, which keeps method, body and query', async () => {
    const { url } = await front(TODAY);
    expect(await ask('/weaver?f=json')).toMatchObject({ status: 301, location: '/weaver/?f=json' });
    expect(await ask(`${OUTSIDE}/weaver`)).toMatchObject({ status: 301, location: '/weaver/' });
    expect(await ask(`${OUTSIDE}/weaver/processes/a%20b?x=%26`)).toMatchObject({
      status: 308,
      location: '/weaver/processes/a%20b?x=%26',
    });
    const followed = await fetch(`${url}${OUTSIDE}/weaver/providers`, posted('{"id":"raven"}'));
    expect(await followed.text()).toBe('POST /weaver/providers {"id":"raven"}');
    expect((await ask(`${OUTSIDE}/weaver-wps?service=WPS`)).status).toBe(204);
    expect((await ask('/weaver-auth')).status).toBe(404);
    expect((await ask('/weaver-anything')).status).toBe(404);
  });

  it.each([
    ['GET', '/processes?providers=true'],
    ['POST', '/processes'],
    ['POST', '/processes/sleep:1.2.0/execution'],
    ['POST', '/providers/finch/processes/sleep/jobs/'],
    ['POST', '/jobs'],
  ])('today, %s %s goes through Twitcher, whose hooks change it', async (method, path) => {
    await front(TODAY);
    const headers = { 'x-wps-output-context': 'users/5' };
    const init = method === 'GET' ? { headers: { ...ADMIN, ...headers } } : posted('{}', headers);
    expect((await ask(`/weaver${path}`, init)).status).toBe(200);
    expect(twitcher.asked).toMatchObject([{ method, url: `${INSIDE}/weaver${path}`, headers }]);
    expect(weaver.asked).toEqual([]);
    expect((await ask(`/weaver${path}`, { ...init, headers: {} })).status).toBe(401);
  });

  it('nobody says for himself whose directory results are put in', async () => {
    await front(TODAY, { WEAVER_PROXY_HOOKS: 'off' });
    for (const path of ['/weaver/processes/sleep/execution', '/weaver/wps']) {
      expect((await ask(path, posted('{}', { 'x-wps-output-context': 'users/5' }))).status).toBe(200);
    }
    expect(weaver.asked.map(({ url, headers }) => [url, headers['x-wps-output-context']])).toEqual([
      ['/weaver/processes/sleep/execution', undefined],
      ['/weaver/wps', undefined],
    ]);
  });

  it('a Weaver that does not know its path is asked at the root', async () => {
    await front(TODAY, { WEAVER_VERSION: '5.6.1' });
    expect((await ask('/weaver/jobs/1?f=json')).text).toBe('GET /jobs/1?f=json ');
    expect((await ask('/weaver/')).text).toBe('GET / ');
  });

  it('the second path leads to the first and keeps method and body', async () => {
    const { url } = await front(TODAY);
    expect(await ask('/ogcapi/processes?limit=1')).toMatchObject({
      status: 308,
      location: '/weaver/processes?limit=1',
    });
    const followed = await fetch(`${url}/ogcapi/jobs/1/inputs`, posted('{"a":1}'));
    expect(await followed.text()).toBe('POST /weaver/jobs/1/inputs {"a":1}');
    expect((await ask('/ogcapi/collections/x')).status).toBe(204);
    expect((await ask('/ogcapi/processesX')).status).toBe(404);
    expect((await ask('/ogcapi/')).status).toBe(404);
  });

  it.each<[string, Record<string, string>, number, string | undefined]>([
    ['none, when it is empty', { WEAVER_ALT_PREFIX: '' }, 404, undefined],
    ['another one', { WEAVER_ALT_PREFIX: '/ogcapi/v1' }, 404, undefined],
    [
      'text for nginx instead',
      { WEAVER_ALT_PREFIX_PROXY_LOCATION: 'location ^~ /ogcapi/ { return 302 /${WEAVER_MANAGER_NAME}/; }' },
      302,
      '/weaver/',
    ],
  ])('the second path: %s', async (_, values, status, location) => {
    await front(TODAY, values);
    const { status: seen, location: to } = await ask('/ogcapi/processes');
    expect([seen, to]).toEqual([status, location]);
    const v1 = (await ask('/ogcapi/v1/processes')).location;
    expect(v1).toBe(values['WEAVER_ALT_PREFIX'] === '/ogcapi/v1' ? '/weaver/processes' : location);
  });

  it.each([
    ['today', TODAY],
    ['seed', SEED],
  ])('headers of 20 kB pass, %s', async (_, platform) => {
    expect(MANY_LINKS.length).toBeGreaterThan(20_000);
    await front(platform);
    expect(await longAnswer('/weaver/jobs/1/results')).toEqual([200, MANY_LINKS.trim().length]);
    await nginx?.stop();
    await front(platform, { WEAVER_PROXY_RESPONSE_BUFFER_SIZE: '4k' });
    expect(await longAnswer('/weaver/jobs/1/results')).toEqual([502, undefined]);
  });

  it.each([
    ['/weaver', '/weaver'],
    ['/weaver/', '/weaver/'],
    ['/weaver/api', '/weaver/api'],
    ['/weaver/processes?providers=true', '/weaver/processes?providers=true'],
  ])('seed, %s goes through Twitcher', async (path, seen) => {
    await front(SEED);
    expect(await ask(path)).toMatchObject({ status: 200, text: `GET ${OUTSIDE}${seen} ` });
    expect((await ask(path)).headers.get('access-control-allow-origin')).toBe('*');
    expect(await ask(path, { headers: {} })).toMatchObject({ status: 401, text: 'who is it?' });
  });

  it('seed, a body arrives, a refusal too, and neighbours are left alone', async () => {
    await front(SEED, { WEAVER_ALT_PREFIX: '/ogcapi' });
    expect((await ask('/weaver/providers', posted('{"id":"finch"}'))).text).toBe(
      `POST ${OUTSIDE}/weaver/providers {"id":"finch"}`,
    );
    expect((await ask('/weaver/providers', posted('{}', { cookie: 'auth_tkt=reader' }))).status).toBe(403);
    expect((await ask('/weaver-anything')).status).toBe(404);
    expect((await ask(`${OUTSIDE}/weaver`)).status).toBe(204);
    expect(await ask('/ogcapi/jobs')).toMatchObject({ status: 308, location: '/weaver/jobs' });
  });

  it('nothing is behind the proxy where an operator wants nothing', async () => {
    await front(TODAY, { WEAVER_PROXY: 'none' });
    for (const path of ['/weaver', '/weaver/', '/ogcapi/processes']) expect((await ask(path)).status).toBe(404);
  });

  it.each(['on', 'off'])('nginx starts while Weaver and Twitcher are away, hooks %s', async (hooks) => {
    const dir = await routes(TODAY, { WEAVER_PROXY_HOOKS: hooks }, false);
    expect(nginxFaults(writeNginxConf(dir, 1, platformLocations(dir)))).toBe('');
  });
});
