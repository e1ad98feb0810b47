import { describe, expect, it } from 'vitest';
import { checkoutDetail, renderDecision } from '../../../../client/render/decision.js';
import { CHECKOUT_WORDS } from '../../../../workflows/contract.js';
import type { CheckoutObservation, StackDecision } from '../../../../workflows/model.js';

const checkout = (given: Partial<CheckoutObservation> = {}): CheckoutObservation => ({
  name: 'platform',
  dir: '/srv/platform',
  word: 'up to date',
  branch: 'main',
  upstream: 'origin/main',
  head: 'a'.repeat(40),
  upstreamCommit: 'b'.repeat(40),
  behind: 0,
  ahead: 0,
  subject: 'Raise the limit',
  ...given,
});
const decision = (given: Partial<StackDecision> = {}): StackDecision => ({
  word: 'behind',
  reason: 'platform is behind.',
  deploys: true,
  repair: false,
  wanted: {},
  ...given,
});

describe('client/render/decision', () => {
  it('tells the word of the stack, then a line for each checkout with its word and reason', () => {
    const seen = [
      checkout({ word: 'behind', behind: 2 }),
      checkout({ name: 'env', word: 'dirty', files: ['env.local'] }),
    ];
    expect(renderDecision(decision({ remedy: 'wait' }), seen)).toEqual([
      'behind: platform is behind.',
      'to do: wait',
      '  platform  behind  aaaaaaa → bbbbbbb, 2 commits on origin/main: Raise the limit',
      '  env       dirty   local changes: env.local',
    ]);
  });

  it('has something to say for every word, also when nothing but the word is known', () => {
    for (const word of CHECKOUT_WORDS) {
      expect(checkoutDetail(checkout({ word }))).not.toMatch(/undefined|^$/);
      expect(checkoutDetail({ name: 'x', dir: '/srv/x', word, behind: 0, ahead: 0 })).not.toMatch(/undefined|^$/);
    }
  });

  it('names the error of a checkout that cannot be looked at', () => {
    expect(checkoutDetail(checkout({ word: 'unreachable', error: 'ssh: no route' }))).toBe('ssh: no route');
    expect(checkoutDetail(checkout({ word: 'missing' }))).toBe('/srv/platform');
  });

  it('keeps a commit subject from steering the terminal', () => {
    const lines = renderDecision(decision(), [checkout({ word: 'behind', behind: 1, subject: '\u001b[2Jgone\nnext' })]);
    expect(lines.join('\n')).not.toContain('\u001b');
    expect(lines).toHaveLength(2);
  });
});
