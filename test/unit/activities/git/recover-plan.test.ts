import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMove, type MoveFacts, type OnDisk } from '../../../../activities/git/recover-plan.js';

const [from, to] = ['f'.repeat(40), 'a'.repeat(40)];
const quiet: MoveFacts = {
  from,
  to,
  target: 'to',
  head: from,
  detached: false,
  interrupted: false,
  index: 'from',
  changed: [],
  edited: [],
  untracked: [],
  inTheWay: [],
  locks: [],
  gitRunning: [],
};
const interrupted: MoveFacts = { ...quiet, interrupted: true, changed: [{ path: 'a', disk: 'from' }] };
const disk = (...states: OnDisk[]) => states.map((state, index) => ({ path: `f${index}`, disk: state }));

const anyFacts: fc.Arbitrary<MoveFacts> = fc.record({
  from: fc.constant(from),
  to: fc.constant(to),
  target: fc.constantFrom('from' as const, 'to' as const),
  head: fc.constantFrom(from, to, 'b'.repeat(40), undefined),
  detached: fc.boolean(),
  interrupted: fc.boolean(),
  index: fc.constantFrom('from' as const, 'to' as const, 'neither' as const),
  changed: fc.array(
    fc.record({
      path: fc.string(),
      disk: fc.constantFrom<OnDisk>('from', 'to', 'cut short', 'absent', 'other'),
    }),
    { maxLength: 4 },
  ),
  edited: fc.array(fc.string(), { maxLength: 1 }),
  untracked: fc.array(fc.string(), { maxLength: 1 }),
  inTheWay: fc.array(fc.string(), { maxLength: 1 }),
  locks: fc.array(fc.constant('index.lock'), { maxLength: 1 }),
  gitRunning: fc.array(fc.nat(), { maxLength: 1 }),
  moves: fc.constantFrom(undefined, 'reset' as const),
});

describe('activities/git/recover-plan', () => {
  it('a clean checkout at the other commit is moved by git itself', () => {
    expect(planMove(quiet)).toEqual({ do: 'move' });
    expect(planMove({ ...quiet, target: 'from', head: to, index: 'to' })).toEqual({ do: 'move' });
    expect(planMove(interrupted)).toEqual({ do: 'move' });
  });

  it('one that stands at the goal is left, whatever lies in it', () => {
    expect(planMove({ ...quiet, head: to, edited: ['a'] })).toEqual({ do: 'nothing' });
    expect(planMove({ ...interrupted, head: to, index: 'to', changed: disk('to') })).toEqual({ do: 'nothing' });
    expect(planMove({ ...quiet, to: from })).toEqual({ do: 'nothing' });
  });

  it.each<OnDisk>(['to', 'cut short', 'absent'])('after an interruption, a file that is %s is ours', (state) => {
    expect(planMove({ ...interrupted, changed: disk('from', state) })).toEqual({ do: 'repair', locks: [] });
  });

  it('HEAD, index and files all must stand at the goal before nothing is left to do', () => {
    const there: MoveFacts = { ...interrupted, head: to, index: 'to', changed: disk('to') };
    expect(planMove({ ...there, head: from }).do).toBe('repair');
    expect(planMove({ ...there, index: 'from' }).do).toBe('repair');
    expect(planMove({ ...there, changed: disk('to', 'from') }).do).toBe('repair');
    expect(planMove({ ...there, locks: ['HEAD.lock'] })).toEqual({ do: 'repair', locks: ['HEAD.lock'] });
  });

  it('a detached HEAD moves only where a reset is meant', () => {
    const detached = { ...quiet, detached: true };
    expect(planMove(detached)).toMatchObject({ do: 'leave' });
    expect(planMove({ ...detached, moves: 'fast-forward' })).toMatchObject({ do: 'leave' });
    expect(planMove({ ...detached, moves: 'reset' })).toEqual({ do: 'move' });
    expect(planMove({ ...detached, moves: 'reset', head: to, index: 'to', target: 'from' })).toEqual({ do: 'move' });
    expect(planMove({ ...detached, moves: 'reset', edited: ['a'] })).toMatchObject({ do: 'leave' });
    expect(planMove({ ...detached, moves: 'reset', head: 'b'.repeat(40) })).toMatchObject({ do: 'leave' });
  });

  it('without a word on how it moves, a fast-forward is meant', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(planMove({ ...facts, moves: 'fast-forward' })).toEqual(planMove({ ...facts, moves: undefined }));
      }),
    );
  });

  it('untracked files block forward and not back', () => {
    expect(planMove({ ...quiet, untracked: ['x'] })).toMatchObject({ do: 'leave', files: ['x'] });
    expect(planMove({ ...interrupted, untracked: ['x'] })).toMatchObject({ do: 'leave', files: ['x'] });
    expect(planMove({ ...quiet, target: 'from', head: to, index: 'to', untracked: ['x'] })).toEqual({ do: 'move' });
  });

  it('a lock is ours only after an interruption, and never while git runs', () => {
    expect(planMove({ ...quiet, locks: ['l'] })).toMatchObject({ do: 'leave', files: ['l'] });
    expect(planMove({ ...interrupted, locks: ['l'] })).toEqual({ do: 'repair', locks: ['l'] });
    expect(planMove({ ...interrupted, locks: ['l'], gitRunning: [7] }).do).toBe('wait');
    expect(planMove({ ...quiet, locks: ['l'], gitRunning: [7] }).do).toBe('wait');
  });

  it('nothing is written where HEAD is elsewhere, files are a person’s, or something is staged', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const plan = planMove(facts);
        if (plan.do !== 'move' && plan.do !== 'repair') return;
        expect([from, to]).toContain(facts.head);
        expect(facts.edited).toEqual([]);
        if (facts.target === 'to') expect(facts.untracked).toEqual([]);
        if (facts.interrupted) {
          expect(facts.changed.map((change) => change.disk)).not.toContain('other');
          expect(facts.index).not.toBe('neither');
        } else {
          expect([...facts.locks, ...facts.inTheWay]).toEqual([]);
          expect(plan.do).toBe('move');
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
