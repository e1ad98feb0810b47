import { afterEach, describe, expect, it } from 'vitest';
import { MagpieSession } from '../../../../activities/magpie/session.js';
import { deadlineOf } from '../../../../activities/shared/deadline.js';
import { Web } from '../../../../activities/shared/web.js';
import type { Answer, Reply } from '../../../support/doubles/http.js';
import { startPlatform, type PlatformDouble } from '../../../support/doubles/platform/index.js';

const PASSWORD = 'qwertyqwerty';
const ANNE = { name: 'anne', password: 'a-long-password', groups: ['users'] };
const never = new AbortController().signal;

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(ending.splice(0).map((end) => end()));
});

interface World {
  platform: PlatformDouble;
  session: MagpieSession;
  web: Web;
  signIns: () => number;
}

async function world({ user = 'admin', password = PASSWORD, freshMs = 0 } = {}): Promise<World> {
  const platform = await startPlatform({ users: [ANNE] });
  const web = new Web();
  ending.push(
    () => web.close(),
    () => platform.close(),
  );
  const place = { url: `${platform.url}/magpie`, user, password, adminGroup: 'administrators' };
  const session = new MagpieSession(web, place, freshMs);
  const signIns = () => platform.requests.filter(({ path }) => path === '/magpie/signin').length;
  return { platform, session, web, signIns };
}

const json = (value: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const signedIn = (more: Answer['headers'] = {}): Answer => {
  const answer = json({});
  return { ...answer, headers: { ...answer.headers, 'set-cookie': 'auth_tkt=x; Path=/', ...more } };
};

describe('activities/magpie/session', () => {
  it('is opened once, whoever asks, and is one of an administrator', async () => {
    const { session, signIns, web, platform } = await world();
    await Promise.all([1, 2, 3].map(() => session.open(deadlineOf(5), never)));
    await session.open(deadlineOf(5), never);
    expect(signIns()).toBe(1);
    expect(session.generation).toBe(1);
    const { status } = await web.ask({ url: `${platform.url}/magpie/users`, limitMs: 2_000 }, never);
    expect(status).toBe(200);
  });

  it('who waits no longer takes the sign-in from nobody else', async () => {
    const { session, signIns, platform } = await world();
    platform.magpie.behave({ delayMs: 200 });
    const leaving = new AbortController();
    const [first, second] = [session.open(deadlineOf(5), leaving.signal), session.open(deadlineOf(5), never)];
    setImmediate(() => leaving.abort(new Error('what is wanted has changed')));
    await expect(first).rejects.toThrow('what is wanted has changed');
    await second;
    expect(signIns()).toBe(1);
  });

  it('each waits for its own time only', async () => {
    const { session, platform } = await world();
    platform.instead('magpie', [{ status: 503 }]);
    const [short, long] = await Promise.allSettled([
      session.open(deadlineOf(0), never),
      session.open(deadlineOf(20), never),
    ]);
    expect(short).toMatchObject({
      status: 'rejected',
      reason: { type: 'Unhealthy', message: expect.stringContaining('answers the sign-in with status 503') as string },
    });
    expect(long.status).toBe('fulfilled');
  });

  it('one that has ended is renewed once, for all who were refused with it', async () => {
    const { session, signIns, platform, web } = await world();
    await session.open(deadlineOf(5), never);
    platform.magpie.endSessions();
    await Promise.all([1, 2, 3].map(() => session.renew(1, deadlineOf(5), never)));
    await session.renew(1, deadlineOf(5), never);
    expect([signIns(), session.generation]).toEqual([2, 2]);
    expect((await web.ask({ url: `${platform.url}/magpie/users`, limitMs: 2_000 }, never)).status).toBe(200);
  });

  it('who is refused with one that was made a moment ago gets no other', async () => {
    const { session, signIns } = await world({ freshMs: 60_000 });
    await session.open(deadlineOf(5), never);
    await session.renew(1, deadlineOf(5), never);
    expect(signIns()).toBe(1);
  });

  it.each([
    ['a wrong password', { password: 'not-this-one' }, 'refuses the credentials of admin (status 401)'],
    [
      'somebody who is no administrator',
      { user: ANNE.name, password: ANNE.password },
      'not in the group administrators',
    ],
  ])('%s ends it at once, and is told without the password', async (_, change, words) => {
    const { session, signIns } = await world(change);
    const error = await session.open(deadlineOf(60), never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type: 'Unauthorised', message: expect.stringContaining(words) as string });
    expect(String(error)).not.toContain(change.password);
    expect(signIns()).toBe(1);
  });

  it.each<[string, Reply[], string]>([
    ['an error', [{ status: 502 }], 'answers the sign-in with status 502'],
    ['a broken connection', ['hang up'], 'broke off'],
    ['a sign-in without a cookie', [json({})], 'accepts the sign-in and sets no cookie'],
    ['an error of the session', [signedIn(), { status: 500 }], 'answers the question for the session with status 500'],
    ['no session', [signedIn(), json([])], 'answers the question for the session with what is no session'],
    [
      'a session that does not know anybody',
      [signedIn(), json({ authenticated: false })],
      'accepts the sign-in and does not know the session afterwards',
    ],
  ])('%s is waited for, and told when the time is over', async (_, answers, words) => {
    const { session, platform } = await world();
    platform.instead('magpie', answers);
    await expect(session.open(deadlineOf(0), never)).rejects.toMatchObject({
      type: 'Unhealthy',
      message: expect.stringContaining(words) as string,
    });
    await session.open(deadlineOf(5), never);
    expect(session.generation).toBe(1);
  });

  it('pauses between tries until it answers', async () => {
    const { session, platform, signIns } = await world();
    platform.instead('magpie', [{ status: 502 }]);
    await session.open(deadlineOf(20), never);
    expect(signIns()).toBe(2);
  });
});
