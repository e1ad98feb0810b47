import { describe, expect, it } from 'vitest';
import { deploymentAfter } from '../../../../client/commands/approve.js';
import type { KeeperStatus } from '../../../../workflows/model.js';

const status = (given: Partial<KeeperStatus>): KeeperStatus => ({
  stack: 'web',
  host: 'alpha',
  queued: [],
  nextNumber: 7,
  ...given,
});
const request = { number: 7, force: false, reason: 'x' };

describe('client/commands/approve', () => {
  it('finds the deployment that an approval began, running, queued or ended already', () => {
    const before = status({ running: { number: 6, trigger: 'asked', reason: 'x' } });
    const running = { number: 7, trigger: 'approved' as const, reason: 'x' };
    expect(deploymentAfter(before, status({ running, nextNumber: 8 }))).toBe(7);
    const queued = [{ ...request, trigger: 'approved' as const }];
    expect(deploymentAfter(before, status({ running: before.running ?? running, queued }))).toBe(7);
    const last = { number: 7, outcome: 'deployed' as const, message: '', at: '' };
    expect(deploymentAfter(before, status({ last, nextNumber: 8 }))).toBe(7);
  });

  it('finds none while a window has yet to open', () => {
    const last = { number: 6, outcome: 'waiting' as const, message: '', at: '' };
    expect(deploymentAfter(status({ last }), status({ last }))).toBeUndefined();
    const running = { number: 6, trigger: 'approved' as const, reason: 'another' };
    expect(deploymentAfter(status({ running }), status({ running }))).toBeUndefined();
  });
});
