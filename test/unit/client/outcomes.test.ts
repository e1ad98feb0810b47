import { describe, expect, it } from 'vitest';
import { statusOfOutcome } from '../../../client/outcomes.js';
import { OUTCOMES, type Outcome } from '../../../workflows/contract.js';

describe('client/outcomes', () => {
  const expected: Record<Outcome, number> = {
    deployed: 0,
    'up to date': 0,
    failed: 1,
    'rolled back': 1,
    'roll back failed': 1,
    'roll back withheld': 1,
    cancelled: 1,
    blocked: 3,
    quarantined: 3,
    degraded: 3,
    waiting: 3,
    rejected: 3,
  };
  it.each(OUTCOMES)('ends a deployment that was %s as the table says', (outcome) => {
    expect(statusOfOutcome(outcome)).toBe(expected[outcome]);
  });
});
