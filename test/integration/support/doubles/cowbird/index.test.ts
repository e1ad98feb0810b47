import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Cowbird,
  cowbirdHandler,
  HANDLERS,
  startCowbird,
  type CowbirdOptions,
} from '../../../../support/doubles/cowbird/index.js';
import { serve, type Answer, type Handler, type Served } from '../../../../support/doubles/http.js';
import { cowbirdWebhooks, startMagpie } from '../../../../support/doubles/magpie/index.js';
import { COWBIRD_FACTS, type CowbirdPlace } from '../../../../support/judges/cowbird.js';
import { ask, broken, isTold, jsonIn } from '../../../../support/judges/judge.js';

const running: Served[] = [];
const directories: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true })));
});

async function start(options: CowbirdOptions = {}) {
  const double = await startCowbird(options);
  running.push(double);
  return double;
}

const placeOf = ({ url }: Served): CowbirdPlace => ({ url, handlers: HANDLERS });

async function startMutant(change: (answer: Answer, path: string, method: string) => Answer): Promise<Served> {
  const handler = cowbirdHandler(new Cowbird());
  const changed: Handler = async (seen) => {
    const reply = await handler(seen);
    return typeof reply === 'string' ? reply : change(reply, seen.path, seen.method);
  };
  const mutant = await serve(changed);
  running.push(mutant);
  return mutant;
}

const bodyOf = ({ body }: Answer): string => (typeof body === 'string' ? body : '');

async function temporary(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'bk-test-workspaces-'));
  directories.push(path);
  return path;
}

