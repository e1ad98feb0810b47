import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SettleState, settle, startSettle, verdict } from '../../../../activities/health/settle.js';
import type { SeenContainer } from '../../../../activities/health/words.js';

const windows = { settleSeconds: 2, settleSecondsNoHealthcheck: 10, deadline: 100_000 };

const web = (rest: Partial<SeenContainer> = {}): SeenContainer => ({
  id: 'w1',
  service: 'web',
  oneOff: false,
  state: 'running',
  exitCode: 0,
  restartCount: 0,
  restarts: false,
  ...rest,
});
const start = (touched = true) => startSettle([{ service: 'web', replicas: 1, touched }]);
const look = (state: SettleState, at: number, ...containers: SeenContainer[]) =>
  settle(state, { kind: 'look', at, containers });
const event = (state: SettleState, at: number, action: string, exitCode?: number) =>
  settle(state, {
    kind: 'event',
    at,
    event: { containerId: 'w1', service: 'web', action, ...(exitCode === undefined ? {} : { exitCode }) },
  });
const kindAt = (state: SettleState, now: number) => verdict(state, now, windows).kind;
const why = (state: SettleState, now = 0) => {
  const now_ = verdict(state, now, windows);
  return now_.kind === 'failed' ? now_.failure.what : now_.kind;
};

describe('activities/health/settle', () => {
  it('settles a healthy service after the short window', () => {
    const state = look(start(), 1000, web({ health: 'healthy' }));
    expect([kindAt(state, 2999), kindAt(state, 3000)]).toEqual(['waits', 'settled']);
  });

  it('settles a service without a health check after the long window', () => {
    const state = look(start(), 1000, web());
    expect([kindAt(state, 10_999), kindAt(state, 11_000)]).toEqual(['waits', 'settled']);
  });

  it('settles a one-shot that exited 0 at once', () => {
    expect(kindAt(look(start(), 1000, web({ state: 'exited' })), 1000)).toBe('settled');
    expect(kindAt(event(look(start(), 1000, web()), 1500, 'die', 0), 1500)).toBe('settled');
  });

  it('counts the window from the moment a service became healthy', () => {
    const starting = look(start(), 0, web({ health: 'starting' }));
    const state = event(starting, 5000, 'health_status: healthy');
    expect([kindAt(starting, 50_000), kindAt(state, 6999), kindAt(state, 7000)]).toEqual(['waits', 'waits', 'settled']);
  });

  it('counts the window anew after a disturbance', () => {
    const crashed = event(look(start(), 0, web({ restarts: true })), 9000, 'die', 1);
    const state = event(crashed, 9500, 'start');
    expect([kindAt(crashed, 9400), kindAt(state, 19_400), kindAt(state, 19_500)]).toEqual([
      'waits',
      'waits',
      'settled',
    ]);
  });

  it('counts the window anew for a container that replaced another', () => {
    const state = look(look(start(), 0, web()), 9000, web({ id: 'w2' }));
    expect([kindAt(state, 11_000), kindAt(state, 19_000)]).toEqual(['waits', 'settled']);
  });

  it.each([
    ['exited with status 3', web({ state: 'exited', exitCode: 3 })],
    ['is unhealthy', web({ health: 'unhealthy' })],
    [
      'restarts over and over (2 times, last with status 1)',
      web({ state: 'restarting', restarts: true, restartCount: 2, exitCode: 1 }),
    ],
  ])('fails early when a service %s', (what, container) => {
    expect(why(look(start(), 0, container))).toBe(what);
  });

  it('fails at the event, before the next look', () => {
    expect(why(event(look(start(), 0, web()), 1, 'die', 7))).toBe('exited with status 7');
    expect(why(event(look(start(), 0, web({ health: 'healthy' })), 1, 'health_status: unhealthy'))).toBe(
      'is unhealthy',
    );
  });

  it('lets a service with a restart policy crash once, not twice', () => {
    const once = event(event(look(start(), 0, web({ restarts: true })), 1, 'die', 1), 2, 'start');
    expect(kindAt(once, 3)).toBe('waits');
    expect(why(event(once, 4, 'die', 1))).toMatch(/^restarts over and over/);
  });

  it('does not hold restarts of before against a service that was not touched', () => {
    const state = look(start(false), 0, web({ restarts: true, restartCount: 7 }));
    expect(kindAt(state, 10_000)).toBe('settled');
    expect(why(look(state, 1, web({ restarts: true, restartCount: 9 })))).toMatch(/2 times/);
  });

  it('fails at the deadline and says how far it came', () => {
    expect(why(look(start(), 0, web({ health: 'starting' })), 100_000)).toBe(
      'is still starting at the end of the time',
    );
    expect(why(look(start(), 0), 100_000)).toBe('is still missing at the end of the time');
    expect(why(look(start(), 95_000, web()), 100_000)).toBe('did not stay quiet in the time');
  });

  it('waits for every replica', () => {
    const two = startSettle([{ service: 'web', replicas: 2, touched: true }]);
    expect(kindAt(look(two, 0, web()), 50_000)).toBe('waits');
    expect(kindAt(look(two, 0, web(), web({ id: 'w2' })), 50_000)).toBe('settled');
  });

  it('asks for nothing where no container is wanted', () => {
    expect(kindAt(look(startSettle([{ service: 'web', replicas: 0, touched: true }]), 0), 0)).toBe('settled');
  });

  it('does not care about services that it does not watch', () => {
    const state = look(start(), 0, web(), web({ id: 'x', service: 'other', state: 'exited', exitCode: 1 }));
    expect(kindAt(state, 10_000)).toBe('settled');
  });

  it('says when there is something to look at again', () => {
    const state = look(start(), 1000, web());
    expect(verdict(state, 1000, windows)).toEqual({ kind: 'waits', until: 11_000 });
    expect(verdict(start(), 1000, windows)).toEqual({ kind: 'waits', until: 100_000 });
  });

  it('never settles within a window of a death, whatever came before', () => {
    const action = fc.constantFrom('die', 'start', 'health_status: healthy', 'pause', 'unpause', 'oom');
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat(3000)), { maxLength: 12 }), (drawn) => {
        let [state, at, died] = [look(start(), 0, web({ restarts: true })), 0, -Infinity];
        for (const [name, gap] of drawn) {
          at += gap;
          if (name === 'die') died = at;
          state = event(state, at, name, 1);
        }
        // A health event makes it a service with a health check, whose window is the short one.
        const checked = drawn.some(([name]) => name === 'health_status: healthy');
        if (at < died + (checked ? 2_000 : 10_000)) expect(kindAt(state, at)).not.toBe('settled');
      }),
      { numRuns: 500 },
    );
  });

  it('stays failed', () => {
    const failed = look(start(), 0, web({ state: 'exited', exitCode: 3 }));
    expect(look(failed, 1, web())).toBe(failed);
  });
});
