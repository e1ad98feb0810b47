import { describe, expect, it } from 'vitest';
import { cachedTemporalCli, impersonalEnvironment } from '../../../../scripts/setup/environment.mjs';

describe('scripts/setup/environment', () => {
  it('the cache follows XDG, else the home directory', () => {
    expect(cachedTemporalCli({ HOME: '/home/x' })).toBe('/home/x/.cache/birdkeeper/bin/temporal');
    expect(cachedTemporalCli({ HOME: '/home/x', XDG_CACHE_HOME: '/c' })).toBe('/c/birdkeeper/bin/temporal');
  });

  it('demo and tests see nothing of whoever runs them, and the program that was found', () => {
    const env = {
      PATH: '/bin',
      DOCKER_HOST: 'unix:///x',
      TEMPORAL_ADDRESS: 'prod:7233',
      TEMPORAL_CONFIG_FILE: '/home/x/temporal.toml',
      BIRDKEEPER_STATE_DIR: '/var/lib/birdkeeper',
      COMPOSE_FILE: 'mine.yml',
      GIT_DIR: '/home/x/.git',
      GIT_SSL_CAINFO: '/ca',
    };
    expect(impersonalEnvironment(env, { temporalCli: '/t', baseImage: 'busybox:1' })).toEqual({
      PATH: '/bin',
      DOCKER_HOST: 'unix:///x',
      GIT_SSL_CAINFO: '/ca',
      TEMPORAL_CONFIG_FILE: '/dev/null',
      BIRDKEEPER_TEMPORAL_CLI: '/t',
      BIRDKEEPER_SAMPLE_BASE: 'busybox:1',
    });
  });
});
