import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Web } from '../../../../../activities/shared/web.js';
import { startBird } from '../../../../support/doubles/bird.js';
import { startCowbird } from '../../../../support/doubles/cowbird/index.js';
import type { Served } from '../../../../support/doubles/http.js';
import {
  birdService,
  cowbirdService,
  weaverService,
  type MagpieService,
} from '../../../../support/doubles/magpie/index.js';
import {
  startPlatform,
  type PlatformDouble,
  type PlatformOptions,
} from '../../../../support/doubles/platform/index.js';
import { badGateway } from '../../../../support/doubles/platform/page.js';
import { startWeaver } from '../../../../support/doubles/weaver/index.js';
import { ask, broken } from '../../../../support/judges/judge.js';
import { PLATFORM_FACTS, type PlatformPlace } from '../../../../support/judges/platform.js';

const ADMIN = { name: 'admin', password: 'qwertyqwerty' };
const ANNE = { name: 'anne', password: 'a-long-password' };

const READ = [{ group: 'anonymous', permission: 'read' }];

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

function kept<Server extends { close(): Promise<void> }>(server: Server): Server {
  running.push(server);
  return server;
}

interface World {
  platform: PlatformDouble;
  weaver: Awaited<ReturnType<typeof startWeaver>>;
  place: PlatformPlace;
}

async function world(
  form: 'seed' | 'today',
  {
    change = (service) => service,
    ...more
  }: PlatformOptions & { change?: (service: MagpieService) => MagpieService } = {},
): Promise<World> {
  const [weaver, cowbird, good, page, away] = await Promise.all([
    startWeaver({ prefix: '/weaver' }),
    startCowbird(),
    startBird('good'),
    startBird('html'),
    startBird('closed'),
  ]);
  for (const server of [weaver, cowbird, good, page, away]) kept(server);
  const services = [
    weaverService(weaver.url),
    cowbirdService(cowbird.url),
    birdService('finch', good.url),
    birdService('raven', good.url, { isPublic: false }),
    birdService('away', away.url),
    birdService('page', page.url),
  ];
  const platform = kept(
    await startPlatform({
      form,
      admin: ADMIN,
      users: [ANNE],
      services: services.map(change),
      weaver: weaver.url,
      ...more,
    }),
  );
  const birds = { publicBird: 'finch', privateBird: 'raven', awayBird: 'away', pageBird: 'page' };
  return { platform, weaver, place: { url: platform.url, form, admin: ADMIN, person: ANNE, ...birds } };
}

const signal = new AbortController().signal;

describe('support/doubles/platform/index', () => {
  for (const form of ['seed', 'today'] as const) {
    describe(`in the form of ${form}, holds every fact of the real one`, () => {
      let place: PlatformPlace;
      beforeEach(async () => {
        ({ place } = await world(form));
      });
      it.each(PLATFORM_FACTS)('%s', async (_, judge) => {
        await judge(place);
      });
    });
  }

  it.each<[string, (service: MagpieService) => MagpieService, RegExp]>([
    [
      'a bird that everyone may use by mistake',
      (service) => (service.name === 'raven' ? birdService('raven', service.url) : service),
      /without a ticket/,
    ],
    [
      'Cowbird wide open',
      (service) => (service.name === 'cowbird' ? { ...service, grants: READ } : service),
      /everyone reads the root of Cowbird/,
    ],
    [
      'Cowbird that nobody reads',
      (service) => (service.name === 'cowbird' ? cowbirdService(service.url, { isMonitored: false }) : service),
      /everyone reads the root of Cowbird/,
    ],
    [
      'a bird taken for any API',
      (service) => (service.name === 'page' ? { ...service, type: 'api', grants: READ } : service),
      /one that answers a page for people/,
    ],
    [
      'Weaver to which everyone writes',
      (service) =>
        service.name === 'weaver'
          ? { ...service, grants: [...service.grants, { group: 'anonymous', permission: 'write' }] }
          : service,
      /only an administrator writes/,
    ],
  ])('%s is found out', async (_, change, sentence) => {
    for (const form of ['seed', 'today'] as const) {
      const { place } = await world(form, { change });
      const found = await broken(PLATFORM_FACTS, place);
      expect(found.some((one) => sentence.test(one))).toBe(true);
    }
  });

  it('nginx asks Twitcher about every request as one of reading, which lets everyone write to Weaver', async () => {
    const { place } = await world('today', { askedAs: 'GET' });
    expect(await broken(PLATFORM_FACTS, place)).toEqual([
      'everyone reads what Weaver registered, and only an administrator writes',
    ]);
  });

  it('a client that posts to the path of Twitcher arrives, with method and body', async () => {
    const { platform, weaver } = await world('today');
    const bird = kept(await startBird('good'));
    const web = new Web();
    const { name, password } = ADMIN;
    await web.ask(
      { url: `${platform.url}/magpie/signin`, method: 'POST', json: { user_name: name, password }, limitMs: 5_000 },
      signal,
    );
    const url = `${platform.url}/twitcher/ows/proxy/weaver/providers`;
    const { status } = await web.ask(
      { url, method: 'POST', json: { id: 'finch', url: bird.url }, limitMs: 20_000 },
      signal,
    );
    expect([status, weaver.store.all().map(({ id }) => id)]).toEqual([201, ['finch']]);
    await web.close();
  });

  it('starts slowly: refused, then a page that says bad gateway, then right', async () => {
    const { platform } = await world('seed');
    const session = () => ask(`${platform.url}/magpie/session`);
    await platform.pause();
    await expect(session()).rejects.toThrow();
    platform.takeDown('magpie');
    await platform.resume();
    expect([(await session()).status, (await ask(`${platform.url}/cowbird/version`)).status]).toEqual([502, 200]);
    platform.bringBack('magpie');
    platform.instead('magpie', [badGateway(), 'hang up']);
    expect((await session()).status).toBe(502);
    await expect(session()).rejects.toThrow();
    expect((await session()).status).toBe(200);
  });

  it('a ticket that ends in the middle is refused from then on', async () => {
    const { platform } = await world('seed', { behaviour: { ticketUses: 2 } });
    const { cookies } = await ask(`${platform.url}/magpie/signin`, {
      json: { user_name: 'admin', password: ADMIN.password },
    });
    const cookie = cookies[0]?.pair ?? '';
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await ask(`${platform.url}/cowbird/handlers`, { cookie })).status);
    expect(statuses).toEqual([200, 200, 401]);
  });

  it('hands an answer on piece by piece', async () => {
    const { url, end, close } = await slowServer();
    kept({ close });
    const platform = kept(
      await startPlatform({
        services: [{ ...cowbirdService(url), grants: READ }],
      }),
    );
    const { body } = await fetch(`${platform.url}/cowbird/slow`);
    const reader = body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const next = async () => Buffer.from((await reader.read()).value ?? []).toString();
    expect(await next()).toBe('first ');
    end();
    expect(await next()).toBe('second');
  });
});

/** Says the second half when it is told to. */
async function slowServer(): Promise<{ url: string; end: () => void; close: Served['close'] }> {
  const ends: (() => void)[] = [];
  const server = createServer((_, response) => {
    response.write('first ');
    ends.push(() => response.end('second'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, end: () => ends.forEach((one) => one()), close };
}
