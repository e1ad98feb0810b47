import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../activities/jobs/model.js';
import { parseJobs } from '../../../../activities/jobs/parse.js';
import { judgePlace, judgeRedirections } from '../../../../worker/doctor/places.js';

const hidden = (path: string) => (path.startsWith('/hidden') ? `${path} is hidden` : undefined);

function job(dockerargs: string, command: string): Job {
  const text = JSON.stringify([{ name: 'sweep', schedule: '@daily', image: 'busybox', dockerargs, command }]);
  const [parsed] = parseJobs([{ file: 'jobs.yml', text }]).jobs;
  return parsed ?? expect.fail('no job');
}

describe('worker/doctor/places', () => {
  it('says nothing of a place that is here, and of none', async () => {
    expect(await judgePlace('BIRDKEEPER_NGINX_LOGS', '/', hidden)).toEqual([]);
    expect(await judgePlace('BIRDKEEPER_NGINX_LOGS', undefined, hidden)).toEqual([]);
  });

  it.each([
    ['/hidden/logs', 'BIRDKEEPER_NGINX_LOGS: /hidden/logs is hidden'],
    ['/no/such', 'BIRDKEEPER_NGINX_LOGS: /no/such cannot be read (ENOENT'],
  ])('fails for %s', async (path, finding) => {
    expect(await judgePlace('BIRDKEEPER_NGINX_LOGS', path, hidden)).toMatchObject([
      { result: 'fail', finding: expect.stringContaining(finding) as string },
    ]);
  });

  it.each<[string, string, string, string[]]>([
    ['on a mount', '-v ${LOGS}:/logs', 'ls >> /logs/x.log', []],
    ['on the host not seen', '-v "/hidden/${SUB}":/logs', 'ls >> /logs/x.log', ['/hidden/deep is hidden']],
    ['on the host not there', '-v /gone:/logs', 'ls >> /logs/x.log', ['there is no /gone']],
    ['of no mount', '-v /gone:/logs', 'ls > /hidden/a/x.log', ['/hidden/a is hidden']],
    ['that only the run knows', '-v $(pwd):/logs', 'ls > /logs/x.log', []],
    ['within the container', '-v /gone:/logs', `sh -c 'ls > /logs/x.log'`, []],
  ])('a redirection into a directory %s', (_where, given, command, why) => {
    const variables = { LOGS: '/var/log/birds', SUB: 'deep' };
    const isThere = (directory: string) => directory === '/var/log/birds';
    const found = judgeRedirections(job(given, command), variables, hidden, isThere);
    expect(found.map(({ finding }) => finding)).toEqual(
      why.map((each) => `job sweep cannot write its "${command.slice(command.indexOf('>'))}": ${each}`),
    );
  });
});
