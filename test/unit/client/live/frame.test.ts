import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elapsed, liveFrame, type LiveState } from '../../../../client/live/frame.js';
import { aPlan, aStatus } from '../../../support/story.js';

const state = (given: Partial<LiveState> = {}): LiveState => ({
  number: 7,
  status: undefined,
  said: undefined,
  log: undefined,
  since: 0,
  ...given,
});
const WIDE = { columns: 100, rows: 20 };

describe('client/live/frame', () => {
  it('shows phase, time, touched services with health, and the newest log line', () => {
    const status = aStatus({
      phase: 'settle',
      plan: aPlan(),
      health: [
        { service: 'web', health: 'starting' },
        { service: 'db', health: 'unhealthy', detail: 'no answer' },
      ],
      next: 'Waits for web.',
    });
    expect(liveFrame(state({ status, log: 'web is starting' }), WIDE, 65_000)).toEqual([
      '1 min 05 s  deployment 7 (check) private is behind',
      'phase: settle (11 of 14): Waits for web.',
      '  web  restart  starting               config/web.conf changed',
      '  db   -        unhealthy (no answer)',
      '  web is starting',
    ]);
  });

  it('shows that it has yet to begin, and what it waits for', () => {
    expect(liveFrame(state({ said: 'waiting for deployment 6 to end' }), WIDE, 2_000)).toEqual([
      '2 s  deployment 7 has yet to begin',
      '  waiting for deployment 6 to end',
    ]);
  });

  it('ends with the phase in which it ended', () => {
    const status = aStatus({ phase: 'roll back', outcome: 'rolled back' });
    expect(liveFrame(state({ status }), WIDE, 0)[1]).toBe('ended in: roll back');
    expect(liveFrame(state({ status: aStatus({ phase: 'roll back', next: '' }) }), WIDE, 0)[1]).toBe(
      'phase: roll back',
    );
  });

  it('says how many services there is no room for', () => {
    const services = Array.from({ length: 30 }, (_, i) => ({
      service: `s${i}`,
      action: 'restart' as const,
      reason: 'x',
    }));
    const lines = liveFrame(
      state({ status: aStatus({ plan: aPlan({ services }) }), log: 'last' }),
      { columns: 80, rows: 8 },
      0,
    );
    expect(lines).toHaveLength(8);
    expect(lines.slice(-2)).toEqual(['  … and 26 more', '  last']);
  });

  it('keeps within any terminal, and lets no text of others steer it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        fc.string({ unit: 'binary' }),
        (columns, rows, text) => {
          const hostile = `${text}\u001b[2J\nx`;
          const status = aStatus({
            reason: hostile,
            next: hostile,
            plan: aPlan({ services: [{ service: 'web', action: 'recreate', reason: hostile }] }),
          });
          const lines = liveFrame(state({ status, said: hostile, log: hostile }), { columns, rows }, 1);
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) {
            expect([...line].length).toBeLessThanOrEqual(Math.max(1, columns - 1));
            expect(line).not.toMatch(/[\n\r]/);
            expect(line.includes('\u001b')).toBe(false);
          }
        },
      ),
    );
  });

  it('tells time as people do', () => {
    expect(elapsed(59_999)).toBe('59 s');
    expect(elapsed(3_600_000)).toBe('60 min 00 s');
    expect(elapsed(-5)).toBe('0 s');
  });
});
