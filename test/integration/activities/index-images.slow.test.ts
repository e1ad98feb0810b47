/** Images in the story of a deployment: tags that move, logins of registries, and those that are kept. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { apiTag, STACK_FOLDER } from '../../support/world/index.js';
import { attempt, output } from '../../support/world/programs.js';
import { REGISTRY_USER, startRegistry } from '../../support/registry.js';
import { LONG, useRules } from './rules-world.js';

/** The configuration of Docker that the operator of this world has; where the Compose plugin is it must lead, too. */
const docker = await mkdtemp(join(tmpdir(), 'bk-test-docker-'));
const plugins = join(process.env.DOCKER_CONFIG ?? join(homedir(), '.docker'), 'cli-plugins');
await symlink(plugins, join(docker, 'cli-plugins'));
afterAll(() => rm(docker, { recursive: true, force: true }));

const rules = useRules('images', [], { env: { DOCKER_CONFIG: docker } });

/** Every container that is not of `api`. */
const others = async () => (await rules.world.containers()).filter(({ service }) => service !== 'api');
const imageOf = async (service: string) => (await rules.world.state())[service]?.imageId;
const isHere = async (image: string) =>
  (await attempt('docker', ['image', 'inspect', image], { env: rules.world.parts.env })).status === 0;
const newest = () => rules.here.stack.latestRelease();

