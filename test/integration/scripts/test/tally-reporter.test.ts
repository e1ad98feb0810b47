import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge, type Tally } from '../../../../scripts/test/tally.mjs';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

describe('scripts/test/tally-reporter', () => {
  let directory: string;
  beforeEach(async () => {
    // Inside the project, so that the files find vitest; git and the suites do not look there.
    await mkdir(join(root, '.vitest'), { recursive: true });
    directory = await mkdtemp(join(root, '.vitest', 'tally-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('numbers and reasons are those of the run', async () => {
    const { tally, status } = await runTests(directory, {
      'a.test.mjs': `
        it('passes', () => undefined);
        it('passes too', () => undefined);
        it('fails', () => { throw new Error('meant'); });
        it('is skipped', (ctx) => ctx.skip('no such device'));
        it.skip('is left out', () => undefined);`,
    });
    expect(status).toBe(1);
    expect(tally).toEqual({
      passed: 2,
      failed: 1,
      skipped: [
        { name: 'is skipped', reason: 'no such device' },
        { name: 'is left out', reason: 'says nothing but its name' },
      ],
    });
  });

  it('a file that cannot be loaded is a failure', async () => {
    const { tally } = await runTests(directory, { 'a.test.mjs': `import './nowhere.mjs';`, 'b.test.mjs': PASSES });
    expect(tally).toEqual({ passed: 1, failed: 1, skipped: [] });
  });

  it('an error outside every test makes the run a failure', async () => {
    const { tally, status } = await runTests(directory, {
      'a.test.mjs': `it('leaves a rejection behind', () => { void Promise.reject(new Error('meant')); });`,
    });
    expect(judge(tally, status)).toEqual({ passed: 1, failed: 1, skipped: [] });
  });
});

const PASSES = `it('passes', () => undefined);`;

async function runTests(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<{ tally: Tally; status: number }> {
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(directory, name), `import { it } from 'vitest';\n${text}\n`);
  }
  await writeFile(join(directory, 'vitest.config.mjs'), `export default { test: { include: ['*.test.mjs'] } };\n`);
  const args = ['run', '--root', directory, '--reporter', join(root, 'scripts/test/tally-reporter.mjs')];
  const file = join(directory, 'tally.json');
  const status = await new Promise<number>((resolve) => {
    const env = { PATH: process.env.PATH, TALLY_FILE: file };
    execFile(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], { env }, (error) =>
      resolve(error === null ? 0 : Number(error.code)),
    );
  });
  return { tally: JSON.parse(await readFile(file, 'utf8')) as Tally, status };
}
