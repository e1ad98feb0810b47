import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixWritePerm } from '../../../worker/fix-write-perm.js';
import { birdkeeper } from '../../support/command-line.js';
import { git } from '../../support/git-checkout.js';
import { needsRoot } from '../../support/needs.js';

const DAEMON = 1;
let dir: string;
let stack: string;

beforeEach(async (context) => {
  needsRoot(context);
  dir = await realpath(await mkdtemp(join(tmpdir(), 'bk-test-fix-write-perm-')));
  await chmod(dir, 0o755);
  stack = join(dir, 'platform', 'birdhouse');
  for (const name of ['platform', 'private']) await repository(name);
  await mkdir(stack);
  await mkdir(join(dir, 'private', 'inner'));
  await mkdir(join(dir, 'elsewhere'));
  await writeFile(join(stack, 'docker-compose.yml'), 'services: {}\n');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function repository(name: string): Promise<void> {
  await mkdir(join(dir, name));
  await git(join(dir, name), ['init', '--quiet']);
}

/** From a directory that is no checkout. */
function run(envLocal: string, args: string[] = [], environment: Record<string, string> = { SUDO_USER: 'daemon' }) {
  const settings = {
    stateDirectories: ['/none'],
    environment: { PATH: process.env['PATH'] ?? '', HOME: '/', ...environment },
  };
  const line = { settings, cwd: join(dir, 'elsewhere'), handlers: { fixWritePerm } };
  return writeFile(join(stack, 'env.local'), envLocal).then(() =>
    birdkeeper(line, 'fix-write-perm', '--stack', stack, ...args),
  );
}
const hasEntry = (name: string): boolean =>
  execFileSync('getfacl', ['--absolute-names', '--numeric', join(dir, name)], { encoding: 'utf8' }).includes(
    `default:user:${DAEMON}:rwx`,
  );

describe('worker/fix-write-perm', () => {
  it('reaches the root of the own checkout from anywhere, those listed, extra directories and arguments', async () => {
    for (const name of ['data', 'given', 'other']) await mkdir(join(dir, name));
    const ran = await run(
      `export AUTODEPLOY_EXTRA_REPOS='${dir}/private/inner ${dir}/gone' FIX_WRITE_PERM_EXTRA=${dir}/data\n`,
      [join(dir, 'given')],
    );
    expect(ran.status).toBe(0);
    expect(ran.err).toContain(`warning: ${dir}/gone (AUTODEPLOY_EXTRA_REPOS) does not exist: skipped.`);
    expect(ran.out.split('\n')).toEqual([
      `ok    ${dir}/platform (checkout of the stack): daemon (uid 1) may write`,
      `ok    ${dir}/private (AUTODEPLOY_EXTRA_REPOS): daemon (uid 1) may write`,
      `ok    ${dir}/data (FIX_WRITE_PERM_EXTRA): daemon (uid 1) may write`,
      `ok    ${dir}/given (as given): daemon (uid 1) may write`,
    ]);
    for (const name of ['platform', 'platform/birdhouse', 'platform/.git', 'private', 'data', 'given']) {
      expect(hasEntry(name), name).toBe(true);
    }
    for (const name of ['elsewhere', 'other']) expect(hasEntry(name), name).toBe(false);
  });

  it('takes the data directories when FIX_WRITE_PERM_EXTRA=1 of the environment asks for them', async () => {
    await mkdir(join(dir, 'geo'));
    const ran = await run(`export GEOSERVER_DATA_DIR=${dir}/geo\n`, ['--dry-run'], {
      SUDO_USER: 'daemon',
      FIX_WRITE_PERM_EXTRA: '1',
    });
    expect(ran).toMatchObject({ status: 0 });
    expect(ran.out).toContain(`-- ${dir}/geo  # GEOSERVER_DATA_DIR`);
    expect(ran.err).toContain('warning: JUPYTERHUB_USER_DATA_DIR is not set: skipped.');
    expect(hasEntry('geo')).toBe(false);
  });

  it('asks for --user when root is not there for anybody, and tells a configuration that does not read', async () => {
    expect(await run('', [], {})).toMatchObject({ status: 2, err: expect.stringContaining('--user NAME') as string });
    expect((await run('if\n')).status).toBe(2);
    expect((await run('', ['/'])).out).toContain('FAIL  / (as given): It is the whole system');
  });
});
