import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJobs } from '../../../../activities/deployment/job-texts.js';

const jobs = (...names: string[]) =>
  names.map((name) => `- name: ${name}\n  schedule: '@daily'\n  command: echo ${name}\n`).join('');

describe('activities/deployment/job-texts', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'birdkeeper-job-texts-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function compose(name: string, text: string): Promise<string> {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), text);
    return join(root, name);
  }
  const mounting = (...files: string[]) =>
    `services:\n  scheduler:\n    image: site/scheduler:1\n    volumes:\n${files
      .map((file) => `      - ./${file}:/scheduler-job-configs/${file}\n`)
      .join('')}`;
  const read = (changes: Partial<Parameters<typeof readJobs>[0]>) =>
    readJobs({ directory: root, variables: {}, composeFiles: [], components: [], rendered: [], ...changes });

  it('the variable first, then what components mount; a job that birdkeeper does itself is told and left out', async () => {
    await writeFile(join(root, 'thin.yml'), jobs('thin', 'logrotate'));
    const composeFiles = [await compose('docker-compose.yml', mounting('thin.yml'))];
    const variables = { AUTODEPLOY_EXTRA_SCHEDULER_JOBS: jobs('fetch') };
    const { jobs: found, problems, warnings } = await read({ composeFiles, variables });
    expect(found.map(({ name, at }) => [name, at.file])).toEqual([
      ['fetch', 'AUTODEPLOY_EXTRA_SCHEDULER_JOBS'],
      ['thin', join(root, 'thin.yml')],
    ]);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      {
        file: join(root, 'thin.yml'),
        line: 4,
        job: 'logrotate',
        message: 'Job logrotate of the platform is done by birdkeeper itself and not run.',
      },
    ]);
  });

  it("a site's own job of such a name runs, and alone", async () => {
    await writeFile(join(root, 'thin.yml'), jobs('logrotate'));
    const composeFiles = [await compose('docker-compose.yml', mounting('thin.yml'))];
    const variables = { BIRDHOUSE_AUTODEPLOY_EXTRA_SCHEDULER_JOBS: jobs('logrotate') };
    const { jobs: found, warnings } = await read({ composeFiles, variables });
    expect(found.map(({ name, at }) => [name, at.file])).toEqual([
      ['logrotate', 'BIRDHOUSE_AUTODEPLOY_EXTRA_SCHEDULER_JOBS'],
    ]);
    expect(warnings).toHaveLength(1);
  });

  it('the former name decides when both are set', async () => {
    const variables = {
      AUTODEPLOY_EXTRA_SCHEDULER_JOBS: jobs('former'),
      BIRDHOUSE_AUTODEPLOY_EXTRA_SCHEDULER_JOBS: jobs('later'),
    };
    expect((await read({ variables })).jobs.map(({ name }) => name)).toEqual(['former']);
  });

  it("a component's override counts although the stack has no scheduler, and a template before it is written", async () => {
    await compose('job/config/scheduler/docker-compose-extra.yml', mounting('thin.yml'));
    const rendered = [{ path: join(root, 'thin.yml'), text: Buffer.from(jobs('thin')), mode: 0o644 }];
    const { jobs: found } = await read({ components: [join(root, 'job')], rendered });
    expect(found.map(({ name }) => name)).toEqual(['thin']);
  });

  it('a file that cannot be read is a problem of its own', async () => {
    const composeFiles = [await compose('docker-compose.yml', mounting('gone.yml'))];
    const variables = { AUTODEPLOY_EXTRA_SCHEDULER_JOBS: jobs('fetch') };
    const { jobs: found, problems } = await read({ composeFiles, variables });
    expect(found.map(({ name }) => name)).toEqual(['fetch']);
    expect(problems).toMatchObject([{ file: join(root, 'gone.yml'), message: /cannot be read/ }]);
  });

  it('beside a docker-crontab nothing runs twice, and what is wrong is told all the same', async () => {
    const text = mounting('gone.yml').replace('site/scheduler', 'site/docker-crontab');
    const composeFiles = [await compose('docker-compose.yml', text)];
    const variables = { AUTODEPLOY_EXTRA_SCHEDULER_JOBS: jobs('fetch') };
    const { jobs: found, problems, warnings } = await read({ composeFiles, variables });
    expect(found).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(warnings).toMatchObject([{ message: /^Service scheduler of the stack is docker-crontab/ }]);
  });
});
