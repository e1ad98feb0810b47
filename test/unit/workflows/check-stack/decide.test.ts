import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideStack,
  describeCheckout,
  sameCommits,
  short,
  wantedCommits,
} from '../../../../workflows/check-stack/decide.js';
import { CHECKOUT_WORDS, type CheckoutWord, type StackWord } from '../../../../workflows/contract.js';
import {
  aCheckout,
  anObservation,
  behindBy,
  NEW,
  OLD,
  OTHER,
  someCommits,
  someObservation,
} from '../../../support/story.js';

const BLOCKING: readonly CheckoutWord[] = ['dirty', 'diverged', 'detached', 'no upstream', 'upstream gone'];
const UNSEEN: readonly CheckoutWord[] = ['unreachable', 'not a repository', 'missing'];
const withWords = (...words: CheckoutWord[]) =>
  anObservation({ checkouts: words.map((word, index) => aCheckout(`c${index}`, word)) });
const bad = (commits: Record<string, string>) => ({
  commits,
  number: 4,
  reason: 'web was sick',
  at: '2026-01-01T00:00:00Z',
});

describe('workflows/check-stack/decide', () => {
  describe('the word of one checkout decides', () => {
    const expected: Record<CheckoutWord, StackWord> = {
      'up to date': 'up to date',
      behind: 'behind',
      ahead: 'up to date',
      diverged: 'blocked',
      dirty: 'blocked',
      detached: 'blocked',
      'no upstream': 'blocked',
      'upstream gone': 'blocked',
      unreachable: 'degraded',
      'not a repository': 'degraded',
      missing: 'degraded',
    };
    it.each(CHECKOUT_WORDS)('%s', (word) => {
      const decision = decideStack(withWords('up to date', word));
      expect(decision.word).toBe(expected[word]);
      expect(decision.deploys).toBe(word === 'behind');
      expect(decision.remedy !== undefined).toBe(expected[word] === 'blocked');
    });

    it.each(CHECKOUT_WORDS.flatMap((a) => CHECKOUT_WORDS.map((b) => [a, b] as const)))(
      '%s beside %s: what blocks wins over what cannot be seen, that over what is behind',
      (a, b) => {
        const both = [a, b];
        const word = both.some((w) => BLOCKING.includes(w))
          ? 'blocked'
          : both.some((w) => UNSEEN.includes(w))
            ? 'degraded'
            : both.includes('behind')
              ? 'behind'
              : 'up to date';
        expect(decideStack(withWords(a, b)).word).toBe(word);
      },
    );

    it('names every checkout that stops the others, and what clears it', () => {
      const { reason, remedy } = decideStack(withWords('dirty', 'unreachable', 'behind'));
      expect(reason).toBe('c0 has local changes: env.local. c1 is unreachable: connection refused.');
      expect(remedy).toBe('c0: commit, revert or ignore these files.');
    });

    it('a stack without checkouts that is recorded is up to date', () => {
      expect(decideStack(anObservation({ checkouts: [] })).word).toBe('up to date');
    });
  });

  describe('what is deployed is compared with what is checked out', () => {
    it('a checkout that moved without being deployed is behind', () => {
      const seen = anObservation({ deployed: { number: 1, commits: { platform: OLD, private: OTHER } } });
      expect(decideStack(seen)).toMatchObject({
        word: 'behind',
        deploys: true,
        reason: 'private is checked out at aaaaaaa, deployed is ccccccc.',
        wanted: { platform: OLD, private: OLD },
      });
    });

    it('a checkout that is not recorded yet is behind', () => {
      const { reason } = decideStack(anObservation({ deployed: { number: 1, commits: { platform: OLD } } }));
      expect(reason).toBe('private is checked out at aaaaaaa, deployed is unknown.');
    });

    it('a directory may be called like a member of every object', () => {
      const checkouts = [aCheckout('constructor'), aCheckout('toString')];
      expect(decideStack(anObservation({ checkouts, deployed: { number: 1, commits: {} } })).word).toBe('behind');
    });

    it('scenario 12: local commits do not trigger: a person develops there', () => {
      const checkouts = [aCheckout('platform', 'ahead', { head: OTHER })];
      const seen = anObservation({ checkouts, deployed: { number: 1, commits: { platform: OLD } } });
      expect(decideStack(seen)).toMatchObject({ word: 'up to date', deploys: false });
    });

    it('a stack of which nothing runs and nothing is recorded is deployed', () => {
      expect(decideStack(anObservation({ deployed: null, running: 0 }))).toMatchObject({
        word: 'behind',
        deploys: true,
        reason: 'nothing runs and nothing is recorded.',
      });
    });

    it('a stack that runs and is not recorded says so', () => {
      expect(decideStack(anObservation({ deployed: null, running: 2 })).reason).toBe('what runs is not recorded.');
    });
  });

  describe('quarantine', () => {
    const commits = { platform: OLD, private: NEW };

    it('a release that was found bad waits, with its reason and what clears it', () => {
      const decision = decideStack(behindBy('private', { quarantined: [bad(commits)] }));
      expect(decision).toMatchObject({ word: 'quarantined', deploys: false, wanted: commits });
      expect(decision.reason).toContain('deployment 4');
      expect(decision.reason).toContain('web was sick');
      expect(decision.remedy).toContain('--force');
    });

    it.each([
      ['another commit of the same checkout', { platform: OLD, private: OTHER }],
      ['a checkout less', { private: NEW }],
      ['a checkout more', { ...commits, third: NEW }],
      ['no commit', {}],
    ])('%s is another release', (_, other) => {
      expect(decideStack(behindBy('private', { quarantined: [bad(other)] })).word).toBe('behind');
    });

    it('a quarantine of what runs already does not matter', () => {
      const seen = anObservation({ quarantined: [bad({ platform: OLD, private: OLD })] });
      expect(decideStack(seen).word).toBe('up to date');
    });

    it('a first deployment that failed is not tried again and again', () => {
      const seen = anObservation({ deployed: null, running: 0, quarantined: [bad({ platform: OLD, private: OLD })] });
      expect(decideStack(seen).word).toBe('quarantined');
    });
  });

  describe('drift, unfinished work and configuration', () => {
    it('drift waits for a person', () => {
      expect(decideStack(anObservation({ drift: ['web runs another image'] }))).toMatchObject({
        word: 'drifted',
        deploys: false,
        repair: true,
        reason: 'web runs another image.',
        remedy: 'put it right with: birdkeeper deploy --force',
      });
    });

    it('a new commit comes before drift', () => {
      expect(decideStack(behindBy('private', { drift: ['web is gone'] })).word).toBe('behind');
    });

    it('a deployment that never finished is finished without a new commit', () => {
      expect(decideStack(anObservation({ unfinished: 3 }))).toMatchObject({
        word: 'drifted',
        deploys: true,
        repair: true,
        reason: 'deployment 3 never finished.',
      });
    });

    it('number 0 counts as unfinished too', () => {
      expect(decideStack(anObservation({ unfinished: 0 })).word).toBe('drifted');
    });

    it.each(BLOCKING)('a checkout that is %s stops the finishing', (word) => {
      expect(decideStack({ ...withWords(word), unfinished: 3 })).toMatchObject({ word: 'blocked', deploys: false });
    });

    it('a configuration that does not read blocks', () => {
      const decision = decideStack(anObservation({ configurationError: 'env.local:3: unexpected end' }));
      expect(decision).toMatchObject({ word: 'blocked', deploys: false });
      expect(decision.reason).toContain('env.local:3');
      expect(decision.remedy).toBeDefined();
    });

    it('a broken configuration never hides the push that repairs it', () => {
      expect(decideStack(behindBy('private', { configurationError: 'env.local:3' }))).toMatchObject({
        word: 'behind',
        deploys: true,
      });
    });
  });

  describe('laws', () => {
    it('any observation is decided with a word, a reason and commits that were seen', () => {
      fc.assert(
        fc.property(someObservation, (seen) => {
          const { word, reason, wanted, deploys, remedy } = decideStack(seen);
          expect(reason).not.toBe('');
          const commits = seen.checkouts.flatMap(({ head, upstreamCommit }) => [head, upstreamCommit]);
          for (const commit of Object.values(wanted)) expect(commits).toContain(commit);
          if (deploys) expect(['behind', 'drifted']).toContain(word);
          if (word === 'blocked' || word === 'quarantined') expect(remedy).toBeDefined();
          if (word === 'up to date') expect(seen.drift).toEqual([]);
        }),
        { numRuns: 1_000 },
      );
    });

    it('nothing deploys while a checkout is blocked or unseen', () => {
      fc.assert(
        fc.property(someObservation, fc.constantFrom(...BLOCKING, ...UNSEEN), (seen, word) => {
          const checkouts = [...seen.checkouts, aCheckout('stopper', word)];
          expect(decideStack({ ...seen, checkouts }).deploys).toBe(false);
        }),
      );
    });

    it('the order of the checkouts decides nothing', () => {
      fc.assert(
        fc.property(someObservation, (seen) => {
          const turned = decideStack({ ...seen, checkouts: seen.checkouts.toReversed() });
          const { word, deploys, repair, wanted } = decideStack(seen);
          expect([turned.word, turned.deploys, turned.repair]).toEqual([word, deploys, repair]);
          expect(sameCommits(turned.wanted, wanted)).toBe(true);
        }),
      );
    });

    it('after the wanted commits were deployed the stack is no longer behind', () => {
      fc.assert(
        fc.property(someObservation, (seen) => {
          const { wanted, word } = decideStack(seen);
          fc.pre(word === 'behind' || word === 'quarantined');
          const checkouts = seen.checkouts.map((checkout) =>
            checkout.word === 'behind'
              ? aCheckout(checkout.name, 'up to date', { head: checkout.upstreamCommit ?? OLD })
              : checkout,
          );
          const after = decideStack({ ...seen, checkouts, deployed: { number: 9, commits: wanted } });
          expect(['behind', 'quarantined']).not.toContain(after.word);
        }),
      );
    });
  });

  describe('wantedCommits', () => {
    it('takes the upstream where behind, HEAD elsewhere, and leaves out what has neither', () => {
      const { head: _, ...headless } = aCheckout('gone', 'missing');
      expect(
        wantedCommits([aCheckout('a', 'behind'), aCheckout('b'), aCheckout('c', 'ahead', { head: OTHER }), headless]),
      ).toEqual({ a: NEW, b: OLD, c: OTHER });
    });
  });

  describe('sameCommits', () => {
    it('is an equality', () => {
      fc.assert(
        fc.property(someCommits, someCommits, (a, b) => {
          expect(sameCommits(a, { ...a })).toBe(true);
          expect(sameCommits(a, b)).toBe(sameCommits(b, a));
          expect(sameCommits(a, b)).toBe(
            JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort()),
          );
        }),
      );
    });
  });

  describe('describeCheckout', () => {
    it.each(CHECKOUT_WORDS)('%s is one line that begins with the name', (word) => {
      const line = describeCheckout(aCheckout('private', word));
      expect(line).toMatch(/^private(:| )/);
      expect(line).not.toContain('\n');
    });

    it('behind tells by how much, and to what', () => {
      expect(describeCheckout(aCheckout('private', 'behind'))).toBe(
        'private is behind origin/main by 1 (bbbbbbb Raise the limit)',
      );
    });

    it.each(CHECKOUT_WORDS)('%s needs no more than name, directory and word', (word) => {
      const bare = { name: 'x', dir: '/srv/x', word, behind: 0, ahead: 0 };
      expect(describeCheckout(bare)).not.toContain('undefined');
    });
  });

  it('short is seven characters, or unknown', () => {
    expect([short(NEW), short(undefined)]).toEqual(['bbbbbbb', 'unknown']);
  });
});
