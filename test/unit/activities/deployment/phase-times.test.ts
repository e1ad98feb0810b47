import { describe, expect, it } from 'vitest';
import { phaseOf, withStep, type Times } from '../../../../activities/deployment/phase-times.js';
import type { Phase } from '../../../../workflows/contract.js';

const NONE: Times = { phases: {} };
const step = (phase: Phase, from: number, to: number, failed = false) => ({ phase, from, to, failed });

describe('activities/deployment/phase-times', () => {
  it.each<[Parameters<typeof phaseOf>[0], Omit<Parameters<typeof phaseOf>[1], 'stack'>, Phase | undefined]>([
    ['observeStack', { fetch: false }, 'inspect'],
    ['observeStack', { fetch: true }, 'fetch'],
    ['verifyCommits', {}, 'verify'],
    ['pullImages', {}, 'pull'],
    ['awaitIdle', {}, 'approve'],
    ['backUpRelease', {}, 'back up'],
    ['runHook', { direction: 'forward' }, 'apply'],
    ['applyServices', { direction: 'forward' }, 'apply'],
    ['settleServices', { direction: 'forward' }, 'settle'],
    ['lookAtWeaver', {}, 'follow up'],
    ['concludeWeaver', {}, 'follow up'],
    ['verifyCowbird', {}, 'follow up'],
    ['restartWeaver', {}, undefined],
    ['handOver', {}, 'hand over'],
    ['reverseCheckouts', {}, 'roll back'],
    ['runHook', { direction: 'back' }, 'roll back'],
    ['applyServices', { direction: 'back' }, 'roll back'],
    ['settleServices', { direction: 'back' }, 'roll back'],
    ['beginDeployment', {}, undefined],
    ['concludeDeployment', {}, undefined],
    ['sendNotices', {}, undefined],
  ])('%s %j is part of %s', (name, input, phase) => {
    expect(phaseOf(name, { stack: 's', ...input })).toBe(phase);
  });

  it('a phase lasts from its first step to its last, with what lay between', () => {
    const times = [step('apply', 10, 20), step('apply', 50, 70)].reduce(withStep, NONE);
    expect(times).toEqual({ phases: { apply: { from: 10, to: 70 } } });
  });

  it('a step that is tried again and ends well did not fail', () => {
    expect([step('pull', 0, 1, true), step('pull', 2, 3)].reduce(withStep, NONE).failedIn).toBeUndefined();
  });

  it('what made a rollback necessary is what failed, whatever becomes of the rollback', () => {
    const settle = [step('apply', 0, 1), step('settle', 1, 2, true)];
    expect([...settle, step('roll back', 2, 3)].reduce(withStep, NONE).failedIn).toBe('settle');
    expect([...settle, step('roll back', 2, 3, true)].reduce(withStep, NONE).failedIn).toBe('settle');
  });

  it('a rollback by hand that fails failed there', () => {
    expect(withStep(NONE, step('roll back', 0, 1, true)).failedIn).toBe('roll back');
  });
});
