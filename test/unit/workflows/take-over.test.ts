import { describe, expect, it } from 'vitest';
import { decideReplacement, decideStart, kindOf, type Judged } from '../../../workflows/take-over.js';

const keeper = (stack: string, more: Partial<Judged> = {}): Judged => ({
  ...{ id: `stack/alpha/${stack}`, kind: 'keeper', stack, replays: true, hasBegun: false },
  ...more,
});
const deployment = (stack: string, more: Partial<Judged> = {}): Judged => ({
  ...{ id: `deployment/alpha/${stack}/7`, kind: 'deployment', stack, replays: true },
  ...more,
});
const look = (more: Partial<Judged> = {}): Judged => ({
  ...{ id: 'autodeploy/alpha/a/run-2026', kind: 'scheduled', replays: true },
  ...more,
});
const differs = { replays: false, difference: 'event 5 differs.' };

describe('workflows/take-over', () => {
  it.each([
    ['keepStack', 'stack/alpha/web', { kind: 'keeper', stack: 'web' }],
    ['deployStack', 'deployment/alpha/web/7', { kind: 'deployment', stack: 'web' }],
    ['checkStack', 'autodeploy/alpha/web/run-2026', { kind: 'scheduled' }],
    ['backUpStack', 'anything', { kind: 'scheduled' }],
    ['keepStack', 'stack/beta/web', { kind: 'other' }],
    ['keepStack', 'deployment/alpha/web/7', { kind: 'other' }],
    ['keepStack', 'stack/alpha/web/more', { kind: 'other' }],
    ['deployStack', 'deployment/alpha/web/seven', { kind: 'other' }],
    ['deployStack', 'deployment/alpha/web', { kind: 'other' }],
    ['strange', 'stack/alpha/web', { kind: 'other' }],
  ])('%s under the id %s', (type, id, what) => {
    expect(kindOf('alpha', type, id)).toEqual(what);
  });

  describe('a start', () => {
    const nothing = { is: 'begin', anew: [], made: [], ended: [] };

    it.each<[string, Judged[]]>([
      ['where nothing is open', []],
      ['where all replays', [keeper('a', { hasBegun: true }), deployment('a'), look()]],
      ['beside a stranger that does not replay', [{ id: 'x', kind: 'other', replays: false }]],
    ])('%s changes nothing', (_, open) => {
      expect(decideStart(open, ['a'])).toEqual(nothing);
    });

    it('lets a keeper that has begun nothing go on anew, and ends a look', () => {
      expect(decideStart([keeper('a', differs), keeper('b'), look(differs)], [])).toEqual({
        ...nothing,
        anew: ['stack/alpha/a'],
        ended: ['autodeploy/alpha/a/run-2026'],
      });
    });

    it.each([
      ['is over', deployment('b')],
      ['runs, and replays', deployment('a')],
    ])('makes a keeper again whose deployment %s, where keepers are made', (_, running) => {
      const open = [keeper('a', { ...differs, hasBegun: true }), running];
      expect(decideStart(open, ['a'])).toEqual({ ...nothing, made: ['a'] });
      expect(decideStart(open, ['b'])).toEqual({
        is: 'refuse',
        sentences: [expect.stringMatching(/^stack\/alpha\/a .*birdkeeper up with stack a: event 5 differs\.$/)],
      });
    });

    it.each<[string, Judged[], RegExp[]]>([
      ['a deployment does not replay', [keeper('a', { hasBegun: true }), deployment('a', differs)], [/^deployment/]],
      ['neither does', [keeper('a', { ...differs, hasBegun: true }), deployment('a', differs)], [/^deployment/]],
      ['its keeper is gone', [deployment('a', differs)], [/^deployment/]],
    ])('refuses, and changes nothing, while a deployment runs and %s', (_, open, told) => {
      expect(decideStart([...open, keeper('b', differs), look(differs)], ['a', 'b'])).toEqual({
        is: 'refuse',
        sentences: told.map((sentence) => expect.stringMatching(sentence) as string),
      });
    });
  });

  describe('a replacement in the middle of a deployment of stack a', () => {
    const own = [keeper('a', { hasBegun: true }), deployment('a')];
    const decide = (...others: Judged[]) => decideReplacement([...own, ...others], 'alpha', 'a');

    it('goes on when all replays, and whatever becomes of looks and strangers', () => {
      expect(decide(keeper('b'), deployment('b'))).toEqual({ is: 'go' });
      expect(decide(look(differs), { id: 'x', kind: 'other', replays: false })).toEqual({ is: 'go' });
    });

    it('drains another keeper that does not replay, and waits for what it runs', () => {
      expect(decide(keeper('b', differs))).toEqual({ is: 'drain', keepers: ['stack/alpha/b'], deployments: [] });
      expect(
        decide(keeper('b', { ...differs, hasBegun: true }), deployment('b'), keeper('c'), deployment('c')),
      ).toEqual({ is: 'drain', keepers: ['stack/alpha/b'], deployments: ['deployment/alpha/b/7'] });
    });

    it('waits for another deployment that does not replay, and lets its keeper begin nothing after it', () => {
      expect(decide(keeper('b', { hasBegun: true }), deployment('b', differs))).toEqual({
        ...{ is: 'drain', keepers: ['stack/alpha/b'], deployments: ['deployment/alpha/b/7'] },
      });
    });

    it('refuses when its own deployment does not replay: nobody can wait for it', () => {
      const open = [keeper('a'), deployment('a', differs), keeper('b', differs)];
      const decided = decideReplacement(open, 'alpha', 'a');
      expect(decided).toMatchObject({ is: 'refuse' });
      expect(decided.is === 'refuse' && decided.sentence).toMatch(
        /deployment\/alpha\/a\/7.*event 5 differs\..*birdkeeper drain/,
      );
    });

    it('goes on when its own keeper does not replay: the next worker makes it again', () => {
      expect(decideReplacement([keeper('a', differs), deployment('a')], 'alpha', 'a')).toEqual({ is: 'go' });
    });
  });
});
