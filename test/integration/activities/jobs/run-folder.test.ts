import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFolder } from '../../../../activities/jobs/run-folder.js';

describe('activities/jobs/run-folder', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'birdkeeper-run-folder-'));
  });
  afterEach(() => rm(path, { recursive: true, force: true }));
  const leave = (...notes: string[]) => Promise.all(notes.map((note) => writeFile(join(path, note), '')));

  it('what a former worker noted of a script that goes on does not count', async () => {
    const startedAt = await (await RunFolder.open(path)).startedAt();
    await leave('cut-off', 'lost');
    const again = await RunFolder.open(path);
    expect(await Promise.all([again.has('cut-off'), again.has('lost')])).toEqual([false, false]);
    expect(await again.startedAt()).toEqual(startedAt);
  });

  it('of a script that has ended it says how, whoever looks', async () => {
    await RunFolder.open(path);
    await writeFile(join(path, 'status'), '143\n');
    await leave('cut-off');
    const again = await RunFolder.open(path);
    expect([await again.has('cut-off'), await again.status()]).toEqual([true, 143]);
  });
});
