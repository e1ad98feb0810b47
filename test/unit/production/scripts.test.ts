/** The shell scripts of the production form, as far as they need no server. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attempt } from '../../support/world/programs.js';

const cwd = join(import.meta.dirname, '../../..');
const env = { PATH: process.env.PATH ?? '' };
const sh = (...args: string[]) => attempt('sh', args, { env, cwd });

describe('production/scripts', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'birdkeeper-production-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('make-secrets makes a password that only root finds and every container reads, and never replaces it', async () => {
    const [folder, file] = [join(dir, 'secrets'), join(dir, 'secrets', 'postgres-password')];
    expect(await sh('production/make-secrets.sh', folder)).toMatchObject({ status: 0, stdout: `made ${file}\n` });
    const password = await readFile(file, 'utf8');
    expect(password).toMatch(/^[0-9a-f]{64}$/);
    const modes = await Promise.all([folder, file].map(async (path) => ((await stat(path)).mode & 0o777).toString(8)));
    expect(modes).toEqual(['700', '444']);

    expect(await sh('production/make-secrets.sh', folder)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('left as it is') as string,
    });
    expect(await readFile(file, 'utf8')).toBe(password);
  });

  it.each(['production/server/start.sh', 'production/setup/schema.sh'])(
    '%s says what to do when there is no password',
    async (script) => {
      expect(await sh(script)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('production/make-secrets.sh') as string,
      });
    },
  );

  it.each(['production/backup.sh', 'production/restore.sh'])('%s says how it is used', async (script) => {
    expect(await sh(script)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`Usage: sh ${script}`) as string,
    });
  });

  it('restore takes nothing for a backup that is none', async () => {
    expect(await sh('production/restore.sh', dir)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not a backup') as string,
    });
  });
});
