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
