import { describe, expect, it } from 'vitest';
import { observedNow, remoteOf } from '../../../../activities/deployment/observed.js';
import { CHECKOUT_WORDS } from '../../../../workflows/contract.js';
import type { CheckoutObservation } from '../../../../workflows/model.js';

const seen = (more: Partial<CheckoutObservation> = {}): CheckoutObservation => ({
  ...{ name: 'platform', dir: '/srv/platform', word: 'up to date', branch: 'main', upstream: 'origin/main' },
  ...{ head: 'abc', behind: 0, ahead: 0 },
  ...more,
});
const without = (name: 'upstream' | 'head', more: Partial<CheckoutObservation> = {}) => {
  const { [name]: _gone, ...rest } = seen(more);
  return rest;
};
const EARLY = '2026-11-27T12:00:00.000Z';
const LATE = '2026-11-27T13:00:00.000Z';

describe('activities/deployment/observed', () => {
  it.each<[string, CheckoutObservation, ReturnType<typeof remoteOf>]>([
    ['up to date', seen(), 'answered'],
    ['behind', seen({ word: 'behind', behind: 1 }), 'answered'],
    ['an upstream that is gone', seen({ word: 'upstream gone' }), 'answered'],
    ['unreachable', seen({ word: 'unreachable', error: 'no route' }), 'failed'],
    ['local changes', seen({ word: 'dirty' }), 'answered'],
    ['local changes, and the remote does not answer', seen({ word: 'dirty', error: 'no route' }), 'failed'],
    ['local changes, rewritten', seen({ word: 'dirty', error: 'force-pushed', rewritten: true }), 'answered'],
    ['local changes, no commit yet', without('head', { word: 'dirty', error: 'no commit' }), 'answered'],
    ['no upstream', without('upstream', { word: 'no upstream' }), 'not asked'],
    ['detached', without('upstream', { word: 'detached' }), 'not asked'],
    ['a pin', without('upstream', { word: 'up to date', pin: '1.0' }), 'answered'],
    ['missing', seen({ word: 'missing', error: 'ENOENT' }), 'not asked'],
    ['not a repository', seen({ word: 'not a repository', error: 'x' }), 'not asked'],
  ])('%s: the remote %#', (_what, checkout, answer) => {
    expect(remoteOf(checkout)).toBe(answer);
  });

  it('every word says something of the remote', () => {
    for (const word of CHECKOUT_WORDS) expect(remoteOf(seen({ word }))).toBeTruthy();
  });

  it('errors add up and the time of the last answer stays, over all looks', () => {
    const first = observedNow({ checkouts: [seen()] }, undefined, EARLY);
    const failed = { checkouts: [seen({ word: 'unreachable', error: 'x' })] };
    const third = observedNow(failed, observedNow(failed, first, LATE), LATE);
    expect(third).toEqual({
      at: LATE,
      configurationError: false,
      checkouts: [
        {
          ...{ name: 'platform', word: 'unreachable', branch: 'main', head: 'abc', behind: 0 },
          ...{ fetchedAt: EARLY, fetchErrors: 2 },
        },
      ],
    });
    expect(observedNow({ checkouts: [seen()] }, third, LATE).checkouts[0]).toMatchObject({
      fetchedAt: LATE,
      fetchErrors: 2,
    });
  });

  it('holds neither addresses nor file names nor messages', () => {
    const told = seen({ word: 'unreachable', error: 'https://user:secret@host', files: ['a'], subject: 'Add b' });
    const text = JSON.stringify(observedNow({ checkouts: [told], configurationError: 'secret' }, undefined, EARLY));
    expect(text).not.toMatch(/secret|srv|"a"|Add b/);
    expect(text).toContain('"configurationError":true');
  });
});
