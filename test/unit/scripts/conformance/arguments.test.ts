import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../../scripts/conformance/arguments.mjs';

describe('scripts/conformance/arguments', () => {
  it('without a Weaver the double is judged', () => {
    expect(parseArguments([], {})).toEqual({ action: 'judge', env: {} });
  });

  it('Weaver, bird and place are handed on, slashes at the end of Weaver are not', () => {
    const args = ['--weaver', 'https://host/weaver/', '--bird=http://b.c:5000/wps', '--birds-host', '10.0.0.1'];
    expect(parseArguments(args, {})).toEqual({
      action: 'judge',
      env: {
        CONFORMANCE_WEAVER: 'https://host/weaver',
        CONFORMANCE_BIRD: 'http://b.c:5000/wps',
        CONFORMANCE_BIRDS_HOST: '10.0.0.1',
      },
    });
  });

  it('a session is taken from the command line, else from the environment', () => {
    const env = { CONFORMANCE_COOKIE: 'auth_tkt=b' };
    const judged = (args: string[]) => parseArguments(args, env);
    expect(judged(['--cookie', 'auth_tkt=a'])).toEqual({ action: 'judge', env: { CONFORMANCE_COOKIE: 'auth_tkt=a' } });
    expect(judged([])).toEqual({ action: 'judge', env });
  });

  it.each([['--weaver', 'host/weaver'], ['--bird', '/wps'], ['--nest'], ['--weaver']])('refuses %s %s', (...args) => {
    expect(parseArguments(args, {})).toMatchObject({ action: 'usage' });
  });

  it('asked for help it helps', () => {
    expect(parseArguments(['--help'], {})).toEqual({ action: 'help' });
  });
});
