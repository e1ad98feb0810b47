import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../../../activities/docker/events.js';

const line = (attributes: Record<string, string>, action = 'die') =>
  JSON.stringify({ Type: 'container', Action: action, Actor: { ID: 'c1', Attributes: attributes }, timeNano: 5e9 });
const labels = { 'com.docker.compose.service': 'web', 'com.docker.compose.oneoff': 'False' };

describe('activities/docker/events', () => {
  it('reads what happened to a container of a service', () => {
    expect(parseEvent(line({ ...labels, exitCode: '137' }))).toEqual({
      containerId: 'c1',
      service: 'web',
      action: 'die',
      exitCode: 137,
      at: 5000,
    });
  });

  it.each([
    ['no JSON', '{'],
    ['another shape', '{}'],
    ['a container of compose run', line({ ...labels, 'com.docker.compose.oneoff': 'True' })],
    ['a container of no service', line({})],
  ])('leaves out %s', (_, text) => {
    expect(parseEvent(text)).toBeUndefined();
  });
});
