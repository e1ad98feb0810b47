import { describe, expect, it } from 'vitest';
import { dataJobOf } from '../../../../activities/jobs/data-job.js';
import { parseJobs } from '../../../../activities/jobs/parse.js';

const job = (text: string) => parseJobs([{ file: 'x', text }]).jobs[0] ?? expect.fail('no job');
const deploy = (more = '', command = '/deploy-data ${DIR}/geps.yml') => `
- name: geps
  schedule: '3 1 * * *'
  command: '${command}'
  dockerargs: >-
    --rm --name geps
    --volume /var/run/docker.sock:/var/run/docker.sock:ro
    --volume /srv/deploy-data:/deploy-data:ro
    --volume /srv/geps.yml:/srv/geps.yml:ro
    --env DEPLOY_DATA_CHECKOUT_CACHE=/data/cache/geps
    --env DEPLOY_DATA_LOGFILE=/var/log/birdhouse/geps.log ${more}
  image: 'docker:19.03.6-git'
`;
const variables = { DIR: '/srv', TOKEN: 'abc' };

describe('activities/jobs/data-job', () => {
  it('recognises a job of deploy_data_job.env', () => {
    expect(dataJobOf(job(deploy()), variables)).toEqual({
      configFile: '/srv/geps.yml',
      environment: {
        DEPLOY_DATA_CHECKOUT_CACHE: '/data/cache/geps',
        DEPLOY_DATA_LOGFILE: '/var/log/birdhouse/geps.log',
      },
    });
  });

  it('with its further options, joined or apart, and those without a value', () => {
    const found = dataJobOf(job(deploy('--env=A=1 -e B="two words" --env TOKEN\n    --env C=x=y')), variables);
    expect(found?.environment).toMatchObject({ A: '1', TOKEN: 'abc', C: 'x=y' });
  });

  it('its file is where it is mounted from', () => {
    const text = deploy('--volume /other/list.yml:/list.yml:ro', '/deploy-data /list.yml');
    expect(dataJobOf(job(text), variables)?.configFile).toBe('/other/list.yml');
  });

  it.each([
    ['another script', deploy('', '/backup-data /srv/a.yml')],
    ['more arguments', deploy('', '/deploy-data /srv/a.yml --dry-run')],
    ['a redirection', deploy('', '/deploy-data /srv/a.yml > /tmp/x')],
    ['a substitution', deploy('', '/deploy-data $(ls)')],
    ['a trigger', `${deploy()}  trigger: [{command: x}]\n`],
    ['no image', "- {name: a, schedule: '@daily', command: /deploy-data /srv/a.yml}"],
  ])('leaves a job with %s', (_what, text) => {
    expect(dataJobOf(job(text), variables)).toBeUndefined();
  });
});
