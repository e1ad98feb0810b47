import { describe, expect, it } from 'vitest';
import { engineAddress } from '../../../../activities/docker/address.js';

describe('activities/docker/address', () => {
  it.each([
    [undefined, { socketPath: '/var/run/docker.sock' }],
    ['', { socketPath: '/var/run/docker.sock' }],
    ['unix:///run/user/1000/docker.sock', { socketPath: '/run/user/1000/docker.sock' }],
    ['tcp://127.0.0.1:2375', { host: '127.0.0.1', port: 2375 }],
    ['docker.lan:2375', { host: 'docker.lan', port: 2375 }],
    ['tcp://[::1]:2375', { host: '::1', port: 2375 }],
  ])('%s is %o', (text, address) => {
    expect(engineAddress(text)).toEqual(address);
  });

  it.each(['ssh://me@host', 'tcp://host', 'npipe:////./pipe/docker'])('refuses %s', (text) => {
    expect(() => engineAddress(text)).toThrow(expect.objectContaining({ type: 'Configuration' }));
  });
});
