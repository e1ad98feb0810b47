import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capped, classify, wordOf, type CheckoutFacts } from '../../../../activities/git/classify.js';
import { CHECKOUT_WORDS } from '../../../../workflows/contract.js';

const level: CheckoutFacts = {
  name: 'platform',
  dir: '/srv/platform',
  branch: 'main',
  upstream: 'origin/main',
  head: 'a'.repeat(40),
  upstreamCommit: 'a'.repeat(40),
  behind: 0,
  ahead: 0,
  files: [],
};

const without = (...keys: (keyof CheckoutFacts)[]): CheckoutFacts =>
  Object.fromEntries(Object.entries(level).filter(([key]) => !keys.some((left) => left === key))) as never;

const anyFacts: fc.Arbitrary<CheckoutFacts> = fc.record(
  {
    name: fc.constant('platform'),
    dir: fc.constant('/srv/platform'),
    problem: fc.record({ word: fc.constantFrom('missing', 'not a repository'), error: fc.string() }),
    branch: fc.string(),
    upstream: fc.string(),
    head: fc.string(),
    upstreamCommit: fc.string(),
    behind: fc.nat(3),
    ahead: fc.nat(3),
    files: fc.array(fc.string(), { maxLength: 30 }),
    fetchError: fc.string(),
    subject: fc.string(),
  },
  { requiredKeys: ['name', 'dir', 'behind', 'ahead', 'files'] },
);

describe('activities/git/classify', () => {
  it.each<[string, CheckoutFacts]>([
    ['up to date', level],
    ['behind', { ...level, behind: 2 }],
    ['ahead', { ...level, ahead: 1 }],
    ['diverged', { ...level, ahead: 1, behind: 1 }],
    ['dirty', { ...level, files: ['a'] }],
    ['detached', without('branch', 'upstream', 'upstreamCommit')],
    ['no upstream', without('upstream', 'upstreamCommit')],
    ['no upstream', without('head', 'upstreamCommit')],
    ['upstream gone', without('upstreamCommit')],
    ['unreachable', { ...level, fetchError: 'no answer' }],
    ['missing', { ...level, problem: { word: 'missing', error: 'gone' } }],
    ['not a repository', { ...level, problem: { word: 'not a repository', error: 'no' } }],
  ])('%s', (word, facts) => {
    expect(wordOf(facts)).toBe(word);
  });

  const pinned: CheckoutFacts = { ...level, pin: 'v1', upstreamCommit: 'b'.repeat(40), behind: 1 };
  const onBranch = (facts: CheckoutFacts) =>
    Object.fromEntries(Object.entries(facts).filter(([key]) => key !== 'branch' && key !== 'upstream')) as never;

  it.each<[string, CheckoutFacts]>([
    ['behind', pinned],
    ['behind', { ...pinned, behind: 0 }],
    ['behind', onBranch(pinned)],
    ['up to date', { ...pinned, upstreamCommit: level.head ?? '' }],
    ['up to date', onBranch({ ...pinned, upstreamCommit: level.head ?? '' })],
    ['diverged', { ...pinned, ahead: 1 }],
    ['diverged', { ...pinned, ahead: 1, behind: 0 }],
    ['dirty', { ...pinned, files: ['a'] }],
    ['unreachable', { ...pinned, fetchError: 'no answer' }],
    ['upstream gone', { ...pinned, pinError: 'the pin v1 names nothing' }],
    ['upstream gone', { ...without('upstreamCommit'), pin: 'v1' }],
    ['no upstream', { ...without('head'), pin: 'v1' }],
  ])('with a pin: %s', (word, facts) => {
    expect(classify(facts)).toMatchObject({ word, pin: 'v1' });
  });

  it('a pin that is gone is named', () => {
    expect(classify({ ...pinned, pinError: 'the pin v1 names nothing' }).error).toBe('the pin v1 names nothing');
  });

  const rewritten: CheckoutFacts = { ...level, ahead: 1, behind: 1, rewritten: true };
  it.each<[string, CheckoutFacts]>([
    ['diverged', rewritten],
    ['ahead', { ...rewritten, behind: 0 }],
    ['behind', { ...rewritten, followsRewrites: true }],
    ['behind', { ...rewritten, behind: 0, followsRewrites: true }],
    ['dirty', { ...rewritten, followsRewrites: true, files: ['a'] }],
    ['unreachable', { ...rewritten, followsRewrites: true, fetchError: 'no answer' }],
    ['diverged', { ...rewritten, rewritten: false, followsRewrites: true }],
  ])('after a rewrite: %s', (word, facts) => {
    expect(wordOf(facts)).toBe(word);
  });

  it('a rewrite that is not followed is told, with what to do', () => {
    const { error, rewritten: told } = classify(rewritten);
    expect([told, error]).toEqual([true, expect.stringContaining('origin/main was rewritten') as string]);
    expect(error).toContain('BIRDKEEPER_REWRITTEN_UPSTREAM=follow');
    expect(classify({ ...rewritten, followsRewrites: true })).not.toHaveProperty('error');
  });

  it('dirty beats everything but a directory that cannot be read', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const dirty = { ...facts, files: ['edited'] };
        expect(wordOf(dirty)).toBe(facts.problem?.word ?? 'dirty');
      }),
    );
  });

  it('unreachable beats what old remote-tracking refs say, and keeps the counts', () => {
    expect(classify({ ...level, behind: 3, fetchError: 'no answer' })).toMatchObject({
      word: 'unreachable',
      behind: 3,
      error: 'no answer',
      head: level.head,
    });
    expect(wordOf({ ...without('upstreamCommit'), fetchError: 'no answer' })).toBe('unreachable');
  });

  it('only a clean checkout on a branch that is behind and not ahead is behind', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const observation = classify(facts);
        expect(CHECKOUT_WORDS).toContain(observation.word);
        if (observation.word !== 'behind') return;
        expect(facts).toMatchObject({ files: [], ahead: 0 });
        expect(facts.behind).toBeGreaterThan(0);
        expect([facts.problem, facts.fetchError]).toEqual([undefined, undefined]);
      }),
    );
  });

  it('a branch without a commit says so', () => {
    expect(classify(without('head', 'upstreamCommit')).error).toBe('branch main has no commit yet');
  });

  it('names at most twenty files and counts the rest', () => {
    const files = Array.from({ length: 23 }, (_, index) => `f${index}`);
    expect(capped(files)).toEqual([...files.slice(0, 20), '… and 3 more']);
    expect(capped(files.slice(0, 20))).toHaveLength(20);
  });
});
