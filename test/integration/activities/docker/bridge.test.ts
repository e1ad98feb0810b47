import { once } from 'node:events';
import { createServer, isIPv4 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../../activities/docker/engine.js';

const dockerHost = process.env['DOCKER_HOST'];
const signal = new AbortController().signal;

describe('activities/docker/bridge', () => {
  // The system does not list the bridge while no container is on it, and one can listen there all the same.
  it('the address on the default bridge is one that this host can listen on', async () => {
    const gateway = await createEngine(dockerHost === undefined ? {} : { dockerHost }).bridgeGateway({ signal });
    expect(isIPv4(gateway ?? '')).toBe(true);
    const server = createServer().listen(0, gateway);
    await once(server, 'listening');
    expect(server.address()).toMatchObject({ address: gateway });
    server.close();
  });

  it('an engine that does not answer is told as such', async () => {
    const away = createEngine({ dockerHost: 'unix:///nowhere/docker.sock' });
    await expect(away.bridgeGateway({ signal })).rejects.toMatchObject({ type: 'EngineUnavailable' });
  });
});
