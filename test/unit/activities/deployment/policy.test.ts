import { describe, expect, it } from 'vitest';
import { digestOf, waitingFor } from '../../../../activities/deployment/policy.js';
import type { PlanSummary } from '../../../../workflows/model.js';
import { aPlan, NEW, OLD } from '../../../support/story.js';

const NOON = new Date('2026-11-25T12:00:00Z');
const to = { private: NEW };
const open = { approval: 'never', deployWindows: '', deployFreeze: '', timeZone: 'UTC' } as const;
const risky = aPlan({ irreversible: ['db: its image changed, and it writes to data.'] });
const manual = aPlan({ manualRollback: ['db'] });

describe('activities/deployment/policy', () => {
  it.each<[string, PlanSummary, 'never' | 'always' | 'risky', boolean]>([
    ['nothing is asked for', risky, 'never', false],
    ['everything is asked for', aPlan(), 'always', true],
    ['what can be rolled back is not asked for', aPlan(), 'risky', false],
    ['what cannot be rolled back is asked for', risky, 'risky', true],
    ['what is never put back by itself is asked for', manual, 'risky', true],
  ])('%s', (_, plan, approval, needsApproval) => {
    expect(waitingFor(plan, to, { ...open, approval }, NOON).needsApproval).toBe(needsApproval);
  });

  it('an open window is not waited for, a closed one is told with its opening', () => {
    const windows = { ...open, deployWindows: '0 2 * * * for 3h' };
    expect(waitingFor(aPlan(), to, windows, new Date('2026-11-25T03:00:00Z'))).not.toHaveProperty('opensAt');
    expect(waitingFor(aPlan(), to, windows, NOON).opensAt).toBe('2026-11-26T02:00:00.000Z');
  });

  it('windows of which none opens in sight are told as such', () => {
    const frozen = { ...open, deployFreeze: '2026-01-01..2029-12-31' };
    expect(waitingFor(aPlan(), to, frozen, NOON).opensAt).toBe('never');
    const covered = { ...open, deployWindows: '0 2 25 12 * for 1h', deployFreeze: '2026-12-25 2027-12-25' };
    expect(waitingFor(aPlan(), to, covered, NOON).opensAt).toBe('never');
  });

  describe('the digest', () => {
    it('is the same while images are pulled and sentences are worded otherwise', () => {
      const waiting = aPlan({ images: [{ reference: 'web:2', how: 'pull', services: ['web'] }] });
      expect(digestOf(waiting, to)).toBe(digestOf(aPlan(), to));
      const worded = aPlan({ irreversible: ['db: its image will be pulled.'], warnings: ['x'] });
      expect(digestOf(worded, to)).toBe(digestOf(risky, to));
    });

    it.each<[string, PlanSummary, Record<string, string>]>([
      ['another commit', aPlan(), { private: OLD }],
      ['another service', aPlan({ services: [{ service: 'db', action: 'restart', reason: '' }] }), to],
      ['another action', aPlan({ services: [{ service: 'web', action: 'recreate', reason: '' }] }), to],
      ['a rendered file', aPlan({ renderedFiles: ['a.conf'] }), to],
      ['a removed service', aPlan({ removed: ['old'] }), to],
      ['a hook', aPlan({ hooks: [{ component: 'proxy', hook: 'pre' }] }), to],
      ['a risk', risky, to],
      ['a service that is never put back', manual, to],
    ])('differs with %s', (_, plan, commits) => {
      expect(digestOf(plan, commits)).not.toBe(digestOf(aPlan(), to));
    });
  });
});