describe('activities/index', () => {
  describe('BIRDKEEPER_PULL=always', () => {
    it(
      'a tag that moved recreates that service alone, and the release has the new image; one that is only here stays',
      async () => {
        await rules.settings("export BIRDKEEPER_PULL='always'");
        expect(await rules.deploy()).toMatchObject({ outcome: 'up to date' });
        const [before, former] = [await others(), await imageOf('api')];

        await rules.world.images.publishApi('next');
        await rules.world.images.moveApi('1.0', 'next');
        const reference = `${rules.world.images.api}:1.0`;
        const moved = await rules.deploy();
        expect(moved).toMatchObject({ outcome: 'deployed', word: 'behind' });
        expect(moved.plan?.services.map(({ service, action }) => `${service} ${action}`)).toEqual(['api recreate']);
        expect(moved.plan?.images).toMatchObject([{ reference, how: 'pull' }]);
        expect(await rules.world.get('api')).toBe('api next');
        expect(await others()).toEqual(before);

        const now = await imageOf('api');
        expect(now).not.toBe(former);
        expect((await newest())?.services.api).toMatchObject({ image: reference, imageId: now });
        expect(await rules.deploy()).toMatchObject({ outcome: 'up to date' });
      },
      LONG,
    );

    it(
      'a tag that moved to something bad is rolled back and held back until it moves again',
      async () => {
        const former = await imageOf('api');
        await rules.world.images.publishApi('sick', 'sick');
        await rules.world.images.moveApi('1.0', 'sick');
        expect(await rules.deploy()).toMatchObject({ outcome: 'rolled back' });
        expect(await imageOf('api')).toBe(former);
        expect(await rules.world.get('api')).toBe('api next');
        expect(await rules.deploy()).toMatchObject({ outcome: 'quarantined' });

        await rules.world.images.publishApi('mended');
        await rules.world.images.moveApi('1.0', 'mended');
        expect(await rules.deploy()).toMatchObject({ outcome: 'deployed' });
        expect(await rules.world.get('api')).toBe('api mended');
        await rules.settings();
      },
      LONG,
    );
  });

  describe('BIRDKEEPER_KEEP_RELEASES', () => {
    it(
      'images of releases that are no longer kept go with a deployment; those of kept ones can be gone back to',
      async () => {
        await rules.settings("export BIRDKEEPER_KEEP_RELEASES='2'");
        const ids: string[] = [];
        const numbers: number[] = [];
        for (const tag of ['2.1', '2.2', '2.3']) {
          await rules.world.images.publishApi(tag);
          await rules.world.push('platform', apiTag(tag), `Raise api to ${tag}`);
          expect(await rules.deploy()).toMatchObject({ outcome: 'deployed' });
          ids.push((await imageOf('api')) ?? '');
          numbers.push((await newest())?.number ?? 0);
        }
        const [first = '', second = '', third = ''] = ids;
        const [dropped = 0, kept = 0] = numbers;
        expect([await isHere(first), await isHere(second), await isHere(third)]).toEqual([false, true, true]);

        const before = await rules.containers();
        const gone = await rules.deploy({ trigger: 'rollback', force: true, rollbackTo: dropped });
        expect(gone).toMatchObject({ outcome: 'failed', phase: 'validate' });
        expect(gone.message).toMatch(/image that api ran in that release \(.*:2\.1\) is not on this host any more/);
        expect(await rules.containers()).toEqual(before);

        const back = await rules.deploy({ trigger: 'rollback', force: true, rollbackTo: kept });
        expect(back).toMatchObject({ outcome: 'deployed' });
        expect(await imageOf('api')).toBe(second);
        expect(await rules.world.get('api')).toBe('api 2.2');
        await rules.settings();
      },
      LONG,
    );
  });

  // Last: the stack is of another registry from here on.
  describe('a registry that asks who one is', () => {
    const COMPOSE = `${STACK_FOLDER}/components/api/docker-compose-extra.yml`;

    const logIn = (password: string | undefined, host: string) => {
      const auth = Buffer.from(`${REGISTRY_USER.name}:${password ?? ''}`).toString('base64');
      const config = password === undefined ? {} : { auths: { [host]: { auth } } };
      return writeFile(join(docker, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    };

    it(
      'refuses before anything stops, and says whose login is missing where; with a login it is deployed from',
      async () => {
        await mkdir(join(rules.world.dir, 'closed'));
        const registry = await startRegistry({ requireLogin: true, parent: join(rules.world.dir, 'closed') });
        try {
          const { host } = registry;
          const closed = `${host}/closed/api`;
          await logIn(REGISTRY_USER.password, host);
          await rules.world.images.publishApi('3.0', 'well', closed);
          await logIn(undefined, host);

          const compose = await readFile(join(rules.world.parts.developers.platform.dir, COMPOSE), 'utf8');
          const moved = compose.replace(rules.world.images.api, closed);
          await rules.world.push('platform', { ...apiTag('3.0'), [COMPOSE]: moved }, 'Take api from elsewhere');
          const [before, heads] = [await rules.containers(), await rules.world.checkedOut()];
          const refused = await rules.deploy();
          expect(refused).toMatchObject({ outcome: 'failed', phase: 'pull' });
          expect(refused.message).toContain(`Image ${closed}:3.0 (for api) could not be pulled`);
          expect(refused.message).toContain(`logins are read from ${join(docker, 'config.json')}`);
          expect(refused.message).toContain('docker login');
          expect([await rules.containers(), await rules.world.checkedOut()]).toEqual([before, heads]);

          await logIn('wrong', host);
          expect(await rules.deploy()).toMatchObject({ outcome: 'failed', phase: 'pull' });
          await logIn(REGISTRY_USER.password, host);
          const deployed = await rules.deploy();
          expect(deployed, deployed.message).toMatchObject({ outcome: 'deployed' });
          expect(await rules.world.get('api')).toBe('api 3.0');

          await rules.settings("export BIRDKEEPER_PULL='always'");
          expect(await rules.deploy()).toMatchObject({ outcome: 'up to date' });
          await logIn(undefined, host);
          const unasked = await rules.deploy();
          expect(unasked).toMatchObject({ outcome: 'degraded', phase: 'fetch' });
          expect(unasked.message).toContain(`Registry ${host} refuses us without a login`);
          for (const { message } of [refused, unasked]) expect(message).not.toContain(REGISTRY_USER.password);
          await output('docker', ['image', 'inspect', `${closed}:3.0`], { env: rules.world.parts.env });
        } finally {
          await registry.remove();
        }
      },
      LONG,
    );
  });
});
