import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runChecks } from '../../../../client/doctor/run-checks.js';
import { birds } from '../../../../worker/doctor/birds.js';
import { doctorContext } from '../../../../worker/doctor/context.js';
import { startCowbird, type CowbirdOptions } from '../../../support/doubles/cowbird/index.js';
import { birdService, weaverService } from '../../../support/doubles/magpie/index.js';
import { serve } from '../../../support/doubles/http.js';
import { PASSWORD, platformStack, type PlatformStack } from '../../../support/weaver/platform-stack.js';
import { endAfterEach, ending } from '../../../support/weaver/registering.js';

endAfterEach();

/** `ok | warn WHAT: FINDING (REMEDY)`. */
async function told({ stack }: Pick<PlatformStack, 'stack'>): Promise<string[]> {
  const { directory } = stack.stack;
  const found = await runChecks([birds], doctorContext({ stackDir: directory, stateDirectory: join(directory, '..') }));
  return found.map(({ result, what, finding, remedy }) =>
    [`${result} ${what}: ${finding}`, ...(remedy === undefined ? [] : [`(${remedy})`])].join(' '),
  );
}

async function aCowbird(options: CowbirdOptions = {}) {
  const double = await startCowbird(options);
  ending(() => double.close());
  return double;
}

/** A stack in which everything is registered. */
async function registered(...options: Parameters<typeof platformStack>): Promise<PlatformStack> {
  const made = await platformStack(...options);
  await made.register();
  return made;
}

