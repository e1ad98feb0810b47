import { describe, expect, it } from 'vitest';
import { adoptionDrift, parseDryRun } from '../../../../activities/compose/adopt.js';
import { aModel } from './builders.js';

const line = (text: string) => ` DRY-RUN MODE -  ${text}`;
const output = [
  'Some warning',
  line('Network s_default  Creating'),
  line('Container s-web-1  Running'),
  line('Container s-api-1  Recreate'),
  line('Container s-api-1  Recreated'),
  line('Container fixed  Creating'),
  line('Container fixed  Created'),
  line('Container s-my-job-2  Created'),
  line('Container d7d2422fa79b_s-api-1  Starting'),
  line('Container d7d2422fa79b_s-api-1  Started'),
  line('Container fixed  Started'),
  line('Container s-old-1  Starting '),
  line('Container s-web-1  Healthy'),
].join('\n');

describe('activities/compose/adopt', () => {
  it('reads what Compose would do', () => {
    expect(parseDryRun(output)).toEqual({
      recreated: ['s-api-1'],
      created: ['fixed', 's-my-job-2'],
      started: ['s-old-1'],
      resources: ['network s_default'],
    });
  });

  it('reads nothing out of nothing', () => {
    expect(parseDryRun('')).toEqual({ recreated: [], created: [], started: [], resources: [] });
  });

  it('tells it by service, whatever the containers are called', () => {
    const model = { ...aModel({ api: {}, db: { container_name: 'fixed' }, 'my-job': {}, old: {} }), name: 's' };
    expect(adoptionDrift(parseDryRun(output), model, [{ name: 's-api-1', service: 'api' }])).toEqual([
      'Service api runs, but not as the checkouts say.',
      'Service db is in the compose files and has no container.',
      'Service my-job is in the compose files and has no container.',
      'Service old has a container that does not run.',
    ]);
  });
});
