/** Registrations through Magpie's session and the front of the platform, in both of its forms. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { page } from '../../../../support/doubles/platform/page.js';
import { aBird, asked, endAfterEach } from '../../../../support/weaver/registering.js';
import { PASSWORD, platformStack } from '../../../../support/weaver/platform-stack.js';

endAfterEach();

const words = (result: { birds: { bird: string; word: string }[] } | undefined) =>
  result?.birds.map(({ bird, word }) => `${bird} ${word}`);

describe('activities/deployment/weaver/registration', () => {
  describe.each(['today', 'seed'] as const)('in the form of %s', (form) => {
    it('registers every bird at the protected path, lists them, and is recorded', async () => {
      const { register, weaver, platform, activities, stack, birds } = await platformStack({ form });
      const result = await register();
      expect(words(result)).toEqual(['finch registered', 'raven registered']);
      expect(weaver.store.all().map(({ url }) => url)).toEqual(
        ['finch', 'raven'].map((name) => `${platform.url}/twitcher/ows/proxy/${name}`),
      );
      expect(result?.listing).toEqual({ holds: { finch: 2, raven: 2 }, breaks: [], breaksIds: [] });
      expect(result?.worker).toEqual({ state: 'elsewhere' });
      if (result === undefined) throw new Error('no Weaver');
      expect(await activities.concludeWeaver({ stack: 'platform', result })).toEqual({ summary: 'registered 2 of 2' });
      expect(await stack.weaverNote()).toMatchObject({ inStep: true, listed: true, summary: 'registered 2 of 2' });
      // Signed in once, for all of them.
      expect(platform.requests.filter(({ path }) => path === '/magpie/signin')).toHaveLength(1);
      // No client says which language it wants.
      const all = [...weaver.requests, ...Object.values(birds).flatMap(({ requests }) => requests)];
      expect(all.every(({ headers }) => headers['accept-language'] === undefined)).toBe(true);
    });

    it('a second time changes nothing', async () => {
      const { register, weaver } = await platformStack({ form });
      await register();
      const before = weaver.requests.length;
      expect(words(await register())).toEqual(['finch up to date', 'raven up to date']);
      expect(weaver.requests.slice(before).every(({ method }) => method === 'GET')).toBe(true);
    });

    it('a session that ends in the middle is renewed, and what was refused is asked again', async () => {
      const { register, platform, weaver, birds, settings } = await platformStack({ form });
      await settings(['export WEAVER_WPS_PROVIDERS_MAX_TIME=15']);
      weaver.disturb({
        does: { delayMs: 1 },
        of: ({ method }) => method === 'POST' && (platform.magpie.endSessions(), true),
      });
      await birds['raven']?.become({ stages: [{ forS: 6, be: 'closed' }], then: 'good' });
      expect(words(await register())).toEqual(['finch registered', 'raven registered']);
      expect(platform.requests.filter(({ path }) => path === '/magpie/signin').length).toBeGreaterThan(1);
    });

    it('a bird that is not publicly readable is told so by name, and the others are registered', async () => {
      const { register, weaver } = await platformStack({ form, closed: ['raven'] });
      const result = await register();
      expect(words(result)).toEqual(['finch registered', 'raven not registered']);
      expect(result?.birds[1]?.why).toContain('is not publicly readable');
      expect(result?.birds[1]?.todo).toContain('all-public-access');
      expect(weaver.store.get('raven')).toBeUndefined();
    });
  });

  it('one that is sick fails nobody else, and is summed up with what to do', async () => {
    const { register, activities, stack } = await platformStack({
      birds: { finch: 'good', emu: 'closed', raven: 'good' },
    });
    const result = await register();
    expect(words(result)).toEqual(['finch registered', 'emu not registered', 'raven registered']);
    if (result === undefined) throw new Error('no Weaver');
    await expect(activities.concludeWeaver({ stack: 'platform', result })).rejects.toThrow(
      /^registered 2 of 3: emu: .* \(to do: /,
    );
    expect(await stack.weaverNote()).toMatchObject({ inStep: false });
  });

  it('the list is asked for when Weaver is there again, whose worker was restarted with it', async () => {
    const { register, activities, weaver } = await platformStack();
    await register();
    await weaver.die();
    const revived = sleep(1_500).then(() => weaver.revive());
    const listing = await activities.listWeaverProcesses({ stack: 'platform' });
    expect(listing).toEqual({ holds: { finch: 2, raven: 2 }, breaks: [], breaksIds: [] });
    await revived;
  });

  it('only one is registered when only one is asked for, and the others are remembered', async () => {
    const { register, weaver, activities, stack } = await platformStack();
    const result = await register(['raven']);
    expect(words(result)).toEqual(['raven registered']);
    expect(weaver.store.all().map(({ id }) => id)).toEqual(['raven']);
    if (result === undefined) throw new Error('no Weaver');
    await activities.concludeWeaver({ stack: 'platform', result }).catch(() => undefined);
    expect(await stack.weaverNote()).toMatchObject({
      inStep: false,
      birds: [
        { bird: 'finch', word: 'not registered' },
        { bird: 'raven', word: 'registered' },
      ],
    });
  });

  describe('a push while it runs', () => {
    const NOBODY = 'http://127.0.0.1:9';

    it('that corrects the address of a bird is followed', async () => {
      const { register, settings, weaver, platform, said } = await platformStack();
      await settings([`export WEAVER_PROVIDERS_URL_TEMPLATE='${NOBODY}/{name}' WEAVER_WPS_PROVIDERS_MAX_TIME=60`]);
      const result = register();
      await expect.poll(() => said.join('\n')).toContain('raven refuses connections; it is asked again');
      await settings(['export WEAVER_WPS_PROVIDERS_MAX_TIME=60']);
      expect(words(await result)).toEqual(['finch registered', 'raven registered']);
      const [{ url = '' } = {}] = weaver.store.all();
      expect(url).toBe(`${platform.url}/twitcher/ows/proxy/finch`);
    });

    it('that takes away the bird which is waited for ends the waiting', async () => {
      const { register, settings, birds, said } = await platformStack();
      await birds['raven']?.become('closed');
      await settings(['export WEAVER_WPS_PROVIDERS_MAX_TIME=60']);
      const result = register();
      await expect.poll(() => said.join('\n')).toContain('it is asked again');
      await settings(['export WEAVER_WPS_PROVIDERS=finch']);
      expect((await result)?.birds[1]?.why).toBe('is not in WEAVER_WPS_PROVIDERS any more');
    });

    it('that corrects the address of Weaver is followed', async () => {
      const { register, settings, weaver } = await platformStack();
      await settings([`export WEAVER_URL='${NOBODY}' WEAVER_WPS_PROVIDERS_MAX_TIME=60`]);
      const result = register();
      await sleep(1_000);
      await settings(['export WEAVER_WPS_PROVIDERS_MAX_TIME=60']);
      expect(words(await result)).toEqual(['finch registered', 'raven registered']);
      expect(weaver.store.all()).toHaveLength(2);
    });

    it('of which the end knows is not recorded, and has to be done anew', async () => {
      const { register, settings, activities, stack } = await platformStack();
      const result = await register();
      if (result === undefined) throw new Error('no Weaver');
      await settings(['export WEAVER_WPS_PROVIDERS=finch']);
      const changed = { summary: 'what is wanted of Weaver has changed meanwhile', changed: true };
      expect(await activities.concludeWeaver({ stack: 'platform', result })).toEqual(changed);
      expect(await stack.weaverNote()).toBeUndefined();
      const { basis, ...whatever } = result;
      expect(basis).toMatch(/^[0-9a-f]{32}$/);
      await activities.concludeWeaver({ stack: 'platform', result: whatever });
      expect(await stack.weaverNote()).toMatchObject({ inStep: true });
    });
  });

  it('one that is asked for and not wanted is refused before anything is asked', async () => {
    const { register, weaver } = await platformStack();
    expect((await register(['robin']))?.failed).toContain(
      'robin: not in WEAVER_WPS_PROVIDERS (which has: finch, raven)',
    );
    expect(weaver.requests).toEqual([]);
  });

  it('wrong credentials end it at once, by name, without the password', async () => {
    const { register, settings, platform, weaver } = await platformStack();
    await settings(['export MAGPIE_ADMIN_PASSWORD=wrong-password-9']);
    const result = await register();
    expect(result?.failed).toMatch(/refuses the credentials of admin \(status 401\).*MAGPIE_ADMIN_PASSWORD/);
    expect(result?.failed).not.toContain('wrong-password-9');
    expect(platform.requests.filter(({ path }) => path === '/magpie/signin')).toHaveLength(1);
    expect(weaver.requests).toEqual([]);
  });

  it('somebody who is no administrator ends it at once', async () => {
    const { register, settings, platform } = await platformStack();
    platform.magpie.users.push({ name: 'anne', password: PASSWORD, groups: ['users'] });
    await settings(['export MAGPIE_ADMIN_USERNAME=anne']);
    expect((await register())?.failed).toContain('knows anne, who is not in the group administrators');
  });

  it('a password of a file is taken, and a file that is not there is told', async () => {
    const { register, settings, stack } = await platformStack();
    const file = `${stack.stack.directory}/password`;
    await settings(['export MAGPIE_ADMIN_PASSWORD=', `export MAGPIE_ADMIN_PASSWORD_FILE=${file}`]);
    expect((await register())?.failed).toContain('MAGPIE_ADMIN_PASSWORD_FILE cannot be read');
  });

  it('a Magpie that comes late is waited for', async () => {
    const { register, platform, settings } = await platformStack();
    await settings(['export WEAVER_WPS_PROVIDERS_MAX_TIME=15']);
    platform.instead('magpie', [page(502, 'Bad Gateway'), page(502, 'Bad Gateway')]);
    expect(words(await register())).toEqual(['finch registered', 'raven registered']);
  });

  it('two cookies of one name do no harm', async () => {
    const { register, platform } = await platformStack();
    platform.magpie.behave({ cookies: 'two' });
    expect(words(await register())).toEqual(['finch registered', 'raven registered']);
  });

  it('what nobody wants is unregistered when it is silent, and only then', async () => {
    const { register, weaver, settings, platform } = await platformStack();
    await settings(['export WEAVER_UNREGISTER_DROPPED_PROVIDERS=True']);
    const [alive, dead, sick] = [await aBird(), await aBird('closed'), await aBird({ status: 503 })];
    weaver.store.save({ id: 'alive', url: alive.url, public: true });
    weaver.store.save({ id: 'dead', url: dead.url, public: true });
    weaver.store.save({ id: 'sick', url: sick.url, public: true });
    // Behind Twitcher, of a service that is gone.
    weaver.store.save({ id: 'gone', url: `${platform.url}/twitcher/ows/proxy/gone`, public: true });
    const result = await register();
    expect(result?.removed.sort()).toEqual(['dead', 'gone', 'sick']);
    expect(result?.others).toEqual(['alive']);
    expect(
      weaver.store
        .all()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['alive', 'finch', 'raven']);
  });

  it('one that is only not public is healthy, and stays', async () => {
    const { register, weaver, settings, platform } = await platformStack({ closed: ['raven'] });
    await settings(['export WEAVER_UNREGISTER_DROPPED_PROVIDERS=True', 'export WEAVER_WPS_PROVIDERS=finch']);
    weaver.store.save({ id: 'raven', url: `${platform.url}/twitcher/ows/proxy/raven`, public: true });
    expect(await register()).toMatchObject({ removed: [], others: ['raven'] });
    expect(weaver.store.get('raven')).toBeDefined();
  });

  it('one that answers at the third look stays', async () => {
    const { register, weaver, settings } = await platformStack();
    await settings(['export WEAVER_UNREGISTER_DROPPED_PROVIDERS=True']);
    const bird = await aBird('closed');
    weaver.store.save({ id: 'late', url: bird.url, public: true });
    let looks = 0;
    weaver.disturb({
      does: { delayMs: 1 },
      of: ({ path }) => path === '/providers/late' && ((looks += 1) === 3 ? (void bird.become('good'), true) : false),
    });
    expect((await register())?.removed).toEqual([]);
    expect(looks).toBe(3);
  });

  it('a time-out of ours speaks for a provider', async () => {
    const { register, weaver, settings } = await platformStack();
    await settings(['export WEAVER_UNREGISTER_DROPPED_PROVIDERS=True']);
    const dead = await aBird('closed');
    weaver.store.save({ id: 'dead', url: dead.url, public: true });
    weaver.disturb({ does: 'drops the answer', of: ({ path }) => path === '/providers/dead', times: 1 });
    expect((await register())?.removed).toEqual([]);
    expect(weaver.store.get('dead')).toBeDefined();
  });

  it('one that is wanted cannot be unregistered', async () => {
    const { activities, weaver } = await platformStack();
    await expect(activities.unregisterProvider({ stack: 'platform', bird: 'finch' })).rejects.toThrow(
      'finch is in WEAVER_WPS_PROVIDERS',
    );
    weaver.store.save({ id: 'emu', url: 'http://127.0.0.1:1/wps', public: true });
    expect(await activities.unregisterProvider({ stack: 'platform', bird: 'emu' })).toEqual({ removed: true });
    expect(await activities.unregisterProvider({ stack: 'platform', bird: 'emu' })).toEqual({ removed: true });
    expect(weaver.store.all()).toEqual([]);
  });

  it('what failed as a whole blames no bird that was not asked for, and keeps what was known', async () => {
    const { register, activities, settings, stack } = await platformStack();
    await settings(['export MAGPIE_ADMIN_PASSWORD=wrong-password-9']);
    const failed = await register();
    if (failed === undefined) throw new Error('no Weaver');
    const conclude = (result: typeof failed) => activities.concludeWeaver({ stack: 'platform', result });
    await expect(conclude(failed)).rejects.toThrow('refuses the credentials');
    expect(await stack.weaverNote()).toMatchObject({ inStep: false, birds: [] });
    await settings([]);
    const well = await register();
    if (well === undefined) throw new Error('no Weaver');
    await conclude(well);
    await expect(conclude(failed)).rejects.toThrow('refuses the credentials');
    const note = await stack.weaverNote();
    expect(note).toMatchObject({ inStep: false, goodAt: expect.any(String) as string });
    expect(note?.birds.map(({ bird, word }) => `${bird} ${word}`)).toEqual(['finch registered', 'raven registered']);
  });

  it('two ids on one address are refused before anything is asked', async () => {
    const { register, settings, weaver, platform } = await platformStack();
    await settings(['export WEAVER_PROVIDERS_URL_TEMPLATE=http://127.0.0.1:1/wps']);
    expect((await register())?.failed).toContain('finch and raven have one address');
    expect([...weaver.requests, ...platform.requests]).toEqual([]);
  });

  it('a role without providers is told at once', async () => {
    const { register, weaver } = await platformStack({ weaver: { role: 'ADES' } });
    expect((await register())?.failed).toMatch(/has the role ADES, which has no providers: set WEAVER_CONFIG/);
    expect(asked(weaver, 'POST')).toEqual([]);
  });

  it('without Magpie nobody signs in, and birds are found by their internal addresses', async () => {
    const { register, settings, platform, weaver, birds } = await platformStack({ birds: { finch: 'good' } });
    await settings([
      'export EXTRA_CONF_DIRS=./components/weaver',
      `export WEAVER_URL=${weaver.url}`,
      `export WEAVER_PROVIDERS_URL_TEMPLATE=${birds['finch']?.url ?? ''}?name={name}`,
      'export BIRDHOUSE_FQDN_PUBLIC=',
    ]);
    expect(words(await register())).toEqual(['finch registered']);
    expect(platform.requests).toEqual([]);
  });

  it('a list that one bird spoils names it', async () => {
    const { register, settings, weaver } = await platformStack();
    const [well, sick] = [await aBird(), await aBird()];
    // Behind Twitcher no status of a bird reaches Weaver as it is; a port is a good id.
    await settings([
      'export WEAVER_PROVIDERS_URL_TEMPLATE=http://127.0.0.1:{name}/wps',
      `export WEAVER_WPS_PROVIDERS="${well.port} ${sick.port}"`,
    ]);
    await register();
    expect(weaver.store.all()).toHaveLength(2);
    await sick.become({ status: 500 });
    const result = await register();
    expect(words(result)).toEqual([`${well.port} up to date`, `${sick.port} not answering`]);
    expect(result?.listing).toMatchObject({ holds: { [well.port]: 2 }, breaks: [], breaksIds: [String(sick.port)] });
    await sick.become('exception');
    expect((await register())?.listing).toMatchObject({
      failed: expect.stringContaining('its answer has status 503') as string,
      breaks: [String(sick.port)],
    });
  });

  it('a secret in what is said is taken out of what is recorded', async () => {
    const { register, settings } = await platformStack({ birds: { finch: 'good', raven: 'closed' } });
    // Words of ours, which are a secret here.
    await settings(['export SOME_TOKEN="container of raven"', 'export WEAVER_WPS_PROVIDERS_MAX_TIME=1']);
    const result = await register();
    expect(result?.birds[1]).toMatchObject({ bird: 'raven', todo: 'look at the ‹redacted›' });
  });

  it('no password and no cookie reaches a record', async () => {
    const { register, activities, stack, said } = await platformStack();
    const result = await register();
    if (result === undefined) throw new Error('no Weaver');
    await activities.concludeWeaver({ stack: 'platform', result });
    const texts = [JSON.stringify(result), await readFile(stack.path('weaver.json'), 'utf8'), ...said].join('\n');
    expect(texts).not.toContain(PASSWORD);
    expect(texts).not.toContain('auth_tkt');
  });
});
