/** A platform in the shape of birdhouse-deploy, of each era, kept by birdkeeper: through the engine, from a push to what it answers. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { eraCalled } from '../support/era-stack.js';
import { eraFiles, hookLog } from '../support/world/era-files.js';
import { apiTag, STACK_FOLDER } from '../support/world/index.js';
import { deployed, useWorld } from '../support/world/in-vitest.js';
import { attempt, output } from '../support/world/programs.js';
import type { World } from '../support/world/world.js';

/** The first and the last shape, and those at which the order of reading changed. */
const ERAS = ['1.14', '1.24.0', '1.26.11', '2.4.0', '2.26.0'];
const OWNER = '4711:4712';

describe('eras', () => {
  describe.each(ERAS)('%s', (name) => {
    const { generation } = eraCalled(name);
    const { lists, creates, includes } = generation;
    const extra = [
      "export PAVICS_FQDN='birds.example.org'",
      `export AUTODEPLOY_CODE_OWNERSHIP='${OWNER}'`,
      ...(lists.default === undefined
        ? ["export EXTRA_CONF_DIRS='./components/front ./components/api ./components/reader ./components/worker'"]
        : []),
    ];
    const world = useWorld(
      { name: 'era', settings: { extra }, files: (files, { dir }) => eraFiles(name, files, dir) },
      deployed,
    );
    const before: string[] = [];
    afterAll(async () => {
      const env = world().parts.env;
      if (creates.network !== undefined) await attempt('docker', ['network', 'rm', creates.network], { env });
      if (creates.volumes.length > 0) await attempt('docker', ['volume', 'rm', ...creates.volumes], { env });
    });

    it('renders with the names of its time, and answers', async () => {
      expect(await world().get('reader')).toBe('fqdn=birds.example.org front=front of the house path=$not_listed');
      expect(await world().get('web')).toBe('version 1');
    });

    it('gives Compose the overrides, what includes add, and what only its script gives', async () => {
      expect(await environmentOf(world(), 'proxy')).toMatchObject({
        GUARD: generation.guard.value,
        SERVER: 'birds.example.org',
      });
      const api = await environmentOf(world(), 'api');
      expect(api['FRONT']).toBe(generation.composeList === 'components' ? undefined : 'front of the house');
      const { id = '' } = (await world().state())['reader'] ?? {};
      const label = await docker(world(), 'inspect', '--format', '{{index .Config.Labels "from-include"}}', id);
      expect(label).toBe(includes ? 'yes' : '');
    });

    it('runs hooks; one that fails stops nothing, as in its own script', async () => {
      expect(await readFile(hookLog(world().dir), 'utf8')).toBe('pre reader hello\npost worker\n');
      const [record] = await world().history();
      const [first] = creates.network === undefined ? [undefined] : ['create network and volumes'];
      expect(
        record?.hooks?.map(({ component, hook, step, status }) => [step ?? `${hook} ${component}`, status]),
      ).toEqual([
        ...(first === undefined ? [] : [[first, 0]]),
        ['pre reader', 0],
        ['restart proxy', 0],
        ['post worker', 1],
      ]);
      if (creates.network !== undefined) {
        expect(await docker(world(), 'network', 'inspect', '--format', '{{.Name}}', creates.network)).toBe(
          creates.network,
        );
      }
    });

    it('deploys a push, gives new files their owner, and restarts the proxy, whose upstream has another address', async () => {
      before.push((await world().state())['proxy']?.startedAt ?? '');
      await world().images.publishApi('2.0');
      const file = `${STACK_FOLDER}/components/api/notes.txt`;
      const commit = await world().release('platform', { ...apiTag('2.0'), [file]: 'new\n' }, 'A new api');
      expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
      const { uid, gid } = await stat(join(world().parts.checkouts.platform, file));
      expect(`${uid}:${gid}`).toBe(OWNER);
      expect((await world().state())['proxy']?.startedAt).not.toBe(before[0]);
    });

    it('asks the conditional trigger: a push of papers touches nothing', async () => {
      const state = await world().state();
      const commit = await world().release('platform', { 'docs/read.md': 'words\n' }, 'Papers');
      expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
      expect(await world().state()).toEqual(state);
    });

    it('tells its configuration as it deployed it', async () => {
      const ran = await world().cli(['config', 'render', '--as-worker', '--check']);
      expect(ran).toMatchObject({ status: 0, stdout: '' });
      expect((await world().cli(['config', 'validate', '--as-worker'])).stdout).toMatch(/^0 errors/m);
    });
  });
});

async function docker(world: World, ...args: string[]): Promise<string> {
  return (await output('docker', args, { env: world.parts.env })).trim();
}

async function environmentOf(world: World, service: string): Promise<Record<string, string>> {
  const { id = '' } = (await world.state())[service] ?? {};
  const lines = await docker(world, 'inspect', '--format', '{{range .Config.Env}}{{println .}}{{end}}', id);
  return Object.fromEntries(lines.split('\n').map((line) => [line.split('=')[0] ?? '', line.replace(/^[^=]*=/, '')]));
}