describe('worker/doctor/birds', { timeout: 60_000 }, () => {
  it('finds a platform well whose birds are registered and whose Cowbird has its worker', async () => {
    const { url } = await aCowbird();
    const made = await registered({ cowbird: url, components: ['cowbird'] });
    expect(await told(made)).toEqual([
      `ok Magpie: an administrator can be signed in (${made.platform.url}/magpie)`,
      `ok Weaver: is there as HYBRID (${made.platform.url}/weaver)`,
      'ok birds: 2 are registered in Weaver, which can read them',
      `ok Cowbird: is there 2.6.0, with its worker (${made.platform.url}/cowbird)`,
    ]);
  });

  it('changes nothing', async () => {
    const made = await registered({ birds: { finch: 'good' } });
    made.weaver.store.delete('finch');
    const before = made.weaver.requests.length;
    await told(made);
    const asked = made.weaver.requests.slice(before);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ method }) => method === 'GET')).toBe(true);
    expect(made.weaver.store.all()).toEqual([]);
  });

  it('says nothing of a stack without them, and asks nobody', async () => {
    const root = await mkdtemp(join(tmpdir(), 'birdkeeper-doctor-'));
    ending(() => rm(root, { recursive: true, force: true }));
    const platform = await serve(() => ({ status: 200 }));
    ending(() => platform.close());
    await writeFile(join(root, 'compose.yaml'), 'services:\n  web: { image: "none" }\n');
    await writeFile(join(root, 'env.local'), `export BIRDHOUSE_FQDN_PUBLIC=127.0.0.1:${platform.port}\n`);
    expect(await told({ stack: { stack: { directory: root } } as PlatformStack['stack'] })).toEqual([]);
    expect(platform.requests).toEqual([]);
  });

  it('says nothing of a stack of which nobody knows what it has', async () => {
    const made = await platformStack();
    await made.settings(['if true']);
    expect(await told(made)).toEqual([]);
  });

  it('names each bird that is not registered, does not answer or is not readable by everybody', async () => {
    const made = await registered({ birds: { finch: 'good', raven: 'good', emu: 'good', robin: 'good' } });
    const { platform, weaver } = made;
    weaver.store.delete('raven');
    platform.magpie.replaceService(birdService('emu', made.birds['emu']?.url ?? '', { isPublic: false }));
    await made.birds['robin']?.become({ status: 503 });
    const found = await told(made);
    const of = (name: string) => found.filter((line) => line.includes(`bird ${name}:`));
    expect(of('finch')).toEqual([]);
    expect(of('raven')).toEqual([
      'warn bird raven: is not registered in Weaver (Register it: birdkeeper weaver register raven)',
    ]);
    expect(of('emu')).toEqual([
      expect.stringMatching(/^warn bird emu: is registered, and is not publicly readable: .*all-public-access/),
    ]);
    expect(of('robin')).toEqual([expect.stringMatching(/^warn bird robin: is registered, and /)]);
    expect(found.filter((line) => line.startsWith('ok'))).toHaveLength(2);
  });

  it('finds a Weaver that only an administrator may see', async () => {
    const made = await registered();
    const { weaver, platform } = made;
    platform.magpie.replaceService({ ...weaverService(weaver.url), grants: [] });
    expect(await told(made)).toEqual([
      expect.stringMatching(/^ok Magpie/),
      expect.stringMatching(/^ok Weaver: is there as HYBRID/),
      expect.stringMatching(/^ok birds: 2 are registered/),
    ]);
  });

  it('tells a role without providers while birds are wanted, and asks for none of them', async () => {
    const made = await platformStack({ weaver: { role: 'ADES' } });
    const [, weaver, ...others] = await told(made);
    expect(others).toEqual([]);
    expect(weaver).toBe(
      'warn Weaver: runs as ADES, which has no providers, while 2 birds are wanted (In env.local set WEAVER_CONFIG to HYBRID or EMS, and deploy.)',
    );
    expect(made.birds['finch']?.requests).toEqual([]);
  });

  it('tells what refuses, once, without the password; whether Weaver is there is known all the same', async () => {
    const { url } = await aCowbird();
    const made = await registered({ cowbird: url, components: ['cowbird'] });
    await made.settings(['export MAGPIE_ADMIN_PASSWORD=wrong-password-9']);
    const found = await told(made);
    expect(found).toEqual([
      expect.stringMatching(/^warn Magpie: .* refuses the credentials of admin \(status 401\)/),
      expect.stringMatching(/^ok Weaver: is there as HYBRID/),
      'warn birds: not looked at: nobody is signed in at Magpie',
      'warn Cowbird: not looked at: nobody is signed in at Magpie',
    ]);
    expect(found.join()).not.toContain('wrong-password-9');
    expect(found.join()).not.toContain(PASSWORD);
  });

  it('tells once that the file with the password cannot be read', async () => {
    const made = await platformStack();
    await made.settings(['export MAGPIE_ADMIN_PASSWORD=', 'export MAGPIE_ADMIN_PASSWORD_FILE=/none/of/it']);
    const found = await told(made);
    expect(found.filter((line) => line.includes('MAGPIE_ADMIN_PASSWORD_FILE cannot be read'))).toHaveLength(1);
    expect(found.filter((line) => line.startsWith('ok'))).toEqual([]);
  });

  it('leaves settings that are wrong to the check of the configuration', async () => {
    const made = await platformStack();
    await made.settings(['export WEAVER_CONFIG=ADES']);
    expect(await told(made)).toEqual([
      'warn Weaver and Cowbird: not looked at: their settings are wrong (see configuration)',
    ]);
    expect(made.platform.requests).toEqual([]);
  });

  it.each([
    ['is down', () => undefined, /^warn Weaver: .*\/weaver\/ answers with status 502 and is not Weaver/],
    [
      'is elsewhere',
      (made: PlatformStack) => made.settings(['export WEAVER_URL=http://127.0.0.1:1/weaver']),
      /^warn Weaver: .*\/weaver\/ refuses connections \(Look at the container weaver/,
    ],
  ])('a Weaver that %s is told in its own words', async (_, change, words) => {
    const made = await platformStack();
    await change(made);
    made.platform.takeDown('weaver');
    const found = await told(made);
    expect(found).toHaveLength(2);
    expect(found[1]).toMatch(words);
  });

  it('Cowbird: hears nothing of its worker, and has no handlers', async () => {
    const { url } = await aCowbird({ behaviour: { worker: 'stopped', handlers: ['Magpie'] } });
    const made = await registered({ cowbird: url, components: ['cowbird'] });
    const found = (await told(made)).filter((line) => line.includes('Cowbird'));
    expect(found).toEqual([
      expect.stringMatching(/^warn Cowbird: Cowbird 2\.6\.0 hears nothing of its worker \(status 424\) \(Look at/),
      expect.stringMatching(/^warn Cowbird: Of Cowbird's handlers Catalog, FileSystem, .* are not active/),
    ]);
    await made.settings(['export COWBIRD_HANDLERS=Magpie']);
    expect((await told(made)).filter((line) => line.includes('handlers'))).toEqual([]);
  });

  it('waits for no black hole: whatever does not answer is told so', async () => {
    const hole = await serve(() => 'silence');
    ending(() => hole.close());
    const [all, some] = [
      await platformStack({ components: ['cowbird'] }),
      await platformStack({ birds: { finch: 'black hole' }, components: ['cowbird'] }),
    ];
    const urls = [`export WEAVER_URL=${hole.url}`, `export COWBIRD_URL=${hole.url}`];
    await all.settings([...urls, `export MAGPIE_URL=${hole.url}`]);
    await some.settings(urls);
    const [ofAll, ofSome] = await Promise.all([told(all), told(some)]);
    const weaver = /^warn Weaver: http:\S+\/ does not answer within [\d.]+ s \(Look at/;
    expect(ofAll).toEqual([
      expect.stringContaining(`warn Magpie: ${hole.url} does not answer within 4 s`),
      expect.stringMatching(weaver),
      'warn Cowbird: not looked at: nobody is signed in at Magpie',
    ]);
    expect(ofSome).toEqual([
      expect.stringMatching(/^ok Magpie/),
      expect.stringMatching(weaver),
      expect.stringContaining('warn Cowbird: does not answer within 10 s'),
    ]);
  });

  it('a bird that is a black hole hides no other one', async () => {
    const made = await registered({ birds: { finch: 'good', raven: 'good', emu: 'good' } });
    await made.birds['emu']?.become('black hole');
    made.weaver.store.delete('raven');
    const found = (await told(made)).filter((line) => line.includes('bird '));
    expect(found).toEqual([
      expect.stringMatching(/^warn bird raven: is not registered/),
      expect.stringMatching(/^warn bird emu: is registered, and /),
    ]);
  });
});
