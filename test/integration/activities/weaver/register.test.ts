/** Each row of what a registration has to make of what it meets. */
import { describe, expect, it } from 'vitest';
import { readyAfter } from '../../../support/doubles/bird.js';
import { aBird, asked, aWeaver, endAfterAll, reachOf, register } from '../../../support/weaver/registering.js';

endAfterAll();

describe.concurrent('activities/weaver/register', () => {
  it('201: it is registered, and read back', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url));
    expect(outcome).toEqual({ bird: 'finch', word: 'registered', processes: 2 });
    expect(weaver.store.get('finch')).toMatchObject({ url: bird.url });
    expect(asked(weaver, 'POST')).toEqual(['/weaver/providers 201']);
  });

  it('what is right is left: nothing is sent that changes', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    weaver.store.save({ id: 'finch', url: bird.url, public: true });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url));
    expect(outcome).toMatchObject({ word: 'up to date', processes: 2 });
    expect(weaver.requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(weaver.store.get('finch')).toMatchObject({ public: true });
  });

  it('an address that differs only in its query is the same', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    weaver.store.save({ id: 'finch', url: bird.url, public: false });
    const outcome = await register({ name: 'finch', url: `${bird.url}?map=a` }, reachOf(weaver.url));
    expect(outcome.word).toBe('up to date');
  });

  it('another address is replaced, and its publicity stays', async () => {
    const [weaver, bird, former] = [await aWeaver(), await aBird(), await aBird()];
    weaver.store.save({ id: 'finch', url: former.url, public: true });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url));
    expect(outcome).toMatchObject({ word: 'replaced', processes: 2 });
    expect(weaver.store.get('finch')).toMatchObject({ url: bird.url, public: true });
    const changes = weaver.requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
    expect(changes).toEqual(['DELETE', 'POST']);
  });

  it('an address of a bird that is dead is replaced too', async () => {
    const [weaver, bird, former] = [await aWeaver(), await aBird(), await aBird('closed')];
    weaver.store.save({ id: 'finch', url: former.url, public: false });
    expect((await register({ name: 'finch', url: bird.url }, reachOf(weaver.url))).word).toBe('replaced');
  });

  it('409: somebody else was faster; the same address is left', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    // Between the look and the registration.
    weaver.disturb({ does: 'hangs up after', of: ({ method }) => method === 'POST' });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url), { retryCount: 3 });
    expect(outcome.word).toBe('up to date');
    expect(asked(weaver, 'POST')).toHaveLength(1);
  });

  it('400: it is told at once, and not tried again', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    const outcome = await register({ name: 'a b', url: bird.url }, reachOf(weaver.url));
    expect(outcome).toMatchObject({ word: 'not registered' });
    expect(outcome.why).toContain('is refused by Weaver');
    expect(asked(weaver, 'POST')).toEqual(['/weaver/providers 400']);
  });

  it('422: it is tried as often as was said, with pauses, and the first try does not count', async () => {
    const weaver = await aWeaver();
    // Well to who asks with the version, as birdkeeper does, and sick to the first look of Weaver.
    const bird = await aBird({ probe: { status: 503 }, read: 'good' });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url), { retryCount: 3 });
    expect(outcome.word).toBe('not registered');
    expect(outcome.why).toContain('is refused by Weaver (status 422');
    expect(asked(weaver, 'POST')).toHaveLength(4);
    expect(weaver.store.all()).toEqual([]);
  });

  it('a bird that is not publicly readable is told so, with both ways out', async () => {
    const weaver = await aWeaver();
    const bird = await aBird({ needsCookie: 401 });
    const reach = reachOf(weaver.url);
    const cookie = { status: 200, headers: { 'set-cookie': 'auth_tkt=x; Path=/' } };
    await reach.web.ask({ url: bird.url, limitMs: 1_000 }, reach.signal);
    // As a session has it.
    await (reach.web as unknown as { keep(line: string, url: string): Promise<void> }).keep(
      cookie.headers['set-cookie'],
      bird.url,
    );
    const outcome = await register({ name: 'finch', url: bird.url }, reach, { retryCount: 0 });
    expect(outcome).toMatchObject({ word: 'not registered' });
    expect(outcome.why).toContain('is not publicly readable: without a session it answers with status 401');
    expect(outcome.todo).toMatch(/all-public-access.*WEAVER_PROVIDERS_URL_TEMPLATE/);
  });

  it('no answer to a registration that was done: it is read back, and not registered twice', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    weaver.disturb({ does: 'drops the answer', of: ({ method }) => method === 'POST' });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url, { seconds: 20 }));
    expect(outcome).toMatchObject({ word: 'up to date', processes: 2 });
    expect(asked(weaver, 'POST')).toHaveLength(1);
  });

  it('no answer to a registration that was not done: it is done', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    weaver.disturb({ does: 'hangs up before', of: ({ method }) => method === 'POST' });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url));
    expect(outcome).toMatchObject({ word: 'registered' });
    expect(asked(weaver, 'POST')).toHaveLength(2);
  });

  it('404 to a removal is as good as 204', async () => {
    const [weaver, bird, former] = [await aWeaver(), await aBird(), await aBird()];
    weaver.store.save({ id: 'finch', url: former.url, public: false });
    weaver.disturb({ does: { fails: 404 }, of: ({ method }) => method === 'DELETE' });
    weaver.disturb({ does: { fails: 404 }, of: ({ method }) => method === 'DELETE' });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url), { retryCount: 1 });
    // The double kept it, so that it is compared and removed again.
    expect(['replaced', 'not answering']).toContain(outcome.word);
  });

  it('a bird that is not ready is waited for; the page of a proxy is no readiness', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird(readyAfter(2))];
    const told: string[] = [];
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url, { seconds: 20 }), {}, told);
    expect(outcome.word).toBe('registered');
    expect(told.join('\n')).toMatch(/refuses connections[\s\S]*answers with <html>/);
    expect(asked(weaver, 'POST')).toEqual(['/weaver/providers 201']);
  });

  it.each([
    ['closed', 'refuses connections'],
    [{ status: 503 }, 'answers with status 503'],
    [{ status: 500 }, 'answers with status 500'],
    [{ status: 404 }, 'answers with status 404'],
    ['html', 'answers with <html> instead of capabilities'],
    ['json', 'answers with no XML instead of capabilities'],
    ['exception', 'answers with status 400'],
    ['exception 200', 'answers with an exception'],
    ['wps 2', 'speaks WPS 2.0 only, of which Weaver would list no process'],
    ['black hole', 'does not answer in time'],
    ['hangs up', 'broke off'],
  ] as const)(
    'a bird that is %j until its time is over is told so, and never sent to Weaver',
    async (behaviour, why) => {
      const [weaver, bird] = [await aWeaver(), await aBird(behaviour)];
      const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url, { seconds: 2 }));
      expect(outcome).toMatchObject({ word: 'not registered' });
      expect(outcome.why).toContain(why);
      expect(outcome.todo).toBeDefined();
      expect(asked(weaver, 'POST')).toEqual([]);
    },
  );

  it.each(['default namespace', 'cut off', 'no languages'] as const)(
    'a bird whose document is %j is registered',
    async (behaviour) => {
      const [weaver, bird] = [await aWeaver(), await aBird(behaviour)];
      const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url));
      expect(outcome.word, outcome.why).toBe('registered');
    },
  );

  it('a bird without processes is registered, and it is told', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird('no processes')];
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url));
    expect(outcome).toMatchObject({ word: 'registered', processes: 0, why: 'offers no process' });
  });

  it.each(['no identification', 'no provider'] as const)(
    'a bird with %s is refused by Weaver, with its words',
    async (behaviour) => {
      const [weaver, bird] = [await aWeaver(), await aBird(behaviour)];
      const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url), { retryCount: 1 });
      expect(outcome.word).toBe('not registered');
      expect(outcome.why).toContain('is refused by Weaver (status 422');
    },
  );

  it('one that is registered and has died stays registered, and is told', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird('closed')];
    weaver.store.save({ id: 'finch', url: bird.url, public: false });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url, { seconds: 2 }));
    expect(outcome).toMatchObject({ word: 'not answering', why: 'refuses connections' });
    expect(weaver.store.get('finch')).toBeDefined();
  });

  it('when the new address is not taken, the former one is back', async () => {
    const [weaver, former] = [await aWeaver(), await aBird()];
    const bird = await aBird({ probe: { status: 503 }, read: 'good' });
    weaver.store.save({ id: 'finch', url: former.url, public: true });
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url), { retryCount: 1 });
    expect(outcome.word).toBe('not answering');
    expect(weaver.store.get('finch')).toMatchObject({ url: former.url, public: true });
  });

  it('a Weaver that is away for a moment is waited for', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    await weaver.die();
    setTimeout(() => void weaver.revive(), 1_500);
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url, { seconds: 20 }));
    expect(outcome.word).toBe('registered');
  });

  it('a Weaver that stays away is told as what it is', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    await weaver.die();
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url, { seconds: 2 }));
    expect(outcome).toMatchObject({ word: 'not registered', why: 'was not looked for: Weaver refuses connections' });
  });

  it('a bird that only Weaver can see is tried until its time is over, however few tries there are', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    // Nobody knows it here.
    const url = bird.url.replace('127.0.0.1', 'bird.invalid');
    const outcome = await register({ name: 'finch', url }, reachOf(weaver.url, { seconds: 4 }), { retryCount: 0 });
    expect(asked(weaver, 'POST').length).toBeGreaterThan(2);
    expect(outcome.word).toBe('not registered');
  });

  it('a role without providers is told at once, with the role to set', async () => {
    const [weaver, bird] = [await aWeaver({ role: 'ADES' }), await aBird()];
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(weaver.url, { seconds: 3 }));
    expect(outcome.word).toBe('not registered');
  });

  it('a wrong prefix is told by its status', async () => {
    const [weaver, bird] = [await aWeaver(), await aBird()];
    const url = weaver.url.replace(/\/weaver$/, '/elsewhere');
    const outcome = await register({ name: 'finch', url: bird.url }, reachOf(url, { seconds: 2 }));
    expect(outcome.why).toContain('status 404');
  });
});
