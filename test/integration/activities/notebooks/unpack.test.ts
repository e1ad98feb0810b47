import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { rootOfUnpacked, unpack } from '../../../../activities/notebooks/unpack.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { NotebookWorld } from './notebook-world.js';
import { zipFile } from './zip-file.js';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

describe('activities/notebooks/unpack', () => {
  let world: NotebookWorld;
  beforeEach(async ({ onTestFinished }) => {
    world = await NotebookWorld.make();
    onTestFinished(() => world.remove());
  });

  const unpacked = (file: string, bytes = 10_000_000, members = 100) =>
    unpack(
      { file: world.at(file), to: world.at('out'), about: 'The archive' },
      { limits: { bytes, members }, environment: { PATH: process.env['PATH'] ?? '' } },
      localStep(),
    );
  async function refused(file: string, why: RegExp, ...limits: number[]): Promise<void> {
    const failed = unpacked(file, ...limits);
    await expect(failed).rejects.toThrow(why);
    await expect(failed).rejects.toMatchObject({ type: FAILURES.configuration });
    await expect(readdir(world.at('out'))).rejects.toThrow('ENOENT');
  }
  const zip = (...members: Parameters<typeof zipFile>[0]) => writeFile(world.at('x.zip'), zipFile(members));

  it('a tar, as forges make it: its one directory is what is meant', async () => {
    await world.write('repo-main', { 'docs/a b.ipynb': 'a', 'docs/é "x"\n.md': 'é' });
    await symlink('docs', world.at('repo-main', 'link'));
    await world.tar('x.tar.gz', 'repo-main');
    await unpacked('x.tar.gz');
    const root = await rootOfUnpacked(world.at('out'));
    expect(root).toBe(world.at('out', 'repo-main'));
    expect((await readdir(root)).sort()).toEqual(['docs', 'link']);
    expect((await readdir(`${root}/docs`)).sort()).toEqual(['a b.ipynb', 'é "x"\n.md']);
  });

  it('a zip', async () => {
    await zip(
      { name: 'a.ipynb', content: 'a' },
      { name: 'deep/b b.md', content: 'b' },
      { name: 'l', content: 'deep', isLink: true },
    );
    await unpacked('x.zip');
    expect(await readFile(world.at('out', 'deep/b b.md'), 'utf8')).toBe('b');
    expect(await rootOfUnpacked(world.at('out'))).toBe(world.at('out'));
  });

  it('paths and links that lead out are refused, and nothing is written', async () => {
    await zip({ name: 'fine', content: '' }, { name: '../../evil', content: 'x' });
    await refused('x.zip', /a path that leads out/);
    await zip({ name: '/evil', content: 'x' });
    await refused('x.zip', /a path that leads out/);
    await zip({ name: 'up', content: '../..', isLink: true }, { name: 'up/evil', content: 'x' });
    await refused('x.zip', /leads out|damaged/);

    await mkdir(world.at('d'));
    await writeFile(world.at('evil'), 'x');
    await symlink('../..', world.at('d', 'up'));
    await world.tar('x.tar.gz', 'd');
    await refused('x.tar.gz', /a link that leads out/);
    await world.tar('x.tar.gz', 'evil', '--transform=s,^,../../,', '--absolute-names');
    await refused('x.tar.gz', /a path that leads out/);
    await world.tar('x.tar.gz', 'evil', '--transform=s,^,/tmp/bk-test-,', '--absolute-names');
    await refused('x.tar.gz', /a path that leads out/);
    expect((await readdir(world.root)).sort()).toEqual(['d', 'evil', 'hub', 'x.tar.gz', 'x.zip']);
  });

  it('a hard link out is refused', async () => {
    await world.write('d', { a: 'x', b: 'x' });
    await run('ln', ['--force', world.at('d/a'), world.at('d/b')]);
    // Names of links are changed only: b becomes one to ../a.
    await world.tar('x.tar.gz', 'd', '--transform=flags=h;s,d/,../,', '--absolute-names');
    await refused('x.tar.gz', /a link that leads out/);
  });

  it.runIf(isRoot)('a device or a pipe is refused', async () => {
    await mkdir(world.at('d'));
    await run('mkfifo', [world.at('d/pipe')]);
    await world.tar('x.tar.gz', 'd');
    await refused('x.tar.gz', /a device, a pipe/);
  });

  it('a bomb is refused, also one that lies about its size', async () => {
    const zeros = Buffer.alloc(3_000_000);
    await mkdir(world.at('d'));
    await writeFile(world.at('d/zeros'), zeros);
    await world.tar('x.tar.gz', 'd');
    await refused('x.tar.gz', /more than 977 kB/, 1_000_000);
    await zip({ name: 'zeros', content: zeros });
    await refused('x.zip', /more than 977 kB/, 1_000_000);
    await zip({ name: 'zeros', content: zeros, claimedSize: 10 });
    await refused('x.zip', /damaged|more than 977 kB/, 1_000_000);
    await zip(...Array.from({ length: 11 }, (_, n) => ({ name: `${n}`, content: '' })));
    await refused('x.zip', /more than 10 files/, 1_000_000, 10);
  });

  it('what is cut short or no archive is refused', async () => {
    await world.write('d', { a: 'x'.repeat(1000) });
    await world.tar('x.tar.gz', 'd');
    await truncate(world.at('x.tar.gz'), 60);
    await refused('x.tar.gz', /is damaged or cannot be unpacked/);
    await zip({ name: 'a', content: 'x'.repeat(1000) });
    await truncate(world.at('x.zip'), 40);
    await refused('x.zip', /is damaged or cannot be unpacked/);
    await writeFile(world.at('x.tar.gz'), '<html>Not here</html>');
    await refused('x.tar.gz', /neither tar nor zip/);
    await writeFile(world.at('x.tar.gz'), '');
    await refused('x.tar.gz', /neither tar nor zip/);
  });
});
