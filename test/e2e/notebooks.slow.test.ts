import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { waitFor, type World } from '../support/world/index.js';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';
import { ranJob } from '../support/world/jobs.js';
import { output } from '../support/world/programs.js';

const notebook = (text: string): string =>
  JSON.stringify({
    cells: [{ cell_type: 'markdown', metadata: {}, source: [text] }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  });

const FIRST = { 'birds.ipynb': notebook('one'), 'data/eggs.ipynb': notebook('eggs') };
const SECOND = { 'birds.ipynb': notebook('two'), 'nests.ipynb': notebook('nests') };
/** What users have: beside the tree, and what they put into it. */
const OWN = { 'ann/own.ipynb': notebook('of ann'), 'tutorials/ann/notes.ipynb': notebook('notes of ann') };

const settings = ({ dir }: World) => [
  `export BIRDKEEPER_NOTEBOOK_SOURCE='${dir}/source' BIRDKEEPER_NOTEBOOK_DIR='${dir}/hub/tutorials'`,
  "export AUTODEPLOY_NOTEBOOK_FREQUENCY='@yearly'",
];

async function writeAll(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}

async function filesBelow(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (path: string) => [path.slice(dir.length + 1), await readFile(path, 'utf8')] as const;
  return Object.fromEntries(await Promise.all(paths.map(read)));
}

describe('notebooks', () => {
  const world = useWorld({ name: 'notebooks' }, async (made) => {
    await mkdir(join(made.dir, 'hub'));
    await commit(made, FIRST);
    await deployed(made);
    await made.releaseSettings({ extra: settings(made) }, 'Notebooks');
    await waitFor('the deployment', async () => (await made.history()).length > 1);
    await idle(made);
  });

  /** The source holds exactly these. */
  async function commit({ dir, parts: { env } }: World, files: Readonly<Record<string, string>>): Promise<void> {
    const cwd = join(dir, 'source');
    const git = (...args: string[]) => output('git', ['-C', cwd, ...args], { env });
    await mkdir(cwd, { recursive: true });
    await git('init', '--quiet', '--initial-branch', 'main');
    for (const name of (await readdir(cwd)).filter((each) => each !== '.git'))
      await rm(join(cwd, name), { recursive: true });
    await writeAll(cwd, files);
    await git('add', '--all');
    await git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--message', 'Notebooks');
  }

  const hub = () => join(world().dir, 'hub');
  const rollback = () => world().cli(['notebooks', 'rollback']);
  /** All that users see. */
  async function seen(): Promise<Record<string, string>> {
    const files = await filesBelow(hub());
    return Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('.tutorials.birdkeeper/')));
  }
  const tree = (files: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`tutorials/${path}`, text]));
  const NOTHING = {
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/no former notebooks of \S*hub\/tutorials/) as string,
  };

  it('before anything was deployed there is nothing to go back to', async () => {
    expect(await rollback()).toMatchObject(NOTHING);
    expect(await seen()).toEqual({});
    expect(await ranJob(world(), 'notebooks')).toBe('deployed');
    expect(await rollback()).toMatchObject(NOTHING);
    expect(await seen()).toEqual(tree(FIRST));
  });

  it('the tree before the deployed one comes back, and stays; what users have is not touched', async () => {
    await writeAll(hub(), OWN);
    const stats = () => Promise.all(Object.keys(OWN).map((path) => stat(join(hub(), path))));
    const before = await stats();
    const directory = await stat(join(hub(), 'tutorials'));
    await commit(world(), SECOND);
    expect(await ranJob(world(), 'notebooks')).toBe('deployed');
    expect(await seen()).toEqual({ ...tree(SECOND), ...OWN });

    const { status, stdout, stderr } = await rollback();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^2 notebooks, deployed at 20\S+, are back\. They stay until the sources change\.$/m);
    expect(await seen()).toEqual({ ...tree(FIRST), ...OWN });
    expect(await ranJob(world(), 'notebooks')).toBe('held back');
    expect(await seen()).toEqual({ ...tree(FIRST), ...OWN });
    const untouched = ({ ino, mtimeMs, uid, mode }: Awaited<ReturnType<typeof stat>>) => ({ ino, mtimeMs, uid, mode });
    expect((await stats()).map(untouched)).toEqual(before.map(untouched));
    // JupyterHub has it mounted.
    expect((await stat(join(hub(), 'tutorials'))).ino).toBe(directory.ino);
  });

  it('a second rollback finds nothing further back, says so, and changes nothing', async () => {
    expect(await rollback()).toMatchObject(NOTHING);
    expect(await seen()).toEqual({ ...tree(FIRST), ...OWN });
    const [last] = await (await world().temporal()).runsOf('rollbackNotebooks');
    expect(last).toMatchObject({ status: 'FAILED', result: expect.stringContaining('no former notebooks') as string });
  });

  it('a person can have what was gone back from all the same, and the next commit is deployed by the job', async () => {
    const insisted = await world().cli(['notebooks', 'deploy']);
    expect(insisted.stdout).toMatch(/^held back: 2 notebooks; somebody went back from them \(--force\)/);
    expect(await world().cli(['notebooks', 'deploy', '--force'])).toMatchObject({ status: 0 });
    expect(await seen()).toEqual({ ...tree(SECOND), ...OWN });
    expect(await rollback()).toMatchObject({ status: 0 });
    const third = { ...SECOND, 'birds.ipynb': notebook('three') };
    await commit(world(), third);
    expect(await ranJob(world(), 'notebooks')).toBe('deployed');
    expect(await seen()).toEqual({ ...tree(third), ...OWN });
  });
});
