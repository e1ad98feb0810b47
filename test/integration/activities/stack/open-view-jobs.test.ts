import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJobs } from '../../../../activities/deployment/job-texts.js';
import { openLiveView, type StackView } from '../../../../activities/stack/index.js';
import { readCreateArguments } from '../../../../activities/backup/create-arguments.js';
import { write } from './fixture.js';
import { sampleStack, type SampleStack } from './sample-stack.js';

let sample: SampleStack;
beforeEach(() => {
  sample = sampleStack();
});
afterEach(() => sample.remove());

/** env.local is a link into a private checkout. `defaults`: of the platform. */
async function view({ local = '', defaults = '' }): Promise<StackView> {
  const [envLocal, defaultEnv] = [join(sample.live.private, 'env.local'), join(sample.directory, 'default.env')];
  writeFileSync(envLocal, readFileSync(envLocal, 'utf8') + local);
  writeFileSync(defaultEnv, readFileSync(defaultEnv, 'utf8') + defaults);
  return openLiveView({ directory: sample.directory }, sample.deps);
}

const PLACES = `
export DATA_ROOT=/data
export SHARED_ROOT='\${DATA_ROOT}/shared'
export JUPYTERHUB_USER_DATA_DIR='\${SHARED_ROOT}/users'
DELAYED_EVAL="SHARED_ROOT JUPYTERHUB_USER_DATA_DIR"
`;

describe('activities/stack/open-view', () => {
  it('row 18: jobs have what an env.local says that is a link into another checkout', async () => {
    const { settings } = await view({ local: 'export JUPYTERHUB_USER_DATA_DIR=/srv/users\n' });
    expect(settings.notebookDir).toBe('/srv/users/tutorial-notebooks');
  });

  it('row 19: jobs have delayed values as Compose has them', async () => {
    const { settings, variables } = await view({ defaults: PLACES });
    expect(settings.notebookDir).toBe('/data/shared/users/tutorial-notebooks');
    expect(variables['JUPYTERHUB_USER_DATA_DIR']).toBe('/data/shared/users');
  });

  it('row 47: what depends on the root of the data follows one that env.local names', async () => {
    const { settings } = await view({ defaults: PLACES, local: 'export DATA_ROOT=/big\n' });
    expect(settings.notebookDir).toBe('/big/shared/users/tutorial-notebooks');
  });

  it('row 20: the text of jobs may use what default.env sets, and is read with it', async () => {
    const read = await view({
      defaults: "export JOB_IMAGE=alpine:3.21\nexport JOB_TIME='7 5 * * *'\n",
      local: `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS="
- name: tidy
  schedule: '$JOB_TIME'
  image: \${JOB_IMAGE}
  command: tidy \\\${COMPOSE_PROJECT_NAME}
"
`,
    });
    const { jobs, problems } = await readJobs(read);
    expect(problems).toEqual([]);
    expect(jobs).toMatchObject([
      {
        schedule: '7 5 * * *',
        steps: [{ place: { image: 'alpine:3.21' }, command: 'tidy ${COMPOSE_PROJECT_NAME}' }],
      },
    ]);
    // Bash expands it when the job runs.
    expect(read.variables['COMPOSE_PROJECT_NAME']).toBe('thestack');
  });

  it('row 30: arguments of a backup count as the example writes them, without export', async () => {
    const { settings } = await view({ local: "SCHEDULER_JOB_BACKUP_ARGS='-a \\* -u magpie'\n" });
    expect(readCreateArguments(settings.backupArguments).selection).toEqual({ application: '*', user: ['magpie'] });
  });

  it('row 35: nothing runs on a schedule that nobody asked for, but the look for commits and the rotation of logs', async () => {
    const { settings } = await view({});
    expect(settings).toMatchObject({
      platformFrequency: '7 5 * * *',
      logrotateFrequency: '@daily',
      notebookFrequency: '',
      backupFrequency: '',
      verifyFrequency: '',
    });
    const off = await view({ local: 'AUTODEPLOY_PLATFORM_FREQUENCY= BIRDKEEPER_LOGROTATE_FREQUENCY=\n' });
    expect(off.settings).toMatchObject({ platformFrequency: '', logrotateFrequency: '' });
  });

  it('row 52: one look at a stack runs each default.env once, and env.local before and after those of components', async () => {
    const log = join(sample.root, 'ran');
    const told = (name: string) => `echo ${name} >> '${log}'\n`;
    write(sample.directory, { 'components/proxy/default.env': `export EXTRA=x\n${told('component')}` });
    await view({ defaults: told('default'), local: told('local') });
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual(['default', 'local', 'component', 'local']);
  });

  it('the jobs of components are on as their default.env says', async () => {
    write(sample.directory, {
      'components/proxy/default.env': `export SCHEDULER_JOB_BACKUP_FREQUENCY='1 1 * * *'
export BIRDHOUSE_AUTODEPLOY_NOTEBOOK_FREQUENCY=@hourly BIRDKEEPER_NGINX_LOGS=volume:proxy-logs EXTRA=x\n`,
    });
    expect((await view({})).settings).toMatchObject({
      backupFrequency: '1 1 * * *',
      verifyFrequency: '@weekly',
      notebookFrequency: '@hourly',
      logrotateFrequency: '*/10 * * * *',
    });
  });
});
