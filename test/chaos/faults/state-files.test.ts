import { copyFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseFile } from '../../support/world/index.js';
import { idle, useWorld } from '../../support/world/in-vitest.js';

const OF_HOST = ['stacks.json', 'host.json', 'server.json', 'up.json'];
const OF_STACK = [
  'releases.jsonl',
  'deployments.jsonl',
  'quarantine.json',
  'last-good.json',
  'look.json',
  'keeper.json',
];
/** Lines that parse count, those cut short do not: nothing to complain of. */
const isLines = (file: string): boolean => file.endsWith('.jsonl');
const UP = `${JSON.stringify({ pid: 4_194_300, since: '2026-01-01T00:00:00.000Z' })}\n`;
const STACK_TRACE = /^\s+at .*\.js:\d+/m;

describe('chaos/faults/state-files', () => {
  const world = useWorld({ name: 'cut' });
  const pathOf = (file: string) =>
    OF_HOST.includes(file)
      ? join(world().stateDirectory, file)
      : join(world().stateDirectory, 'stacks', world().project, file);

  /** Cut to that part of its length while `work` runs, and put back. */
  async function withCut<T>(file: string, part: number, work: () => Promise<T>): Promise<T> {
    const path = pathOf(file);
    // A worker that ended well has taken it away.
    if (file === 'up.json') await writeFile(path, UP);
    await copyFile(path, `${path}.whole`);
    await truncate(path, Math.floor((await readFile(path)).length * part));
    try {
      return await work();
    } finally {
      await rename(`${path}.whole`, path);
      if (file === 'up.json') await rm(path);
    }
  }

  it('each is there to be cut', async () => {
    await world().cli(['pause', '--reason', 'so that there is a note']);
    await world().cli(['resume']);
    const bad = baseFile({ version: '2', extra: '\n  broken:\n    image: ${BASE_IMAGE}\n    command: ["false"]\n' });
    const commit = await world().release('platform', bad, 'A service that ends at once');
    expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'rolled back' });
    await idle(world());
    expect([...OF_HOST, ...OF_STACK].filter((file) => !existsSync(pathOf(file)))).toEqual([]);
    await world().stop();
  });

  for (const file of [...OF_HOST, ...OF_STACK]) {
    for (const part of [0, 0.5]) {
      it(`${file} cut to ${part * 100} %: status answers with a sentence`, async () => {
        const { status, stdout, stderr } = await withCut(file, part, () => world().cli(['status']));
        expect(`${stdout}${stderr}`).not.toMatch(STACK_TRACE);
        expect(`${stdout}${stderr}`.trim()).not.toBe('');
        if (status !== 0 && status !== 3 && !isLines(file)) expect(`${stdout}${stderr}`).toContain(file);
      });
    }
  }

  for (const file of ['stacks.json', 'server.json', 'up.json', 'host.json', 'quarantine.json', 'keeper.json']) {
    it(`${file} cut to 50 %: up starts, or ends with a sentence that names it`, async () => {
      await withCut(file, 0.5, async () => {
        const before = (await world().upkeep.printed()).length;
        await world()
          .up({ within: 60_000 })
          .catch(() => undefined);
        await world().stop();
        const printed = (await world().upkeep.printed()).slice(before);
        expect(printed).not.toMatch(STACK_TRACE);
        if (!/is kept\./.test(printed)) expect(printed).toContain(file);
      });
    });
  }

  it('releases.jsonl cut inside its last line: the former release counts, and the next deployment repairs the record', async () => {
    const path = pathOf('releases.jsonl');
    await truncate(path, (await readFile(path)).length - 20);
    await world().up();
    const commit = await world().release('platform', baseFile({ version: '3' }), 'Mend it');
    expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await world().cli(['check', '--exit-code'])).toMatchObject({ status: 0 });
  });

  it('quarantine.json that is broken while up runs: named in the outcome, and deployed when it is gone', async () => {
    await idle(world());
    const path = pathOf('quarantine.json');
    await writeFile(path, '[{');
    const commit = await world().push('platform', baseFile({ version: '4' }), 'Change the page');
    const ran = await world().cli(['deploy', '--wait'], { limit: 200_000 });
    expect(ran.status).not.toBe(0);
    expect(`${ran.stdout}${ran.stderr}`).toContain('quarantine.json');
    await rename(path, `${path}.broken`);
    expect(await world().cli(['deploy', '--wait'], { limit: 200_000 })).toMatchObject({ status: 0 });
    expect((await world().checkedOut()).platform).toBe(commit);
  });

  it('an intent that is cut short in the middle of a deployment is named, and the deployment does not go in circles', async () => {
    await idle(world());
    await writeFile(pathOf('intent.json'), '{"number": 4');
    const ran = await world().cli(['deploy', '--wait', '--force'], { limit: 200_000 });
    expect(ran.status).not.toBe(0);
    const { last } = await (await world().temporal()).keeper();
    expect(`${ran.stdout}${ran.stderr}${last?.message}`).toContain('intent.json');
    await rename(pathOf('intent.json'), `${pathOf('intent.json')}.broken`);
    expect(await world().cli(['deploy', '--wait', '--force'], { limit: 200_000 })).toMatchObject({ status: 0 });
  });
});
