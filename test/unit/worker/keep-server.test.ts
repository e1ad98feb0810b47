import { describe, expect, it, vi } from 'vitest';
import type { EmbeddedServer } from '../../../worker/embedded-server.js';
import { keepServer } from '../../../worker/keep-server.js';

const aServer = (address = '127.0.0.1:7233') => ({
  address,
  uiAddress: '127.0.0.1:8233',
  database: '/state/1.db',
  how: 'started' as const,
  stop: vi.fn<EmbeddedServer['stop']>(async () => undefined),
});

describe('worker/keep-server', () => {
  it('a server that ended is started again, and it is the new one that is stopped', async () => {
    const [first, second] = [aServer(), aServer()];
    let alive = false;
    const restart = vi.fn(async () => {
      alive = true;
      return second;
    });
    const kept = keepServer(first, { isAlive: async () => alive, restart, say: () => undefined, everyMs: 1 });
    await vi.waitFor(() => expect(restart).toHaveBeenCalledTimes(1));
    await kept.stop();
    expect(restart).toHaveBeenCalledTimes(1);
    expect([first.stop.mock.calls.length, second.stop.mock.calls.length]).toEqual([0, 1]);
  });

  it('a server that runs is left alone', async () => {
    const restart = vi.fn(async () => aServer());
    const isAlive = vi.fn(async () => true);
    const kept = keepServer(aServer(), { isAlive, restart, say: () => undefined, everyMs: 1 });
    await vi.waitFor(() => expect(isAlive.mock.calls.length).toBeGreaterThan(2));
    await kept.stop();
    expect(restart).not.toHaveBeenCalled();
  });

  it('what keeps it from starting is said', async () => {
    const said: string[] = [];
    const restart = () => Promise.reject(new Error('no room'));
    const kept = keepServer(aServer(), {
      isAlive: async () => false,
      restart,
      say: (sentence) => said.push(sentence),
      everyMs: 1,
    });
    await vi.waitFor(() => expect(said.join()).toContain('no room'));
    await kept.stop();
  });
});
