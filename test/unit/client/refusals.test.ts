import { describe, expect, it } from 'vitest';
import { refuseAnswer, refusePause, refuseResume, refuseRollback, whenOpen } from '../../../client/refusals.js';
import type { KeeperStatus } from '../../../workflows/model.js';

const now = new Date('2026-11-24T12:00:00Z');
const status = (given: Partial<KeeperStatus> = {}): KeeperStatus => ({
  stack: 'web',
  host: 'alpha',
  queued: [],
  nextNumber: 7,
  ...given,
});
const waiting = { number: 4, commits: {}, digest: 'x', needsApproval: true, why: 'It is risky.', at: '' };

describe('client/refusals', () => {
  it('pauses what runs, and resumes what is paused', () => {
    expect(refusePause(status(), now)).toBeUndefined();
    expect(refuseResume(status())).toContain('It is not paused');
    const paused = { by: 'ann@alpha', reason: 'disk.', at: '2026-11-24T10:00:00Z' };
    expect(refusePause(status({ paused }), now)).toContain('paused already, 2 h ago by ann@alpha: disk. Whoever');
    expect(refuseResume(status({ paused }))).toBeUndefined();
  });

  it('takes a yes or a no only for what waits', () => {
    expect(refuseAnswer('approve', 4, status({ waiting }))).toBeUndefined();
    expect(refuseAnswer('reject', 4, status({ waiting }))).toBeUndefined();
    expect(refuseAnswer('approve', 4, status())).toContain('Nothing waits, so there is nothing to approve.');
    expect(refuseAnswer('approve', 9, status())).toContain('There is no deployment 9 yet.');
    expect(refuseAnswer('reject', 3, status({ waiting }))).toBe(
      'Deployment 3 does not wait, deployment 4 does: It is risky. Go on with: birdkeeper reject 4',
    );
  });

  it('takes no second yes, but a no after a yes', () => {
    const approved = status({ waiting: { ...waiting, approvedBy: 'bob@beta', opensAt: 'never' } });
    expect(refuseAnswer('approve', 4, approved)).toContain(
      'approved already by bob@beta; it is deployed when a window',
    );
    expect(refuseAnswer('reject', 4, approved)).toBeUndefined();
  });

  it('goes back only to a release before the one that runs', () => {
    const releases = [1, 2, 3].map((number) => ({ number, at: `2026-11-0${number}` }));
    expect(refuseRollback(undefined, releases)).toBeUndefined();
    expect(refuseRollback(2, releases)).toBeUndefined();
    expect(refuseRollback(3, releases)).toBe(
      'Release 3 is the one that runs. There are: 2 (2026-11-02), 1 (2026-11-01).',
    );
    expect(refuseRollback(8, releases)).toContain('Release 8 is not kept.');
    expect(refuseRollback(undefined, releases.slice(0, 1))).toContain('Release 1 is the only one');
    expect(refuseRollback(1, [])).toContain('No release is recorded');
    expect(refuseRollback(8, undefined)).toBeUndefined();
  });

  it('lists the newest releases and counts the others', () => {
    const many = Array.from({ length: 20 }, (_, number) => ({ number, at: 'x' }));
    expect(refuseRollback(99, many)).toContain('There are: 18 (x), 17 (x)');
    expect(refuseRollback(99, many)).toContain('and 11 older ones');
  });

  it('says what follows a yes', () => {
    expect(whenOpen(undefined)).toContain('as soon as');
    expect(whenOpen('2026-11-24T13:00:00Z')).toContain('opens at 2026-11-24T13:00:00Z');
  });
});
