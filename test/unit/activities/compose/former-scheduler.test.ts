import { describe, expect, it } from 'vitest';
import { autodeployProblem } from '../../../../activities/compose/former-scheduler.js';

const service = (image: string, ...targets: string[]) => ({
  image,
  volumes: targets.map((target) => ({ type: 'bind', source: '/s', target })),
});

describe('activities/compose/former-scheduler', () => {
  it.each([
    [{ scheduler: service('pavics/crontab:0.6-rc2', '/opt/crontab/config.yml') }, 'components/scheduler out'],
    [
      { web: service('nginx'), scheduler: service('pavics/crontab:0.6-rc3', '/scheduler-job-configs/autodeploy.yml') },
      'optional-components/scheduler-job-autodeploy out',
    ],
  ])('names the component that would deploy, too: %j', (services, text) => {
    const problem = autodeployProblem(services);
    expect(problem).toContain(text);
    expect(problem).toContain('BIRDKEEPER_BESIDE_AUTODEPLOY=true');
  });

  it.each([
    [{}],
    [{ scheduler: service('pavics/crontab:0.6-rc3', '/scheduler-job-configs/logrotate.yml') }],
    [{ scheduler: service('birdkeeper:1', '/opt/crontab/config.yml', '/scheduler-job-configs/autodeploy.yml') }],
    [{ web: { volumes: [] } }],
  ])('has nothing against %j', (services) => {
    expect(autodeployProblem(services)).toBeUndefined();
  });
});
