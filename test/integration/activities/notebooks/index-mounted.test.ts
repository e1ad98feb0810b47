import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deployNotebooks, rollbackNotebooks } from '../../../../activities/notebooks/index.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { createImages, type Images } from '../../../support/images.js';
import { needsRoot } from '../../../support/needs.js';
import { notebook, NotebookWorld } from './notebook-world.js';

const run = promisify(execFile);
const docker = async (...args: string[]) => (await run('docker', args)).stdout;

describe('activities/notebooks/index', () => {
  let images: Images;
  let world: NotebookWorld;
  beforeAll(async () => {
    images = await createImages();
  }, 120_000);
  afterAll(() => images.cleanup());
  beforeEach(async ({ onTestFinished }) => {
    world = await NotebookWorld.make();
    onTestFinished(() => world.remove());
  });

  const deploy = () =>
    deployNotebooks(world.request({ source: { url: world.at('source'), branch: 'main' } }), localStep());
  const push = (text: string) => world.push({ 'a.ipynb': notebook(text), 'deep/b.ipynb': notebook(text) });

  describe('a container that has the directory itself mounted, as those of JupyterHub', () => {
    let container: string;
    beforeEach(() => {
      container = `bk-test-notebooks-${randomBytes(4).toString('hex')}`;
    });
    afterEach(async () => {
      await docker('rm', '--force', container).catch(() => undefined);
    });
    const see = (...command: string[]) => docker('exec', container, ...command);

    it(
      'sees each deployment and the rollback, whole at every moment, and cannot write',
      { timeout: 120_000 },
      async () => {
        const texts = Array.from({ length: 8 }, (_, at) => String(at).repeat(100_000 + at));
        await push(texts[0] ?? '');
        await deploy();
        const reads = 'while :; do cat /nb/deep/b.ipynb > /now || echo missing; wc -c < /now; done';
        await docker(
          'run',
          '--detach',
          '--name',
          container,
          '--network',
          'none',
          '--user',
          '1000:1000',
          '--tmpfs',
          '/now.d:mode=1777',
          '--volume',
          `${world.target()}:/nb`,
          images.base,
          'sh',
          '-c',
          reads.replaceAll('/now', '/now.d/x'),
        );
        for (const text of texts.slice(1)) {
          await push(text);
          await deploy();
          expect(await see('cat', '/nb/a.ipynb')).toBe(notebook(text));
        }
        await rollbackNotebooks({ ...world.request(), run: 'back' }, localStep());
        expect(await see('cat', '/nb/a.ipynb')).toBe(notebook(texts.at(-2) ?? ''));
        await expect(see('sh', '-c', 'echo x > /nb/a.ipynb')).rejects.toThrow(/Permission denied/);
        await expect(see('rm', '/nb/a.ipynb')).rejects.toThrow(/Permission denied|Operation not permitted/);

        const lines = (await docker('logs', container)).trim().split('\n');
        const sizes = new Set(texts.map((text) => String(notebook(text).length)));
        expect(lines.filter((line) => !sizes.has(line))).toEqual([]);
        expect(new Set(lines).size).toBeGreaterThan(2);
      },
    );
  });

  describe('a directory that is a mount point here', () => {
    let mounted: string[];
    beforeEach((context) => {
      needsRoot(context);
      mounted = [];
    });
    afterEach(async () => {
      for (const point of mounted.reverse()) await run('umount', [point]);
    });
    async function mount(from: string, to: string): Promise<void> {
      await mkdir(from, { recursive: true });
      await mkdir(to, { recursive: true });
      await run('mount', ['--bind', from, to]);
      mounted.push(to);
    }

    it('is refused before anything is fetched, and so is one that holds a mount', async () => {
      await push('one');
      await mount(world.at('disk'), world.target());
      await expect(deploy()).rejects.toThrow(/is a mount point.*Mount the directory that holds it/);
      await run('umount', [world.target()]);
      mounted.pop();
      await mount(world.at('disk'), world.target('deep'));
      await expect(deploy()).rejects.toMatchObject({ type: FAILURES.configuration });
      await expect(deploy()).rejects.toThrow(/holds a mount, .*tutorials\/deep/);
      await expect(stat(world.at('state'))).rejects.toThrow('ENOENT');
    });

    it('without room for the new ones the deployed ones stay', async () => {
      await mkdir(world.at('hub'), { recursive: true });
      await run('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'bk-test', world.at('hub')]);
      mounted.push(world.at('hub'));
      await push('one');
      await deploy();
      // Fits in not at all, and once but not twice.
      for (const bytes of [4_000_000, 2_400_000]) {
        await push('x'.repeat(bytes / 2));
        await expect(deploy()).rejects.toMatchObject({ name: 'StepFailure', type: FAILURES.diskFull });
        expect(await world.read('a.ipynb')).toBe(notebook('one'));
      }
      await push('two');
      expect(await deploy()).toMatchObject({ outcome: 'deployed' });
    });

    it('on a disk of its own, with the directory that holds it, is none', async () => {
      await push('one');
      await mount(world.at('disk'), world.at('hub'));
      expect(await deploy()).toMatchObject({ outcome: 'deployed' });
    });
  });
});
