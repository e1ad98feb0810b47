import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileProduct, type Compiled } from '../../../support/compiled.js';
import { DataWorld } from './data-world.js';

/** A worker of its own for one run: arguments are the request as JSON. */
const SCRIPT = `
const [dir, text] = process.argv.slice(2);
const { deployData } = await import(dir + '/activities/data/index.js');
const { createDataGit } = await import(dir + '/activities/git/data-clone.js');
const { localStep } = await import(dir + '/activities/shared/step.js');
const { git, ...request } = JSON.parse(text);
await deployData({ ...request, git: createDataGit(git) }, localStep());
`;

describe('activities/data/index', () => {
  let product: Compiled;
  let world: DataWorld;
  beforeAll(async () => {
    product = await compileProduct();
  });
  afterAll(() => product.remove());
  beforeEach(async () => {
    world = await DataWorld.make();
  });
  afterEach(() => world.remove());

  /** Runs until `until` holds, then SIGKILL; what the worker started lives on by itself. */
  async function killed(until: () => Promise<boolean>): Promise<void> {
    const path = process.env['PATH'] ?? '';
    const { git: _git, ...request } = world.request({});
    const gitSettings = {
      keys: { ownKnownHosts: world.at('known_hosts') },
      timeoutMs: 20_000,
      transferSeconds: 60,
      lockWaitSeconds: 30,
      environment: { PATH: path },
    };
    const script = world.at('worker.mjs');
    await writeFile(script, SCRIPT);
    const args = [script, pathToFileURL(product.dir).href, JSON.stringify({ ...request, git: gitSettings })];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    while (!(await until()) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill('SIGKILL');
    await gone;
  }
  const told = async () => (await readFile(world.at('told'), 'utf8').catch(() => '')).split('\n').filter(Boolean);

  it('killed between rsync and post action: the next run tells the action of the change', async () => {
    const first = await world.push('one', { 'data/a': '1' });
    const wait = `touch ${world.at('begun')}; while test -e ${world.at('wait')}; do sleep 0.05; done`;
    const tell = `echo "$GIT_PREVIOUS_COMMIT_HASH $GIT_NEW_COMMIT_HASH" >> ${world.at('told')}`;
    const deploy = [
      world.entry('one', {
        dir_maps: [{ source_dir: 'data', dest_dir: world.place('one') }],
        post_actions: [{ action: wait }, { action: tell }],
      }),
    ];
    await world.run(deploy);
    await rm(world.at('begun'));
    const second = await world.push('one', { 'data/a': '2' });
    await writeFile(world.at('wait'), '');
    await killed(() => Promise.resolve(existsSync(world.at('begun'))));
    expect(await world.read('places/one/a')).toBe('2');
    expect(await told()).toEqual([` ${first}`]);
    // An action of the killed worker still waits: the lock is its own until it ends.
    await expect(world.run(deploy)).rejects.toThrow('still works on');
    await rm(world.at('wait'));
    const [entry] = (await world.run(deploy)).entries;
    expect(entry).toMatchObject({ previous: first, commit: second, changedFiles: 1 });
    expect(await told()).toEqual([` ${first}`, `${first} ${second}`]);
  });

  it('killed anywhere: the next run ends where an undisturbed one does', { timeout: 120_000 }, async () => {
    const tell = `echo "$GIT_PREVIOUS_COMMIT_HASH $GIT_NEW_COMMIT_HASH" >> ${world.at('told')}`;
    const deploy = [
      world.entry('one', {
        dir_maps: [{ source_dir: 'data', dest_dir: world.place('one') }],
        post_actions: [{ action: tell }],
      }),
    ];
    const files = (text: string) => Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`data/${at}`, text]));
    let former: string | null = null;
    for (const [round, afterMs] of [250, 330, 400, 470, 550, 650].entries()) {
      const head = await world.push('one', files(`${round}`));
      await writeFile(world.at('job', 'job.yml'), JSON.stringify({ deploy }));
      const end = Date.now() + afterMs;
      await killed(() => Promise.resolve(Date.now() > end));
      await new Promise((resolve) => setTimeout(resolve, 300));
      const [entry] = (await world.run(deploy)).entries;
      expect(entry?.commit).toBe(head);
      expect([former, head]).toContain(entry?.previous ?? null);
      expect(await world.read('places/one/7')).toBe(`${round}`);
      expect(await told()).toContain(`${former ?? ''} ${head}`);
      expect(await world.tree(world.at('cache'))).not.toContainEqual(expect.stringMatching(/^\.one/));
      former = head;
    }
  });
});
