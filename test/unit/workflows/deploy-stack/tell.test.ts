import { describe, expect, it } from 'vitest';
import { OUTCOMES, PHASES } from '../../../../workflows/contract.js';
import { Teller } from '../../../../workflows/deploy-stack/tell.js';
import type { DeploymentStatus } from '../../../../workflows/model.js';
import { aDecision, anAsk, anObservation, aPlan } from '../../../support/story.js';

function listened(): { teller: Teller; told: DeploymentStatus[] } {
  const told: DeploymentStatus[] = [];
  return { teller: new Teller(anAsk(), (status) => told.push(structuredClone(status))), told };
}

describe('workflows/deploy-stack/tell', () => {
  it('tells at once, before anything was looked at', () => {
    const { told } = listened();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ number: 7, phase: 'inspect', checkouts: [], health: [] });
  });

  it.each(PHASES)('%s says what happens next', (phase) => {
    const { teller, told } = listened();
    teller.phase(phase);
    expect(told.at(-1)).toMatchObject({ phase });
    expect(told.at(-1)?.next).toMatch(/^[A-Z].+\.$/);
  });

  it('each phase says something else', () => {
    const { teller } = listened();
    const texts = PHASES.map((phase) => {
      teller.phase(phase);
      return teller.status.next;
    });
    expect(new Set(texts).size).toBe(PHASES.length);
  });

  it.each(OUTCOMES)('%s says what a person must do', (outcome) => {
    const { teller, told } = listened();
    teller.ended(outcome, 'why');
    expect(told.at(-1)).toMatchObject({ outcome, message: 'why' });
    expect(told.at(-1)?.next).not.toBe('');
    expect(told.at(-1)?.next.includes('quarantined')).toBe(['rolled back', 'rejected', 'cancelled'].includes(outcome));
  });

  it('every change is told, with all that was told before', () => {
    const { teller, told } = listened();
    const decision = teller.looked(anObservation(), aDecision());
    expect(decision).toEqual(aDecision());
    expect(teller.wanted).toEqual(aDecision().wanted);
    teller.planned(aPlan());
    teller.applied([{ service: 'db', action: 'recreate', reason: 'image' }]);
    teller.settled({ health: [{ service: 'db', health: 'healthy' }], sickBefore: [] });
    teller.rollingBack('web is sick');
    expect(told).toHaveLength(6);
    expect(told.at(-1)).toMatchObject({
      word: 'behind',
      phase: 'roll back',
      message: 'web is sick',
      plan: { services: [{ service: 'db' }], untouched: 4 },
      health: [{ service: 'db' }],
    });
  });

  it('services that were applied without a plan are not made up into one', () => {
    const { teller, told } = listened();
    teller.applied([]);
    expect(teller.status).not.toHaveProperty('plan');
    expect(told).toHaveLength(1);
  });
});
