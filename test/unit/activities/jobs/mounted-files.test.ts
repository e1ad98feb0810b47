import { describe, expect, it } from 'vitest';
import { crontabService, mountedJobFiles } from '../../../../activities/jobs/mounted-files.js';

const file = (text: string) => ({ path: 'x', text });
const scheduler = (...lines: string[]) =>
  file(['services:', '  scheduler:', ...lines.map((line) => `    ${line}`)].join('\n'));
const mounting = (...volumes: string[]) => scheduler('volumes:', ...volumes.map((volume) => `  - ${volume}`));

describe('activities/jobs/mounted-files', () => {
  it('finds the job files of components in the order of their names, relative to the stack', () => {
    const files = [
      mounting('./components/scheduler/config.yml:/scheduler-job-configs/extra-scheduler-jobs.yml:ro'),
      mounting('./jobs/b/config.yml:/scheduler-job-configs/b.yml:ro', '/var/run/docker.sock:/var/run/docker.sock'),
      file(
        'services: {scheduler: {volumes: [{type: bind, source: /srv/a.yml, target: /scheduler-job-configs/a.yml}]}}',
      ),
    ];
    expect(mountedJobFiles(files, '/stack', {})).toEqual(['/srv/a.yml', '/stack/jobs/b/config.yml']);
  });

  it('fills variables in as Compose does, also where upstream left a brace behind', () => {
    const files = [mounting('./jobs/${LOC:-blank.yml}:/scheduler-job-configs/finch.yml:ro}')];
    expect(mountedJobFiles(files, '/stack', {})).toEqual(['/stack/jobs/blank.yml']);
    expect(mountedJobFiles(files, '/stack', { LOC: 'finch/config.yml' })).toEqual(['/stack/jobs/finch/config.yml']);
  });

  it('a later file of one target is the one that is mounted; what is not YAML is left to Compose', () => {
    const one = (path: string) => mounting(`${path}:/scheduler-job-configs/a.yml`);
    expect(mountedJobFiles([one('/a'), file('services: ['), one('/b')], '/stack', {})).toEqual(['/b']);
  });

  it('knows a scheduler that runs the jobs already, and the one that our component makes of it', () => {
    const upstream = scheduler('image: ${SCHEDULER_IMAGE}', 'volumes: ["./config.yml:/opt/crontab/config.yml:ro"]');
    const variables = { SCHEDULER_IMAGE: 'pavics/crontab:0.6-rc3' };
    expect(crontabService([upstream], variables)).toBe('scheduler');
    expect(crontabService([upstream, scheduler('image: birdkeeper:1')], variables)).toBeUndefined();
    expect(crontabService([mounting('./a.yml:/scheduler-job-configs/a.yml')], variables)).toBeUndefined();
    expect(crontabService([scheduler('image: pavics/crontab:1')], variables)).toBeUndefined();
  });
});
