import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deployNotebooks, rollbackNotebooks } from '../../../../activities/notebooks/index.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { compileProduct, type Compiled } from '../../../support/compiled.js';
import { notebook, NotebookWorld } from './notebook-world.js';

/** A worker of its own for one run; it kills itself at the heartbeat whose details are the last argument. */
const SCRIPT = `
const [dir, text, point] = process.argv.slice(2);
const { deployNotebooks, rollbackNotebooks } = await import(dir + '/activities/notebooks/index.js');
const { createSourceGit } = await import(dir + '/activities/git/source.js');
const { localStep } = await import(dir + '/activities/shared/step.js');
const { git, run, ...request } = JSON.parse(text);
const heartbeat = (details) => {
  if (JSON.stringify(details) === point) process.kill(process.pid, 'SIGKILL');
};
const step = localStep({ heartbeat });
if (run) await rollbackNotebooks({ ...request, run }, step);
else await deployNotebooks({ ...request, git: createSourceGit(git) }, step);
`;

describe('activities/notebooks/index', () => {
  let product: Compiled;
  let world: NotebookWorld;
  beforeAll(async () => {
    product = await compileProduct();
  });
  afterAll(() => product.remove());
  beforeEach(async ({ onTestFinished }) => {
    world = await NotebookWorld.make();
    onTestFinished(() => world.remove());
    await world.push(OLD);
    await deploy();
    await world.write('hub/tutorials', { 'deep/theirs.txt': 'theirs' });
    await world.git('source', 'rm', '--quiet', '-r', '.');
    await world.push(NEW);
  });

  const OLD = {
    'a.ipynb': notebook('old a'),
    'both.ipynb': notebook('old both'),
    'deep/b.ipynb': notebook('old b'),
    'kind/c.ipynb': notebook('old c'),
    'turns.ipynb': notebook('old turns'),
  };
  const NEW = {
    'both.ipynb': notebook('new both'),
    kind: 'a file now',
    'new/d.ipynb': notebook('new d'),
    'turns.ipynb/e.ipynb': notebook('new e'),
  };
  const THEIRS = { 'deep/theirs.txt': 'theirs' };
  const source = () => ({ url: world.at('source'), branch: 'main' });
  const deploy = () => deployNotebooks(world.request({ source: source() }), localStep());

  async function killedAt(point: unknown, rollback?: string): Promise<void> {
    const { git: _, ...request } = world.request({ source: source() });
    const script = world.at('worker.mjs');
    await writeFile(script, SCRIPT);
    const text = JSON.stringify({ ...request, git: world.gitSettings(), run: rollback });
    const args = [script, pathToFileURL(product.dir).href, text, JSON.stringify(point)];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal, JSON.stringify(point)).toBe('SIGKILL');
  }

  async function files(): Promise<Record<string, string>> {
    const paths = await world.deployed();
    return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await world.read(path)] as const)));
  }
  /** Nothing of what users see is half of anything. */
  async function expectWhole(): Promise<void> {
    const known = [...Object.values(OLD), ...Object.values(NEW), 'theirs'];
    for (const text of Object.values(await files())) expect(known).toContain(text);
    expect(await readFile(world.at('hub/alice/mine.ipynb'), 'utf8')).toBe(notebook('mine'));
  }
  const expectTidy = async () => expect(await readdir(world.work())).toEqual(['record.json', 'trees']);

  describe('killed by SIGKILL', () => {
    it.each([
      { doing: 'fetch', source: 'notebooks' },
      { doing: 'lay out', source: 'notebooks' },
      { doing: 'stage' },
      { doing: 'verify' },
    ])('at %j: users have the old ones until the next run', { timeout: 60_000 }, async (point) => {
      await killedAt(point);
      expect(await files()).toEqual({ ...OLD, ...THEIRS });
      expect(await deploy()).toMatchObject({ outcome: 'deployed', notebooks: 3 });
      expect(await files()).toEqual({ ...NEW, ...THEIRS });
      await expectTidy();
    });

    const changes = Array.from({ length: 10 }, (_, changed) => changed);
    it.each(changes)(
      'after %i changes of the swap: the next run finishes it, also when the source is out of reach',
      { timeout: 60_000 },
      async (changed) => {
        const { ino } = await stat(world.target());
        await killedAt({ doing: 'swap', changed });
        await expectWhole();
        // In both trees: never missing.
        expect([OLD['both.ipynb'], NEW['both.ipynb']]).toContain(await world.read('both.ipynb'));
        await rename(world.at('source'), world.at('gone'));
        await expect(deploy()).rejects.toMatchObject({ type: FAILURES.notFound });
        expect(await files()).toEqual({ ...NEW, ...THEIRS });
        expect((await stat(world.target())).ino).toBe(ino);
        await expectTidy();
        await rename(world.at('gone'), world.at('source'));
        expect(await deploy()).toMatchObject({ outcome: 'up to date' });
        await rollbackNotebooks({ ...world.request(), run: 'back' }, localStep());
        expect(await files()).toEqual({ ...OLD, ...THEIRS });
      },
    );

    it('while it prunes: the next run finds all in place', { timeout: 60_000 }, async () => {
      await killedAt({ doing: 'prune' });
      expect(await files()).toEqual({ ...NEW, ...THEIRS });
      expect(await deploy()).toMatchObject({ outcome: 'up to date' });
      await expectTidy();
    });

    it('in the middle of a rollback: tried again it goes back once, not twice', { timeout: 60_000 }, async () => {
      await deploy();
      await world.push({ 'both.ipynb': notebook('third') });
      await deploy();
      await killedAt({ doing: 'swap', changed: 0 }, 'run 1');
      const again = await rollbackNotebooks({ ...world.request(), run: 'run 1' }, localStep());
      expect(again).toMatchObject({ outcome: 'rolled back', notebooks: 3 });
      expect(await files()).toEqual({ ...NEW, ...THEIRS });
    });

    it('in the middle of the first swap: what lay there before is kept', { timeout: 60_000 }, async () => {
      const target = world.at('hub', 'fresh');
      await world.write('hub/fresh', { 'before.ipynb': notebook('before'), 'both.ipynb': notebook('old both') });
      const { target: former } = world;
      world.target = world.at.bind(world, 'hub', 'fresh');
      await killedAt({ doing: 'swap', changed: 1 });
      expect(await deployNotebooks(world.request({ source: source(), target }), localStep())).toMatchObject({
        outcome: 'up to date',
      });
      expect(await files()).toEqual(NEW);
      await rollbackNotebooks({ target, run: 'back' }, localStep());
      expect(await files()).toEqual({ 'before.ipynb': notebook('before'), 'both.ipynb': notebook('old both') });
      world.target = former;
    });
  });

  it('a tree that a power cut left torn is made afresh', async () => {
    await killedAt({ doing: 'swap', changed: 2 });
    const { current } = JSON.parse(await readFile(world.work('record.json'), 'utf8')) as { current: string };
    await writeFile(world.work('trees', current.slice(0, 24), 'both.ipynb'), '');
    expect(await deploy()).toMatchObject({ outcome: 'deployed', notebooks: 3 });
    expect(await world.read('both.ipynb')).toBe(NEW['both.ipynb']);
  });
});
