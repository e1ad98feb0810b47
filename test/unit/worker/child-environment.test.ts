import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../../../worker/child-environment.js';

const ada = { isRoot: false, home: '/home/ada' };

describe('worker/child-environment', () => {
  it('passes on to children what they need, and no secret of whoever started it', () => {
    const env = {
      PATH: '/bin',
      HOME: '/home/ada',
      LC_ALL: 'C',
      DOCKER_HOST: 'unix:///d',
      https_proxy: 'http://p',
      SSH_AUTH_SOCK: '/tmp/agent',
      COMPOSE_PROFILES: 'debug',
      AWS_SECRET_ACCESS_KEY: 's',
      TEMPORAL_API_KEY: 'k',
      NODE_OPTIONS: '--inspect',
    };
    expect(childEnvironment(env, ada)).toEqual({
      PATH: '/bin',
      HOME: '/home/ada',
      LC_ALL: 'C',
      DOCKER_HOST: 'unix:///d',
      https_proxy: 'http://p',
    });
  });

  it('row 45: GIT_SSH_COMMAND is not passed on, least of all an empty one, which git takes for a program', () => {
    const given = childEnvironment({ GIT_SSH_COMMAND: '', GIT_SSH: '', GIT_DIR: '/x', PATH: '/bin', HOME: '/h' }, ada);
    expect(given).toEqual({ PATH: '/bin', HOME: '/h' });
  });

  it('gives a path and a home also where a bare init system gives none', () => {
    expect(childEnvironment({}, ada)).toEqual({
      HOME: '/home/ada',
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    });
  });
});
