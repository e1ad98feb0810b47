import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { deployNotebooks, rollbackNotebooks, type NotebookRequest } from '../../../../activities/notebooks/index.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { notebook, NotebookWorld } from './notebook-world.js';

describe('activities/notebooks/index', () => {
  let world: NotebookWorld;
  let runs: number;
  beforeEach(async ({ onTestFinished }) => {
    world = await NotebookWorld.make();
    onTestFinished(() => world.remove());
    runs = 0;
  });

  const source = () => ({ url: world.at('source'), branch: 'main' });
  const deploy = (changes: Partial<NotebookRequest> = {}) =>
    deployNotebooks(world.request({ source: source(), ...changes }), localStep());
  const rollback = (run = `run ${(runs += 1)}`) => rollbackNotebooks({ ...world.request(), run }, localStep());
  async function deployed(...texts: string[]): Promise<void> {
    for (const text of texts) {
      await world.push({ 'a.ipynb': notebook(text) });
      expect(await deploy()).toMatchObject({ outcome: 'deployed' });
    }
  }
  const read = () => world.read('a.ipynb');

  it('goes back, and holds back what was rolled back until the source has something else', async () => {
    const first = await world.push({ 'a.ipynb': notebook('one'), 'b.ipynb': notebook('b') });
    await deploy();
    await world.git('source', 'rm', '--quiet', 'b.ipynb');
    await deployed('two');
    expect(await rollback()).toEqual({
      outcome: 'rolled back',
      notebooks: 2,
      sources: [{ name: 'notebooks', commit: first }],
      since: expect.any(String) as string,
    });
    expect(await read()).toBe(notebook('one'));
    expect(await world.deployed()).toEqual(['a.ipynb', 'b.ipynb']);

    for (let run = 0; run < 2; run += 1) {
      expect(await deploy()).toMatchObject({ outcome: 'held back', notebooks: 2 });
      expect(await read()).toBe(notebook('one'));
    }
    // Another commit with the same notebooks is still what was rolled back.
    const same = await world.push({});
    expect(await deploy()).toMatchObject({ outcome: 'held back', commit: same });
    expect(await read()).toBe(notebook('one'));

    await deployed('three');
    expect(await read()).toBe(notebook('three'));
    await rollback();
    expect(await read()).toBe(notebook('one'));
  });

  it('what is deployed is kept right also while something is held back', async () => {
    await deployed('one', 'two');
    await rollback();
    await writeFile(world.target('a.ipynb'), 'changed');
    expect(await deploy()).toMatchObject({ outcome: 'held back' });
    expect(await read()).toBe(notebook('one'));
    expect(await deploy()).toMatchObject({ outcome: 'held back' });
  });

  it('a person can have it all the same', async () => {
    await deployed('one', 'two');
    await rollback();
    expect(await deploy({ force: true })).toMatchObject({ outcome: 'deployed' });
    expect(await read()).toBe(notebook('two'));
    expect(await deploy()).toMatchObject({ outcome: 'up to date' });
    await rollback();
    expect(await read()).toBe(notebook('one'));
  });

  it('the source that goes back itself is up to date', async () => {
    await deployed('one', 'two');
    await rollback();
    await world.push({ 'a.ipynb': notebook('one') });
    expect(await deploy()).toMatchObject({ outcome: 'up to date' });
    expect(await read()).toBe(notebook('one'));
  });

  it('tried again it does not go further back; another one does, as far as trees are kept', async () => {
    await deployed('one', 'two', 'three', 'four');
    await rollback('same');
    await rollback('same');
    expect(await read()).toBe(notebook('three'));
    await rollback();
    expect(await read()).toBe(notebook('two'));
    const further = rollback();
    await expect(further).rejects.toMatchObject({ type: FAILURES.notFound });
    await expect(further).rejects.toThrow('no former notebooks');
    expect(await read()).toBe(notebook('two'));
  });

  it('goes back to what lay there before us', async () => {
    await world.write('hub/tutorials', { 'theirs/x.ipynb': notebook('theirs') });
    await deployed('one');
    expect(await rollback()).toMatchObject({ notebooks: 1, sources: [] });
    expect(await world.deployed()).toEqual(['theirs/x.ipynb']);
    expect(await deploy()).toMatchObject({ outcome: 'held back', notebooks: 1 });
  });

  it('with nothing to go back to it says so and changes nothing', async () => {
    await expect(rollback()).rejects.toMatchObject({ type: FAILURES.notFound });
    await deployed('one');
    await expect(rollback()).rejects.toMatchObject({ type: FAILURES.notFound });
    expect(await read()).toBe(notebook('one'));
  });

  it('a record that cannot be read is begun anew, and what lies there is kept', async () => {
    await deployed('one');
    await writeFile(world.work('record.json'), '{"v": 1, "versions"');
    await deployed('two');
    await rollback();
    expect(await read()).toBe(notebook('one'));
  });
});
