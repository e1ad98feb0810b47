import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findingsOf, resultOf } from '../../../../activities/cowbird/findings.js';
import { lookAtCowbird } from '../../../../activities/cowbird/look.js';
import { HANDLERS } from '../../../../activities/cowbird/place.js';
import { startCowbird } from '../../../support/doubles/cowbird/index.js';
import { cowbirdWebhooks } from '../../../support/doubles/magpie/index.js';
import { badGateway } from '../../../support/doubles/platform/page.js';
import { Web } from '../../../../activities/shared/web.js';
import { deadlineOf } from '../../../../activities/shared/deadline.js';
import { ask } from '../../../support/judges/judge.js';
import { ANNE, startWorld, type World, type WorldOptions } from './cowbird-world.js';

const signal = new AbortController().signal;
const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

async function world(options?: WorldOptions): Promise<World> {
  const made = await startWorld(options);
  ends.push(() => made.close());
  return made;
}

const look = (made: World, change?: Parameters<World['place']>[0]) =>
  lookAtCowbird(made.place(change), made.web, signal);
const whats = async (made: World, change?: Parameters<World['place']>[0]) =>
  findingsOf(await look(made, change)).map(({ what }) => what);

describe.concurrent('activities/cowbird/look', () => {
  it('a Cowbird that is in step has no findings', async () => {
    const made = await world();
    expect(resultOf(await look(made))).toEqual({
      inStep: true,
      version: '2.6.0',
      workerVersion: '2.6.0',
      handlers: [...HANDLERS].sort(),
      findings: [],
      withoutWorkspace: [],
    });
  });

  it('it changes nothing: only one request says something, and that is the sign-in', async () => {
    const made = await world();
    await look(made);
    const said = made.platform.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
    expect(said).toEqual(['POST /magpie/signin']);
    expect(made.cowbird.cowbird).toMatchObject({ events: [], resyncs: [] });
  });

  it('without Magpie it asks Cowbird alone', async () => {
    const cowbird = await startCowbird();
    const web = new Web();
    ends.push(
      () => cowbird.close(),
      () => web.close(),
    );
    const place = { url: cowbird.url, handlers: HANDLERS, hosts: ['cowbird'], deadline: deadlineOf(0) };
    const seen = await lookAtCowbird(place, web, signal);
    expect(findingsOf(seen)).toEqual([]);
    expect([seen.people, seen.unreadable]).toEqual([undefined, undefined]);
  });

  it.each(['stopped', 'unregistered', 'no broker'] as const)('a worker that is %s is found', async (worker) => {
    const made = await world({ cowbird: { behaviour: { worker } } });
    const seen = await look(made);
    expect(findingsOf(seen).map(({ what }) => what)).toEqual(['worker']);
    const states = { stopped: 'silent', unregistered: 'unregistered', 'no broker': 'no way' };
    expect(seen.version).toMatchObject({ is: states[worker], version: '2.6.0' });
  });

  it('a broker that hangs, and Cowbird with it, does not hang the look', async () => {
    const made = await world({ cowbird: { behaviour: { worker: 'broker hangs' } } });
    const seen = await look(made);
    expect(seen.version).toEqual({ is: 'unread', why: 'does not answer within 10 s' });
    expect(findingsOf(seen)).toMatchObject([
      { what: 'worker', todo: expect.stringMatching(/while that hangs/) as string },
    ]);
  });

  it('200 and null of 1.0.0 is found', async () => {
    const made = await world({ cowbird: { version: '1.0.0', behaviour: { worker: 'stopped' } } });
    expect(resultOf(await look(made))).toMatchObject({
      inStep: false,
      version: '1.0.0',
      findings: [{ what: 'worker' }],
    });
  });

  it('a worker of another version is found, with both', async () => {
    const made = await world({ cowbird: { behaviour: { workerVersion: '2.5.2' } } });
    expect(resultOf(await look(made))).toMatchObject({ inStep: false, version: '2.6.0', workerVersion: '2.5.2' });
  });

  it('a worker that starts a little later is waited for', async () => {
    const made = await world({ cowbird: { behaviour: { worker: 'stopped' } } });
    const seen = look(made, { seconds: 30 });
    await expect.poll(() => made.cowbird.requests.filter(({ path }) => path === '/version').length).toBeGreaterThan(0);
    made.cowbird.cowbird.behave({ worker: 'running' });
    expect(findingsOf(await seen)).toEqual([]);
  });

  it('a Cowbird that is not there yet is waited for', async () => {
    const made = await world();
    await made.cowbird.pause();
    const seen = look(made, { seconds: 30 });
    await expect
      .poll(() => made.platform.requests.filter(({ path }) => path === '/cowbird/').length)
      .toBeGreaterThan(0);
    await made.cowbird.resume();
    expect(findingsOf(await seen)).toEqual([]);
  });

  it('one that does not come is away, and nothing else is asked of it', async () => {
    const made = await world();
    await made.cowbird.pause();
    const seen = await look(made);
    expect(seen.root).toMatchObject({
      is: 'away',
      why: expect.stringMatching(/status 400 \("Request failed/) as string,
    });
    expect(findingsOf(seen).map(({ what }) => what)).toEqual(['address']);
    expect(made.platform.requests.map(({ path }) => path)).not.toContain('/cowbird/version');
    made.platform.takeDown('cowbird');
    expect((await look(made)).root).toEqual({ is: 'away', why: 'answers with status 502' });
    await made.platform.pause();
    expect((await look(made)).root).toEqual({ is: 'away', why: 'refuses connections' });
  });

  it('a service that Magpie does not know is told apart', async () => {
    const made = await world({ service: () => undefined });
    expect((await look(made)).root).toMatchObject({ is: 'unknown' });
  });

  it('something else in its place is not taken for it', async () => {
    const made = await world({
      service: (url) => ({ ...{ name: 'cowbird', type: 'api' }, url: `${url}/version`, grants: [] }),
    });
    expect((await look(made)).root.is).toBe('away');
  });

  it('handlers that are not active are found by name', async () => {
    const made = await world({ cowbird: { behaviour: { handlers: ['Magpie', 'FileSystem', 'Nginx', 'Catalog'] } } });
    expect(await look(made)).toMatchObject({ handlers: { missing: ['Geoserver', 'Thredds'] } });
    expect(await whats(made)).toEqual(['handlers']);
    expect(await whats(made, { handlers: ['Magpie'] })).toEqual([]);
  });

  it('a place that only administrators may read is found, as monitoring would', async () => {
    const made = await world({ isMonitored: false });
    const seen = await look(made);
    expect(seen.unreadable).toEqual(['/', '/version']);
    expect(findingsOf(seen).map(({ what }) => what)).toEqual(['monitoring']);
  });

  it('a session that ends in the middle is renewed, once', async () => {
    const made = await world({ freshMs: 0 });
    await look(made);
    expect(made.platform.magpie.sessions).toBe(1);
    made.platform.magpie.endSessions();
    expect(await whats(made)).toEqual([]);
    expect(made.platform.requests.filter(({ path }) => path === '/magpie/signin')).toHaveLength(2);
  });

  it('people without a workspace are listed: not everyone, not who signs in', async () => {
    const made = await world({
      platform: { users: [ANNE, { name: 'bob', password: 'x' }, { name: 'cleo', password: 'x' }] },
    });
    const seen = await look(made, { workspaces: async () => ['bob', 'public'] });
    expect(seen.people).toEqual({ failed: [], withoutWorkspace: ['anne', 'cleo'] });
    expect(resultOf(seen)).toMatchObject({ inStep: true, withoutWorkspace: ['anne', 'cleo'] });
  });

  it('workspaces that cannot be read are told as such', async () => {
    const made = await world();
    const missing = join(tmpdir(), 'bk-test-no-such-directory');
    const seen = await look(made, { workspaces: () => readdir(missing) });
    expect(findingsOf(seen)).toMatchObject([{ what: 'people', why: expect.stringMatching(/ENOENT/) as string }]);
  });

  it('a person for whom Cowbird failed is found, and one whom it served has a workspace', async () => {
    const workspaces = await mkdtemp(join(tmpdir(), 'bk-test-workspaces-'));
    ends.push(() => rm(workspaces, { recursive: true }));
    const made = await world({ cowbird: { workspaces }, platform: { users: [] } });
    made.platform.magpie.webhooks.splice(0, Infinity, ...cowbirdWebhooks(made.cowbird.url));
    const signed = await ask(`${made.platform.url}/magpie/signin`, {
      json: { user_name: 'admin', password: 'qwertyqwerty' },
    });
    const cookie = signed.cookies[0]?.pair ?? '';
    const add = async (name: string) => {
      const json = { user_name: name, email: `${name}@example.org`, password: 'a-long-password' };
      await ask(`${made.platform.url}/magpie/users`, { json, cookie });
      await Promise.all(made.platform.magpie.sent);
    };
    await add('anne');
    made.cowbird.cowbird.behave({ failing: ['FileSystem'] });
    await add('bob');
    const seen = await look(made, { workspaces: () => readdir(workspaces) });
    expect(seen.people).toEqual({ failed: ['bob'], withoutWorkspace: ['bob'] });
    expect(findingsOf(seen).map(({ what }) => what)).toEqual(['people']);
  });

  it('an old Magpie, which tells everybody whatever the status, is not taken at its word', async () => {
    const made = await world();
    const everybody = {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"user_names": ["admin", "anne"]}',
    };
    await look(made);
    made.platform.instead('magpie', [everybody, everybody]);
    expect((await look(made)).people).toEqual({ failed: [] });
  });

  it('a proxy that stumbles once is asked again', async () => {
    const made = await world();
    made.platform.instead('cowbird', [badGateway(), badGateway()]);
    expect(await whats(made, { seconds: 30 })).toEqual([]);
  });

  it('what was aborted ends at once', async () => {
    const made = await world();
    await made.cowbird.pause();
    const controller = new AbortController();
    const seen = lookAtCowbird(made.place({ seconds: 600 }), made.web, controller.signal);
    await expect.poll(() => made.platform.requests.some(({ path }) => path === '/cowbird/')).toBe(true);
    controller.abort(new Error('enough'));
    await expect(seen).rejects.toThrow(/enough|aborted/);
  });
});
