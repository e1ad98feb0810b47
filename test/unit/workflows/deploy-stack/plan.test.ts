import { describe, expect, it } from 'vitest';
import { FAILURES, OUTCOMES, STACK_WORDS, type CheckoutWord } from '../../../../workflows/contract.js';
import {
  deservesSecondTry,
  endAfterFetch,
  endAfterInspect,
  endBeforeAdvance,
  quarantines,
  repairs,
} from '../../../../workflows/deploy-stack/plan.js';
import { aCheckout, aDecision, anObservation } from '../../../support/story.js';

const observed = (word: CheckoutWord) => anObservation({ checkouts: [aCheckout('private', word)] });
const SURROUNDINGS: readonly string[] = [FAILURES.engineUnavailable, FAILURES.diskFull, FAILURES.registryBusy];

describe('workflows/deploy-stack/plan', () => {
  describe('endAfterInspect', () => {
    it.each(['dirty', 'diverged', 'detached', 'no upstream', 'upstream gone'] as const)(
      'a checkout that is %s ends it before a remote is asked',
      (word) => {
        const end = endAfterInspect(observed(word));
        expect(end?.outcome).toBe('blocked');
        expect(end?.message).toMatch(/ To do: private: .*\.$/);
      },
    );

    it.each(['up to date', 'behind', 'ahead', 'unreachable', 'not a repository', 'missing'] as const)(
      'a checkout that is %s lets it go on',
      (word) => {
        expect(endAfterInspect(observed(word))).toBeUndefined();
      },
    );

    it('a configuration that does not read lets it go on: the push that repairs it may wait on the remote', () => {
      expect(endAfterInspect(anObservation({ configurationError: 'env.local:3' }))).toBeUndefined();
    });

    it('a checkout that is dirty ends it also when the configuration does not read', () => {
      const seen = { ...observed('dirty'), configurationError: 'env.local:3' };
      expect(endAfterInspect(seen)?.message).not.toContain('env.local:3');
    });
  });

  describe('endAfterFetch', () => {
    const outcomes = {
      'up to date': ['up to date', 'goes on'],
      behind: ['goes on', 'goes on'],
      'skipped by conditional trigger': ['goes on', 'goes on'],
      blocked: ['blocked', 'blocked'],
      degraded: ['degraded', 'degraded'],
      quarantined: ['quarantined', 'goes on'],
      drifted: ['up to date', 'goes on'],
    } as const;
    it.each(STACK_WORDS.flatMap((word) => [false, true].map((force) => [word, force] as const)))(
      '%s, force %s',
      (word, force) => {
        const end = endAfterFetch(aDecision({ word, deploys: word === 'behind' }), force);
        expect(end?.outcome ?? 'goes on').toBe(outcomes[word][force ? 1 : 0]);
      },
    );

    it('a deployment that never finished goes on by itself', () => {
      expect(endAfterFetch(aDecision({ word: 'drifted', deploys: true }), false)).toBeUndefined();
    });

    it.each(['blocked', 'quarantined', 'drifted'] as const)('%s says what a person must do', (word) => {
      const end = endAfterFetch(aDecision({ word, deploys: false, reason: 'Why.', remedy: 'this' }), false);
      expect(end?.message).toBe('Why. To do: this.');
    });
  });

  it('what does not run as recorded is put right by force, or when the look says so', () => {
    expect(repairs(aDecision({ repair: false }), false)).toBe(false);
    expect(repairs(aDecision({ repair: true }), false)).toBe(true);
    expect(repairs(aDecision({ repair: false }), true)).toBe(true);
  });

  it('a deployment that was made in the meantime ends this one, and holds nothing back', () => {
    expect(endBeforeAdvance({ type: FAILURES.superseded, message: 'why' })).toEqual({
      outcome: 'cancelled',
      message: 'why',
      superseded: true,
    });
  });

  const types = Object.values(FAILURES).filter((type) => type !== FAILURES.superseded);
  it.each([...types, 'Unknown', 'TimedOut'])('%s before advance', (type) => {
    expect(endBeforeAdvance({ type, message: 'why' })).toEqual({
      outcome: type === 'Blocked' ? 'blocked' : 'failed',
      message: 'why',
    });
  });

  it.each([...Object.values(FAILURES), 'Unknown', 'TimedOut'])('%s after advance: a second try or none', (type) => {
    expect(deservesSecondTry({ type, message: '' }, 1)).toBe(SURROUNDINGS.includes(type));
    expect(deservesSecondTry({ type, message: '' }, 2)).toBe(false);
  });

  it.each(OUTCOMES)('%s quarantines its release, or not', (outcome) => {
    expect(quarantines(outcome)).toBe(
      ['rolled back', 'roll back failed', 'roll back withheld', 'cancelled'].includes(outcome),
    );
  });
});
