import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Web, WebFailure } from '../../../../../activities/shared/web.js';
import { serve, type Answer, type Handler, type Served } from '../../../../support/doubles/http.js';
import {
  birdService,
  cowbirdService,
  Magpie,
  magpieHandler,
  startMagpie,
  type MagpieOptions,
} from '../../../../support/doubles/magpie/index.js';
import { ask, broken, jsonIn } from '../../../../support/judges/judge.js';
import { MAGPIE_FACTS, type MagpiePlace } from '../../../../support/judges/magpie.js';

const ADMIN = { name: 'admin', password: 'qwertyqwerty' };
const ANNE = { name: 'anne', password: 'a-long-password' };
const COWBIRD = 'http://cowbird:7000';
const OPTIONS: MagpieOptions = {
  admin: ADMIN,
  users: [ANNE],
  services: [
    cowbirdService(COWBIRD),
    birdService('finch', 'http://finch:5000/wps'),
    birdService('raven', 'http://raven:9099/wps', { isPublic: false }),
  ],
};

const running: Served[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const placeOf = ({ url }: Served): MagpiePlace => ({
  url,
  admin: ADMIN,
  person: ANNE,
  cowbirdUrl: COWBIRD,
  publicBird: 'finch',
  privateBird: 'raven',
});

async function start(options: MagpieOptions = {}) {
  const double = await startMagpie({ ...OPTIONS, ...options });
  running.push(double);
  return double;
}

/** A double that was made wrong. */
async function startMutant(change: (answer: Handler, magpie: Magpie) => Handler): Promise<Served> {
  const magpie = new Magpie(OPTIONS);
  const mutant = await serve(change(magpieHandler(magpie), magpie));
  running.push(mutant);
  return mutant;
}

const bodyOf = ({ body }: Answer): string => (typeof body === 'string' ? body : '');

const mended =
  (mend: (answer: Answer, path: string) => Answer) =>
  (handler: Handler): Handler =>
  async (seen) => {
    const reply = await handler(seen);
    return typeof reply === 'string' ? reply : mend(reply, seen.path);
  };

describe('support/doubles/magpie/index', () => {
  describe('holds every fact of the real one', () => {
    let place: MagpiePlace;
    beforeEach(async () => {
      place = placeOf(await start());
    });
    it.each(MAGPIE_FACTS)('%s', async (_, judge) => {
      await judge(place);
    });
  });

  it('holds them with two cookies and as an old one, too', async () => {
    const double = await start({ behaviour: { cookies: 'two', missingCredentials: 400 } });
    expect(await broken(MAGPIE_FACTS, placeOf(double))).toEqual([]);
    const { cookies } = await ask(`${double.url}/signin`, {
      json: { user_name: ADMIN.name, password: ADMIN.password },
    });
    expect(cookies.map(({ line }) => /Domain=[^;]*/.exec(line)?.[0])).toEqual([undefined, 'Domain=.127.0.0.1']);
  });

  it.each<[string, (handler: Handler, magpie: Magpie) => Handler, RegExp]>([
    [
      'compact JSON',
      mended((answer) => {
        const text = bodyOf(answer);
        return text.startsWith('{') ? { ...answer, body: JSON.stringify(JSON.parse(text)) } : answer;
      }),
      /signing in answers 200/,
    ],
    [
      'a ticket whatever the password',
      (handler, magpie) => async (seen) => {
        const reply = await handler(seen);
        return typeof reply !== 'string' && reply.status === 401 && seen.path === '/signin'
          ? { ...reply, headers: { ...reply.headers, 'set-cookie': [`auth_tkt=${magpie.signIn('admin')}; Path=/`] } }
          : reply;
      },
      /a wrong password and a name that nobody has/,
    ],
    [
      '403 to who has no ticket',
      mended((answer) => (answer.status === 401 ? { ...answer, status: 403 } : answer)),
      /what is for administrators is 401/,
    ],
    [
      'an administrator without the group',
      mended((answer) => ({ ...answer, body: bodyOf(answer).replace('"administrators", ', '') })),
      /session names the group/,
    ],
    [
      'a session that is 401 without a ticket',
      mended((answer, path) =>
        path === '/session' && bodyOf(answer).includes('false') ? { ...answer, status: 401 } : answer,
      ),
      /without a ticket, or with a wrong one/,
    ],
    [
      'users without everyone',
      mended((answer, path) => ({
        ...answer,
        body: path === '/users' ? bodyOf(answer).replace(', "anonymous"', '') : bodyOf(answer),
      })),
      /users are listed/,
    ],
    [
      'an empty list in the place of what everyone has',
      mended((answer, path) =>
        path.endsWith('/permissions')
          ? { ...answer, body: bodyOf(answer).replace(/"permissions": \[.*?\]/, '"permissions": []') }
          : answer,
      ),
      /what everyone has on Cowbird/,
    ],
    [
      'a route for webhooks',
      (handler) => (seen) =>
        seen.path === '/webhooks'
          ? { status: 200, headers: { 'content-type': 'application/json' }, body: '[]' }
          : handler(seen),
      /no route tells the webhooks/,
    ],
  ])('a double with %s is found out', async (_, change, sentence) => {
    const found = await broken(MAGPIE_FACTS, placeOf(await startMutant(change)));
    expect(found.some((one) => sentence.test(one))).toBe(true);
  });

  it('keeps what it was asked without passwords', async () => {
    const double = await start();
    const { name, password } = ADMIN;
    await ask(`${double.url}/signin`, { json: { user_name: name, password } });
    await ask(`${double.url}/signin`, { form: { user_name: name, password } });
    expect(double.requests.map(({ status }) => status)).toEqual([200, 200]);
    expect(JSON.stringify(double.requests)).not.toContain(password);
    expect(JSON.stringify(double.requests)).toContain(name);
  });

  it('a ticket is void after its uses, and all are when sessions end', async () => {
    const double = await start({ behaviour: { ticketUses: 2 } });
    const signIn = async () =>
      (await ask(`${double.url}/signin`, { json: { user_name: ADMIN.name, password: ADMIN.password } })).cookies[0]
        ?.pair ?? '';
    const cookie = await signIn();
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await ask(`${double.url}/users`, { cookie })).status);
    expect(statuses).toEqual([200, 200, 401]);
    const second = await signIn();
    double.magpie.endSessions();
    expect(jsonIn(await ask(`${double.url}/session`, { cookie: second }))).toMatchObject({ authenticated: false });
  });

  it('a client with a jar is signed in for all that follows', async () => {
    for (const cookies of ['one', 'two'] as const) {
      const double = await start({ behaviour: { cookies } });
      const web = new Web();
      const signal = new AbortController().signal;
      await web.ask(
        {
          url: `${double.url}/signin`,
          method: 'POST',
          json: { user_name: 'admin', password: ADMIN.password },
          limitMs: 5_000,
        },
        signal,
      );
      const { status } = await web.ask({ url: `${double.url}/users`, limitMs: 5_000 }, signal);
      expect(status).toBe(200);
      await web.close();
    }
  });

  it('starts slowly when told so: refused, then an error, then right', async () => {
    const double = await start();
    const web = new Web();
    const signal = new AbortController().signal;
    const session = () => web.ask({ url: `${double.url}/session`, limitMs: 5_000 }, signal);
    await double.pause();
    await expect(session()).rejects.toThrow(WebFailure);
    double.magpie.behave({ instead: { status: 503, body: 'starting' } });
    await double.resume();
    expect((await session()).status).toBe(503);
    double.magpie.behave({ instead: undefined });
    expect((await session()).status).toBe(200);
    await web.close();
  });
});