describe('support/doubles/cowbird/index', () => {
  describe('holds every fact of the real one', () => {
    let place: CowbirdPlace;
    beforeEach(async () => {
      place = placeOf(await start());
    });
    it.each(COWBIRD_FACTS)('%s', async (_, judge) => {
      await judge(place);
    });
  });

  it.each<[string, (answer: Answer, path: string, method: string) => Answer, RegExp]>([
    ['compact JSON', (answer) => ({ ...answer, body: bodyOf(answer).replace(/": /g, '":') }), /its root tells/],
    [
      'a worker of another version',
      (answer) => ({ ...answer, body: bodyOf(answer).replace('"worker_version": "2', '"worker_version": "1') }),
      /its version is that of its worker/,
    ],
    [
      'a resync of what is not there',
      (answer, _path, method) => (method === 'PUT' ? { ...answer, status: 200 } : answer),
      /made to begin anew/,
    ],
    [
      'numbers taken as text',
      (answer, path) => (path.endsWith('/permissions') && answer.status === 422 ? { ...answer, status: 200 } : answer),
      /its number as a number/,
    ],
    [
      'a slash at the end that is nothing',
      (answer) => (answer.status === 301 ? { ...answer, status: 200 } : answer),
      /a slash at the end/,
    ],
    [
      'handlers in small letters',
      (answer) => ({ ...answer, body: bodyOf(answer).replace('"FileSystem"', '"filesystem"') }),
      /tells its handlers/,
    ],
  ])('a double with %s is found out', async (_, change, sentence) => {
    const found = await broken(COWBIRD_FACTS, placeOf(await startMutant(change)));
    expect(found.some((one) => sentence.test(one))).toBe(true);
  });

  it('a worker that is silent, or whose tasks are unknown, is 424 with null and why', async () => {
    const { url, cowbird } = await start();
    for (const [worker, why] of [
      ['stopped', 'worker unreachable'],
      ['unregistered', 'unknown'],
    ] as const) {
      cowbird.behave({ worker });
      const heard = await ask(`${url}/version`);
      isTold(heard, 424, 'Version dependencies could not all be identified.', '/version');
      expect(jsonIn(heard)).toMatchObject({
        version: '2.6.0',
        worker_version: null,
        version_detail: `Web service version : [2.6.0], worker version : [${why}]. Any mismatch can cause misbehavior.`,
      });
    }
    cowbird.behave({ worker: 'no broker' });
    const heard = await ask(`${url}/version`);
    isTold(heard, 500, 'Unhandled error when trying to retrieve worker version.', '/version');
    expect(jsonIn(heard)).toMatchObject({ worker_version: null });
  });

  it('while its broker hangs, its version hangs, and its root does not', async () => {
    const { url } = await start({ behaviour: { worker: 'broker hangs' } });
    const version = fetch(`${url}/version`, { signal: AbortSignal.timeout(300) });
    await expect(version).rejects.toThrow(/timeout/);
    expect((await ask(`${url}/`)).status).toBe(200);
  });

  it('FileSystem cannot begin anew without the handler of Magpie', async () => {
    const { url } = await start({ behaviour: { handlers: ['FileSystem'] } });
    const heard = await ask(`${url}/handlers/FileSystem/resync`, { method: 'PUT' });
    expect([heard.status, jsonIn(heard)['exception']]).toEqual([500, 'AttributeError']);
  });

  it('another version of the worker is told as well as its own', async () => {
    const { url } = await start({ behaviour: { workerVersion: '2.5.0' } });
    const heard = await ask(`${url}/version`);
    isTold(heard, 200, 'Get version successful.', '/version');
    expect(jsonIn(heard)).toMatchObject({ version: '2.6.0', worker_version: '2.5.0' });
  });

  it('1.0.0 says 200 with null, and knows no resync', async () => {
    const { url } = await start({ version: '1.0.0', behaviour: { worker: 'stopped' } });
    const heard = await ask(`${url}/version`);
    isTold(heard, 200, 'Get version successful.', '/version');
    expect(jsonIn(heard)).toMatchObject({ worker_version: null });
    const path = '/handlers/FileSystem/resync';
    isTold(await ask(`${url}${path}`, { method: 'PUT' }), 404, 'The route resource could not be found.', path);
  });

  it('has the handlers that it is configured with', async () => {
    const { url } = await start({ behaviour: { handlers: ['Magpie', 'Nginx'] } });
    expect(jsonIn(await ask(`${url}/handlers`))['handlers']).toEqual(['Magpie', 'Nginx']);
    expect((await ask(`${url}/handlers/FileSystem`)).status).toBe(404);
    expect(await broken(COWBIRD_FACTS, placeOf({ url } as Served))).toContain(
      'it tells its handlers, and each by its name',
    );
  });

  it('is not ready for as long as it is told', async () => {
    const { url } = await start({ behaviour: { notReadyFor: 2 } });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await ask(`${url}/`)).status);
    expect(statuses).toEqual([503, 503, 200]);
    const later = await start({ behaviour: { notReadyUntil: Date.now() + 3_600_000 } });
    expect((await ask(`${later.url}/`)).status).toBe(503);
    later.cowbird.behave({ notReadyUntil: Date.now() });
    expect((await ask(`${later.url}/`)).status).toBe(200);
  });

  it('a handler that fails makes its resync 500, and every webhook, and calls Magpie back', async () => {
    const called: string[] = [];
    const back = await serve(({ method, path }) => {
      called.push(`${method} ${path}`);
      return { status: 200 };
    });
    running.push(back);
    const { url, cowbird } = await start({ behaviour: { failing: ['Geoserver'] } });
    const resync = (name: string) => ask(`${url}/handlers/${name}/resync`, { method: 'PUT' });
    expect([(await resync('Geoserver')).status, (await resync('FileSystem')).status]).toEqual([500, 200]);
    expect(cowbird.resyncs).toEqual(['Geoserver', 'FileSystem']);
    const json = { event: 'created', user_name: 'anne', callback_url: `${back.url}/tmp/1` };
    isTold(
      await ask(`${url}/webhooks/users`, { json }),
      500,
      'Failed to handle user webhook event.',
      '/webhooks/users',
    );
    expect(called).toEqual(['HEAD /tmp/1']);
    expect(cowbird.events).toHaveLength(1);
  });

  it('Magpie tells it of people, who get and lose a workspace', async () => {
    const workspaces = await temporary();
    const { url } = await start({ workspaces });
    const double = await startMagpie({ webhooks: cowbirdWebhooks(url) });
    running.push(double);
    const signed = await ask(`${double.url}/signin`, { json: { user_name: 'admin', password: 'qwertyqwerty' } });
    const cookie = signed.cookies[0]?.pair ?? '';
    const json = { user_name: 'anne', email: 'anne@example.org', password: 'a-long-password', group_name: 'users' };
    isTold(await ask(`${double.url}/users`, { json, cookie }), 201, 'Add user to db successful.', '/users');
    await Promise.all(double.magpie.sent);
    expect(await readdir(workspaces)).toEqual(['anne']);
    await ask(`${double.url}/users/anne`, { method: 'DELETE', cookie });
    await Promise.all(double.magpie.sent);
    expect(await readdir(workspaces)).toEqual([]);
    expect(JSON.stringify(double.requests)).not.toContain('a-long-password');
  });

  it('a person whom it could not do anything for is known to Magpie', async () => {
    const { url } = await start({ behaviour: { failing: ['FileSystem'] } });
    const double = await startMagpie({ webhooks: cowbirdWebhooks(url) });
    running.push(double);
    const signed = await ask(`${double.url}/signin`, { json: { user_name: 'admin', password: 'qwertyqwerty' } });
    const cookie = signed.cookies[0]?.pair ?? '';
    await ask(`${double.url}/users`, { json: { user_name: 'anne', email: 'a@b.org', password: 'p-p-p-p-p' }, cookie });
    await Promise.all(double.magpie.sent);
    expect(jsonIn(await ask(`${double.url}/users?status=WebhookError`, { cookie }))['user_names']).toEqual(['anne']);
  });
});
