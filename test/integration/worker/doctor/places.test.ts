import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runChecks } from '../../../../client/doctor/run-checks.js';
import { doctorContext } from '../../../../worker/doctor/context.js';
import { jobPlaces } from '../../../../worker/doctor/places.js';
import { makeScratch, removeScratch } from '../../../support/git-checkout.js';

let dir: string;
beforeEach(async () => {
  dir = await realpath(await makeScratch('doctor-places'));
  await writeFile(join(dir, 'docker-compose.yml'), 'services: {}\n');
});
afterEach(() => removeScratch(dir));

/** `result: finding`, as they are told. */
async function look(...envLocal: string[]): Promise<string[]> {
  await writeFile(join(dir, 'env.local'), `${envLocal.join('\n')}\n`);
  const findings = await runChecks([jobPlaces], doctorContext({ stackDir: dir, stateDirectory: join(dir, 'state') }));
  return findings.map(({ result, finding }) => `${result}: ${finding}`);
}

const SETTINGS = () => [
  `export BIRDKEEPER_NOTEBOOK_LIST='${dir}/notebooks.yml' BIRDKEEPER_NOTEBOOK_DIR='${dir}/hub/tutorials'`,
  `export BIRDKEEPER_NGINX_LOGS='${dir}/nginx' BIRDKEEPER_BACKUP_FREQUENCY='@daily'`,
  `export BIRDKEEPER_BACKUP_PATHS='${dir}/birds' BIRDKEEPER_BACKUP_RESTIC_ENV_FILE='${dir}/restic.env'`,
];

describe('worker/doctor/places', { timeout: 60_000 }, () => {
  it('is content with a stack that has none, and with one whose places are there', async () => {
    expect(await look('')).toEqual(['ok: what is known of them is there']);
    for (const directory of ['hub', 'nginx', 'birds']) await mkdir(join(dir, directory));
    await writeFile(join(dir, 'notebooks.yml'), '');
    await writeFile(join(dir, 'restic.env'), `RESTIC_REPOSITORY=${dir}/not-made-yet\nRESTIC_PASSWORD=x\n`);
    expect(await look(...SETTINGS())).toEqual(['ok: what is known of them is there']);
    await rm(join(dir, 'birds'), { recursive: true });
    expect(await look(...SETTINGS())).toEqual([
      `warn: no backup can be made now: BIRDKEEPER_BACKUP_PATHS/application/1: there is no ${dir}/birds. Correct the declaration.`,
    ]);
  });

  it('names every one that is not there', async () => {
    const found = await look(...SETTINGS());
    for (const said of [
      `fail: BIRDKEEPER_NOTEBOOK_DIR: ${dir}/hub cannot be read (ENOENT`,
      `fail: BIRDKEEPER_NOTEBOOK_LIST: ${dir}/notebooks.yml cannot be read (ENOENT`,
      `fail: BIRDKEEPER_NGINX_LOGS: ${dir}/nginx cannot be read (ENOENT`,
      'fail: The restic environment file cannot be read: ENOENT',
      'warn: no backup can be made now: BIRDKEEPER_BACKUP_PATHS/application/1: there is no',
    ])
      expect(found).toContainEqual(expect.stringContaining(said));
    expect(found).toHaveLength(5);
  });
});
