import { describe, expect, it } from 'vitest';
import { approvalAfter, approverOf, withApproval } from '../../../../workflows/keep-stack/approval.js';
import { readMemory } from '../../../../workflows/keep-stack/memory.js';
import { afterApprove } from '../../../../workflows/keep-stack/people.js';
import { afterDeployment, afterLook, freshMemory } from '../../../../workflows/keep-stack/queue.js';
import type { Outcome } from '../../../../workflows/contract.js';
import { NEW, OLD } from '../../../support/story.js';

const NOW = new Date('2026-01-02T03:04:05.000Z');
const LATER = new Date('2026-01-02T09:00:00.000Z');
const commits = { private: NEW };
const given = { digest: 'd1', by: 'ann@host', number: 8 };
const ended = (outcome: Outcome, more: { approvedPlan?: string } = {}) => ({ number: 9, outcome, ...more });
const request = { number: 10, trigger: 'check' as const, force: false, reason: 'private is behind', commits };

describe('workflows/keep-stack/approval', () => {
  it('a yes outlives a deployment that failed before it changed anything, and is given to the next try', () => {
    const at = NOW.toISOString();
    const waiting = { number: 7, commits, digest: 'd1', needsApproval: true, why: 'waits', at };
    const approved = afterApprove({ ...freshMemory(8), waiting }, { number: 7, by: 'ann@host' }, NOW);
    const [first] = approved?.queue ?? [];
    expect(first).toMatchObject({ number: 8, approvedPlan: 'd1', by: 'ann@host' });

    const result = { number: 8, phase: 'pull', message: 'no room', commits } as const;
    const memory = { ...freshMemory(9), queue: [] };
    const after = afterDeployment(memory, { ...result, outcome: 'failed', approvedPlan: 'd1' }, NOW, first?.by);
    expect(after.approved).toEqual(given);
    expect(readMemory(JSON.parse(JSON.stringify(after)))?.approved).toEqual(given);

    const looked = afterLook(after, { word: 'behind', reason: 'private is behind', commits, deploys: true }, LATER);
    const [next] = looked.queue;
    expect(next && withApproval(next, looked.approved)).toMatchObject({
      trigger: 'check',
      approvedPlan: 'd1',
      by: 'ann@host',
      reason: 'private is behind (deployment 8, which did not get so far, was approved by ann@host)',
    });
  });

  it.each<[Outcome, boolean]>([
    ['failed', true],
    ['blocked', true],
    ['degraded', true],
    ['deployed', false],
    ['rolled back', false],
    ['cancelled', false],
    ['quarantined', false],
    ['waiting', false],
  ])('of another deployment that ends %s: it stays %s', (outcome, stays) => {
    expect(approvalAfter(given, ended(outcome), 'bob@host')).toEqual(stays ? given : undefined);
  });

  it('who gave it stays the same over tries, whoever asked for the next one', () => {
    expect(approvalAfter(given, ended('failed', { approvedPlan: 'd1' }), 'bob@host')).toEqual(given);
    expect(approvalAfter(given, ended('failed', { approvedPlan: 'd2' }), 'bob@host')?.by).toBe('bob@host');
    expect(approvalAfter(undefined, ended('failed', { approvedPlan: 'd1' }), undefined)?.by).toBe('a person');
  });

  it('is given to nothing that has a release of its own, and not to who insists', () => {
    for (const fixed of [{ release: { private: OLD } }, { rollbackTo: 3 }, { force: true }]) {
      expect(withApproval({ ...request, ...fixed }, given)).toEqual({ ...request, ...fixed });
    }
    expect(withApproval(request, undefined)).toBe(request);
  });

  it('an approved plan that waits for its window keeps who said yes, so that its opening asks nobody again', () => {
    const waits = { digest: 'd1', needsApproval: false, opensAt: '2026-01-03T03:00:00.000Z' };
    expect(approverOf(undefined, { approvedPlan: 'd1', waits }, 'ann@host')).toBe('ann@host');
    expect(approverOf(given, { approvedPlan: 'd1', waits }, 'bob@host')).toBe('ann@host');
    expect(approverOf(given, { waits }, 'ann@host')).toBeUndefined();
    expect(approverOf(given, { approvedPlan: 'd1', waits: { ...waits, digest: 'd2' } }, 'ann@host')).toBeUndefined();
    const result = { number: 8, phase: 'approve', message: 'waits', commits, approvedPlan: 'd1', waits } as const;
    const after = afterDeployment(freshMemory(9), { ...result, outcome: 'waiting' }, NOW, 'ann@host');
    expect(after.waiting).toMatchObject({ approvedBy: 'ann@host' });
    expect(after.approved).toBeUndefined();
  });
});
