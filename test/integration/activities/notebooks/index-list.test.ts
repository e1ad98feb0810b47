import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployNotebooks, type NotebookRequest } from '../../../../activities/notebooks/index.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { notebook, NotebookWorld } from './notebook-world.js';
import { zipFile } from './zip-file.js';

describe('activities/notebooks/index', () => {
  let world: NotebookWorld;
  /** Files that the server has, by path. */
  let served: Record<string, Buffer>;
  let answers: number[];
  let url: string;
  beforeEach(async ({ onTestFinished }) => {
    world = await NotebookWorld.make();
    onTestFinished(() => world.remove());
    [served, answers] = [{}, []];
    url = await world.serve(({ url: path = '', headers }, response) => {
      const file = served[path];
      const etag = `"${file?.length}-${file?.at(-30)}"`;
      const status = file === undefined ? 404 : headers['if-none-match'] === etag ? 304 : 200;
      answers.push(status);
      response.writeHead(status, { etag }).end(status === 200 ? file : undefined);
    });
    await world.push({ 'docs/a.ipynb': notebook('a'), 'docs/x.html': 'x', 'docs/deep/b.ipynb': notebook('b') }, 'one');
    await world.push({ 'nb/a.ipynb': notebook('other a'), 'training/data/x.csv': '1' }, 'two', 'master');
    await world.push({ 'nb/c.ipynb': notebook('c of next') }, 'two', 'next');
    await world.write('three-main', { 'notebooks/d.ipynb': notebook('d'), 'setup.py': 'boom' });
    await pack();
    await world.list(LIST());
  });

  const LIST = () => `
sources:
  - { name: one, git: ${world.at('one')} }
  - { name: two, git: ${world.at('two')}, branch: "\${TWO_BRANCH:-master}" }
  - { name: next, git: ${world.at('two')}, branch: next }
  - { name: three, archive: "${url.replace('//', '//user:secret@')}/three.tar.gz" }
  - { name: four, archive: "${url}/four.zip" }
maps:
  - { source: one, from: docs/*.ipynb, to: . }
  - { source: one, from: docs/deep, to: deep/er }
  - { source: two, from: nb/*.ipynb, to: . }
  - { source: two, from: training, to: PAVICS-training, optional: true }
  - { source: next, from: nb/c.ipynb, to: next }
  - { source: three, from: "notebooks/*.ipynb", to: . }
  - { source: four, from: "**/*.ipynb", to: four, exclude: [old/**] }
`;
  async function pack(): Promise<void> {
    await world.tar('three.tar.gz', 'three-main');
    served = {
      '/three.tar.gz': await readFile(world.at('three.tar.gz')),
      '/four.zip': zipFile([
        { name: 'e.ipynb', content: notebook('e') },
        { name: 'old/f.ipynb', content: notebook('f') },
      ]),
    };
  }
  const deploy = (changes: Partial<NotebookRequest> = {}) =>
    deployNotebooks(world.request({ listFile: world.at('list.yml'), ...changes }), localStep());
  const TREE = ['PAVICS-training/data/x.csv', 'a.ipynb', 'd.ipynb', 'deep/er/b.ipynb', 'four/e.ipynb', 'next/c.ipynb'];

  it('deploys what the maps select of several repositories, branches and archives', async () => {
    const result = await deploy();
    expect(result).toMatchObject({ outcome: 'deployed', notebooks: 5 });
    expect(result.sources.map(({ name, commit, sha256 }) => [name, commit?.length, sha256?.length])).toEqual([
      ['one', 40, undefined],
      ['two', 40, undefined],
      ['next', 40, undefined],
      ['three', undefined, 12],
      ['four', undefined, 12],
    ]);
    expect(result).not.toHaveProperty('commit');
    expect(await world.deployed()).toEqual(TREE);
    expect(await world.read('a.ipynb')).toBe(notebook('other a'));
  });

  it('is up to date, archives not sent again, until one of them changes', async () => {
    await deploy();
    expect(await deploy()).toMatchObject({ outcome: 'up to date', notebooks: 5 });
    expect(answers).toEqual([200, 200, 304, 304]);
    await world.write('three-main', { 'notebooks/g.ipynb': notebook('g') });
    await pack();
    expect(await deploy()).toMatchObject({ outcome: 'deployed', notebooks: 6 });
    expect(await world.deployed()).toContain('g.ipynb');
  });

  it('a branch follows its variable, and a changed list is deployed', async () => {
    await deploy();
    expect(await deploy({ variables: { TWO_BRANCH: 'next' } })).toMatchObject({ outcome: 'deployed', notebooks: 6 });
    await world.list(LIST().replace('to: deep/er', 'to: deeper'));
    await deploy();
    expect(await world.deployed()).toContain('deeper/b.ipynb');
  });

  describe('scenario 29: leaves the deployed ones and fails', () => {
    beforeEach(() => deploy());
    afterEach(async () => {
      expect(await world.deployed()).toEqual(TREE);
    });
    async function failing(type: string, message: RegExp): Promise<void> {
      // Something new that could be deployed, were it not for the rest.
      await world.push({ 'docs/a.ipynb': notebook('new') }, 'one');
      const failed = deploy();
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type });
      await expect(failed).rejects.not.toThrow('secret');
    }

    it('when one of several repositories is gone', async () => {
      await rename(world.at('two'), world.at('gone'));
      await failing(FAILURES.notFound, /Source two of the notebooks: .*stay as they are/s);
    });

    it('when one of several archives is gone', async () => {
      delete served['/three.tar.gz'];
      await failing(FAILURES.notFound, /Source three of the notebooks: .*three\.tar\.gz.*status 404.*stay as they are/);
    });

    it('when no server answers', async () => {
      await world.list(LIST().replace(url, 'http://127.0.0.1:9'));
      await failing(FAILURES.remoteUnavailable, /cannot be reached/);
    });

    it('when an archive is another thing', async () => {
      served['/three.tar.gz'] = Buffer.from('<html>We are moving</html>');
      await failing(FAILURES.configuration, /three\.tar\.gz is no archive/);
    });

    it('when an archive is empty', async () => {
      served['/four.zip'] = zipFile([]);
      await failing(FAILURES.configuration, /four\.zip (is empty|is damaged)/);
    });

    it('when a map finds nothing any more', async () => {
      await world.git('one', 'mv', 'docs/deep', 'docs/shallow');
      await failing(FAILURES.configuration, /The default branch of .*one.* holds nothing for the map from docs\/deep/);
    });

    it('when two maps make a file and a directory of one path', async () => {
      await world.list(`${LIST()}  - { source: one, from: docs/x.html, to: a.ipynb }\n`);
      await failing(FAILURES.configuration, /Two maps make a file and a directory of/);
    });

    it('when a map would write through a link that another one brought', async () => {
      await mkdir(world.at('elsewhere'));
      await writeFile(world.at('elsewhere/a.ipynb'), 'of the host');
      await symlink(world.at('elsewhere'), world.at('two', 'training', 'out'));
      await world.push({}, 'two', 'master');
      for (const to of ['PAVICS-training/out', 'PAVICS-training/out/deep']) {
        await world.list(`${LIST()}  - { source: one, from: docs/*.ipynb, to: ${to} }\n`);
        await failing(FAILURES.configuration, /Two maps make a file and a directory of PAVICS-training\/out/);
      }
      expect(await readdir(world.at('elsewhere'))).toEqual(['a.ipynb']);
      expect(await readFile(world.at('elsewhere/a.ipynb'), 'utf8')).toBe('of the host');
    });

    it('when a file or the whole is too large', async () => {
      await world.list(`${LIST()}limits: { file: 100 }\n`);
      await failing(FAILURES.configuration, /too large: .*a\.ipynb is larger than 0\.1 kB/);
      await world.list(`${LIST()}limits: { total: 300 }\n`);
      await failing(FAILURES.configuration, /the whole is larger than 0\.3 kB/);
    });

    it('when a link in what is mapped leads out', async () => {
      await symlink('/etc/hostname', world.at('two', 'training', 'host'));
      await world.push({}, 'two', 'master');
      await failing(FAILURES.configuration, /PAVICS-training\/host is a link that leads out/);
    });

    it('when the list has a mistake, or is gone', async () => {
      await world.list(LIST().replace('from: training', 'form: training'));
      await failing(FAILURES.configuration, /list\.yml line 12: maps\[3\]\.form: is no key here/);
      await rename(world.at('list.yml'), world.at('gone.yml'));
      await failing(FAILURES.configuration, /The list of notebooks cannot be read/);
    });
  });

  it('two stacks that deploy the same at the same time do not get in the way of each other', async () => {
    const targets = ['x', 'y', 'z'].map((name) => world.at('hub', name));
    const results = await Promise.all(targets.map((target) => deploy({ target })));
    expect(results.map(({ outcome, notebooks }) => [outcome, notebooks])).toEqual(targets.map(() => ['deployed', 5]));
  });

  it('a list and a single source together are refused', async () => {
    const both = deploy({ source: { url: world.at('one'), branch: undefined } });
    await expect(both).rejects.toMatchObject({ type: FAILURES.configuration });
  });
});
