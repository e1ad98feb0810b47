import { describe, expect, it } from 'vitest';
import { readClientSettings } from '../../../client/settings.js';
import { cacheDirectory, personalLogDirectory, placesToLook, statePlace } from '../../../client/places.js';

const ada = { isRoot: false, home: '/home/ada' };
const root = { isRoot: true, home: '/root' };

describe('client/places', () => {
  it("keeps root's state in the system's place and everybody else's in his own", () => {
    expect(statePlace({}, root, '/')).toEqual({ directory: '/var/lib/birdkeeper', why: 'system' });
    expect(statePlace({}, ada, '/')).toEqual({ directory: '/home/ada/.local/state/birdkeeper', why: 'personal' });
    expect(statePlace({ XDG_STATE_HOME: '/data/state' }, ada, '/').directory).toBe('/data/state/birdkeeper');
  });

  it('follows BIRDKEEPER_STATE_DIR for everybody, and takes an empty one for none', () => {
    expect(statePlace({ BIRDKEEPER_STATE_DIR: '/srv/bk' }, root, '/')).toEqual({
      directory: '/srv/bk',
      why: 'setting',
    });
    expect(statePlace({ BIRDKEEPER_STATE_DIR: 'bk' }, ada, '/srv').directory).toBe('/srv/bk');
    expect(statePlace({ BIRDKEEPER_STATE_DIR: ' ' }, root, '/').why).toBe('system');
  });

  it("looks in the system's place too when another user runs the command", () => {
    expect(placesToLook({}, ada, '/')).toEqual(['/home/ada/.local/state/birdkeeper', '/var/lib/birdkeeper']);
    expect(placesToLook({}, root, '/')).toEqual(['/var/lib/birdkeeper']);
    expect(placesToLook({ BIRDKEEPER_STATE_DIR: '/srv/bk' }, ada, '/')).toEqual(['/srv/bk']);
  });

  it('ignores relative XDG directories, as their rules say', () => {
    expect(cacheDirectory({ XDG_CACHE_HOME: 'cache' }, ada)).toBe('/home/ada/.cache/birdkeeper');
    expect(personalLogDirectory({}, ada)).toBe('/home/ada/.local/state/birdkeeper/log');
  });
});

describe('client/settings', () => {
  it('hands on what names a Temporal server and nothing else of the environment', () => {
    const env = { TEMPORAL_ADDRESS: 'x:1', HOME: '/home/ada', AWS_SECRET: 's', DOCKER_HOST: 'unix:///d' };
    const settings = readClientSettings(env, ada, '/', 'machine');
    expect(settings.temporalEnvironment).toEqual({ TEMPORAL_ADDRESS: 'x:1', HOME: '/home/ada' });
    expect(settings.dockerHost).toBe('unix:///d');
    expect(settings.host).toBeUndefined();
  });
});
