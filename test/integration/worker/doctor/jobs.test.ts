import { mkdir, realpath, symlink, truncate, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runChecks } from '../../../../client/doctor/run-checks.js';
import type { Finding } from '../../../../client/schemas.js';
import { doctorContext } from '../../../../worker/doctor/context.js';
import { jobImages, jobPrograms, jobs } from '../../../../worker/doctor/jobs.js';
import { isOnPath } from '../../../../worker/doctor/programs.js';
import { backups, logRotation } from '../../../../worker/doctor/scheduled.js';
import { lookAtHost } from '../../../../worker/host-settings.js';
import { makeScratch, removeScratch } from '../../../support/git-checkout.js';

const CHECKS = [jobs, jobPrograms, jobImages, backups, logRotation];
let dir: string;

beforeEach(async () => {
  dir = await realpath(await makeScratch('doctor-jobs'));
  await writeFile(join(dir, 'docker-compose.yml'), 'services: {}\n');
});
afterEach(() => removeScratch(dir));

/** `what result: finding`, as they are told; with `path` on a host that has no other programs. */
async function look(envLocal: string, path?: string): Promise<string[]> {
  await writeFile(join(dir, 'env.local'), envLocal);
  const host = lookAtHost();
  const childEnvironment = { ...host.childEnvironment, ...(path === undefined ? {} : { PATH: path }) };
  const options = { stackDir: dir, stateDirectory: join(dir, 'state') };
  const findings = await runChecks(CHECKS, doctorContext(options, { ...host, childEnvironment }));
  return findings.map(({ what, result, finding }: Finding) => `${what} ${result}: ${finding}`);
}

/** A PATH on which these programs of the host are and no others. */
async function pathWith(...programs: string[]): Promise<string> {
  const bin = join(dir, 'bin');
  await mkdir(bin);
  for (const program of programs) {
    for (const place of (process.env['PATH'] ?? '').split(delimiter)) {
      if (!(await isOnPath(program, place))) continue;
      await symlink(join(place, program), join(bin, program));
      break;
    }
  }
  return bin;
}

const JOBS = `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS='
- name: tidy
  schedule: "@daily"
  image: birdkeeper.invalid/tidy:1
  command: tidy
- name: wrong
  schedule: "now and then"
  image: birdkeeper.invalid/tidy:1
  command: tidy
'
`;
const DATA = `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS='
- name: thredds
  schedule: "@hourly"
  image: birdkeeper.invalid/deploy:1
  command: deploy-data /etc/data.yml
'
`;

describe('worker/doctor/jobs', { timeout: 60_000 }, () => {
  it('has nothing to say of a stack without jobs but what its log rotation needs', async () => {
    expect(await look('')).toEqual(['jobs ok: none', 'backup ok: none is set', 'log rotation ok: fallocate, flock']);
    expect(await look('export BIRDKEEPER_LOGROTATE_FREQUENCY=\n')).toContainEqual(
      expect.stringMatching(/^log rotation ok: never/),
    );
  });

  it('warns of a job that does not run, where it stands, and of images that are not here', async () => {
    const found = await look(JOBS);
    expect(found[0]).toMatch(/^jobs warn: .*env\.local line 1: line 7 of AUTODEPLOY_EXTRA_SCHEDULER_JOBS: Job wrong/);
    expect(found).toContain('programs of jobs ok: bash, cmp, docker');
    expect(found).toContainEqual(
      expect.stringContaining('images of jobs warn: not on this host: birdkeeper.invalid/tidy'),
    );
  });

  it('row 43: warns of a log that nobody rotates', async () => {
    await Promise.all(['logs', 'nginx'].map((name) => mkdir(join(dir, name))));
    for (const path of ['logs/large.log', 'nginx/access.log', 'logs/large.txt']) {
      await writeFile(join(dir, path), '');
      await truncate(join(dir, path), 1.5 * 1024 ** 3);
    }
    await writeFile(join(dir, 'logs/small.log'), 'x');
    await symlink('large.log', join(dir, 'logs/link.log'));
    const settings = `export PAVICS_LOG_DIR='${dir}/logs' BIRDKEEPER_NGINX_LOGS='${dir}/nginx'\n`;
    const large = [
      `log rotation warn: ${dir}/logs/large.log has 1.5 GB: nobody rotates it`,
      `log rotation warn: ${dir}/nginx/access.log has 1.5 GB: nobody rotates it`,
    ];
    const warned = async (more = '') => (await look(settings + more)).filter((line) => line.includes(' has '));
    expect(await warned()).toEqual(large);
    expect(await warned('export BIRDKEEPER_LOGROTATE_FREQUENCY=\n')).toEqual(large);
    expect(await warned(`export BIRDKEEPER_NGINX_LOGS=volume:x PAVICS_LOG_DIR=/none/at/all\n`)).toEqual([]);
  });

  it('fails for programs that jobs, backups and log rotation start and that are not there', async () => {
    const path = await pathWith('sh', 'env', 'git', 'flock');
    const found = await look(
      `${JOBS}export BIRDKEEPER_BACKUP_REPOSITORY=/b BIRDKEEPER_LOGROTATE_FILE=${dir}/none\n`,
      path,
    );
    expect(found).toContain('programs of jobs fail: not on PATH: bash, cmp, docker');
    expect(found).toContain('backup fail: not on PATH: restic');
    expect(found).toContain('backup fail: BIRDKEEPER_BACKUP_PASSWORD_FILE is not set: no backup is made');
    expect(found).toContain('log rotation fail: not on PATH: fallocate, logrotate');
    expect(found).toContainEqual(expect.stringMatching(/^log rotation fail: .*\/none cannot be read/));
  });

  it('looks for the programs of data jobs where this worker does them, and for no image of theirs', async () => {
    const here = await look(`${DATA}export BIRDKEEPER_DATA_JOBS=built-in\n`);
    expect(here).toContain('programs of data jobs ok: rsync, setpriv, git');
    expect(here).toContainEqual(expect.stringMatching(/^git of data jobs ok: \d/));
    expect(here.join('\n')).not.toMatch(/images of jobs|programs of jobs/);
    const away = await look(`${DATA}export BIRDKEEPER_DATA_JOBS=container\n`);
    expect(away.join('\n')).not.toContain('data jobs');
    expect(away).toContain('programs of jobs ok: bash, cmp, docker');
    const path = await pathWith('sh', 'env', 'git', 'setpriv');
    expect(await look(`${DATA}export BIRDKEEPER_DATA_JOBS=built-in\n`, path)).toContain(
      'programs of data jobs fail: not on PATH: rsync',
    );
  });

  it('could not look at a configuration that does not read', async () => {
    const found = await look('if\n');
    expect(found).toHaveLength(CHECKS.length);
    for (const line of found) expect(line).toMatch(/warn: not looked at: the configuration does not read$/);
  });
});
