import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeeperMemory } from '../../../../workflows/keep-stack/messages.js';
import { readMemory } from '../../../../workflows/keep-stack/memory.js';
import {
  afterApprove,
  afterOpening,
  afterPause,
  afterReject,
  afterResume,
  noteOf,
  parseRollback,
  parseVerdict,
  PREVIOUS,
  rollbackRefusal,
  rollbackRequest,
  untilOpening,
} from '../../../../workflows/keep-stack/people.js';
import {
  afterDeployment,
  afterLook,
  enqueue,
  freshMemory,
  requestFor,
} from '../../../../workflows/keep-stack/queue.js';
import type { WaitingRelease } from '../../../../workflows/model.js';
import { hostileValue, isSentence, nearly } from '../../../support/hostile.js';
import { NEW, OLD } from '../../../support/story.js';

const NOW = new Date('2026-01-02T03:04:05.000Z');
const LATER = new Date('2026-01-02T06:00:00.000Z');
const fresh = freshMemory(8);
const waits = (more: Partial<WaitingRelease> = {}): KeeperMemory => ({
  ...fresh,
  waiting: {
    number: 7,
    commits: { private: NEW },
    digest: 'd1',
    needsApproval: true,
    why: 'waits for a person',
    at: NOW.toISOString(),
    ...more,
  },
});
const look = { word: 'behind' as const, reason: 'private is behind', commits: { private: NEW }, deploys: true };
const yes = { number: 7, by: 'ann@host', reason: 'looks good' };

describe('workflows/keep-stack/people', () => {
  describe('pause', () => {
    const paused = afterPause(fresh, { reason: 'exam week', by: 'ann@host' }, NOW);

    it('says why, who and since when', () => {
      expect(paused.paused).toEqual({ reason: 'exam week', by: 'ann@host', at: NOW.toISOString() });
    });

    it.each([[undefined], [null], [42], [['x']], [{ reason: 7, by: {} }]])('survives %j', (payload) => {
      expect(afterPause(fresh, payload, NOW).paused).toMatchObject({ reason: 'no reason given', by: 'somebody' });
    });

    it('takes what a look asked for out of the queue, and what a look asks for later is not put in', () => {
      const queued = afterLook(fresh, look, NOW);
      expect(queued.queue).toHaveLength(1);
      expect(afterPause(queued, undefined, NOW).queue).toEqual([]);
      expect(afterLook(paused, look, NOW)).toMatchObject({ queue: [], look: { word: 'behind' } });
    });

    it('leaves what a person asks for', () => {
      const asked = enqueue(fresh, requestFor({ reason: 'now' })).memory;
      expect(afterPause(asked, undefined, NOW).queue).toHaveLength(1);
      expect(enqueue(paused, requestFor({})).memory.queue).toHaveLength(1);
    });

    it('ends with resume, and the next look deploys', () => {
      expect(afterLook(afterResume(paused), look, NOW).queue).toHaveLength(1);
    });
  });

  describe('a release that waits', () => {
    it('is not begun again by a look at the same commits, but newer commits are', () => {
      expect(afterLook(waits(), look, NOW).queue).toEqual([]);
      expect(afterLook(waits(), { ...look, commits: { private: OLD } }, NOW).queue).toHaveLength(1);
    });

    it('approved: exactly that release and that plan are asked for, with who and why', () => {
      const memory = afterApprove(waits(), yes, NOW);
      expect(memory).not.toHaveProperty('waiting');
      expect(memory?.queue).toEqual([
        {
          number: 8,
          trigger: 'approved',
          force: false,
          reason: 'deployment 7 was approved by ann@host: looks good',
          by: 'ann@host',
          commits: { private: NEW },
          release: { private: NEW },
          approvedPlan: 'd1',
        },
      ]);
    });

    it('approved outside its window: waits on for that, and needs nobody any more', () => {
      const memory = afterApprove(waits({ opensAt: LATER.toISOString() }), yes, NOW);
      expect(memory).toMatchObject({ queue: [], waiting: { needsApproval: false, approvedBy: 'ann@host' } });
      expect(memory && untilOpening(memory, NOW)).toBe(LATER.getTime() - NOW.getTime());
      expect(memory && afterOpening(memory, NOW).queue).toEqual([]);
      expect(memory && afterOpening(memory, LATER).queue[0]).toMatchObject({
        trigger: 'window',
        approvedPlan: 'd1',
        by: 'ann@host',
      });
    });

    it('of which no window is in sight is looked at again when that sight ends', () => {
      const memory = waits({ needsApproval: false, opensAt: 'never' });
      const days = (count: number) => new Date(NOW.getTime() + count * 24 * 3600 * 1000);
      expect(readMemory(memory)?.waiting?.opensAt).toBe('never');
      expect(untilOpening(memory, days(399))).toBe(24 * 3600 * 1000);
      expect(afterOpening(memory, days(399)).queue).toEqual([]);
      expect(afterOpening(memory, days(400)).queue).toHaveLength(1);
    });

    it('whose window opens is asked for; without a yes the plan may differ', () => {
      const memory = afterOpening(waits({ needsApproval: false, opensAt: LATER.toISOString() }), LATER);
      expect(memory.queue[0]).toMatchObject({ trigger: 'window', release: { private: NEW } });
      expect(memory.queue[0]).not.toHaveProperty('approvedPlan');
    });

    it('waits on while the stack is paused, and while it needs a yes', () => {
      const due = waits({ needsApproval: false, opensAt: NOW.toISOString() });
      expect(afterOpening(afterPause(due, undefined, NOW), LATER).queue).toEqual([]);
      expect(afterOpening(waits({ opensAt: NOW.toISOString() }), LATER).queue).toEqual([]);
      expect(untilOpening(afterPause(due, undefined, NOW), NOW)).toBeUndefined();
      expect(untilOpening(waits({ opensAt: NOW.toISOString() }), NOW)).toBeUndefined();
    });

    it('rejected: is to be written down with who and why', () => {
      expect(afterReject(waits(), { ...yes, reason: 'not in exam week' })).toMatchObject({
        queue: [],
        rejected: { number: 7, commits: { private: NEW }, by: 'ann@host', reason: 'not in exam week' },
      });
    });

    it.each([8, 0])('another number (%d) changes nothing', (number) => {
      expect(afterApprove(waits(), { ...yes, number }, NOW)).toBeUndefined();
      expect(afterReject(waits(), { ...yes, number })).toBeUndefined();
      expect(afterApprove(fresh, yes, NOW)).toBeUndefined();
    });

    it.each([
      ['deployed', false],
      ['rolled back', false],
      ['failed', true],
      ['blocked', true],
    ] as const)('after a deployment that ended %s it waits on: %s', (outcome, stays) => {
      const result = { number: 8, outcome, phase: 'settle', message: '', commits: { private: OLD } } as const;
      expect('waiting' in afterDeployment(waits(), result, NOW)).toBe(stays);
    });

    it('is replaced by a newer one', () => {
      const result = {
        number: 8,
        outcome: 'waiting',
        phase: 'approve',
        message: 'waits',
        commits: { private: OLD },
        waits: { digest: 'd2', needsApproval: true },
      } as const;
      expect(afterDeployment(waits(), result, NOW).waiting).toMatchObject({ number: 8, digest: 'd2', why: 'waits' });
    });
  });

  describe('a rollback by hand', () => {
    it('goes first, and joins only its like', () => {
      const asked = enqueue(fresh, requestFor({ reason: 'please' })).memory;
      const { memory, answer } = enqueue(asked, rollbackRequest({ number: 3, by: 'ann@host' }));
      expect(answer).toEqual({ number: 9, collapsed: false });
      expect(memory.queue.map(({ trigger }) => trigger)).toEqual(['rollback', 'asked']);
      expect(enqueue(memory, rollbackRequest({ number: 3 })).answer).toEqual({ number: 9, collapsed: true });
      expect(enqueue(memory, rollbackRequest({ number: 2 })).answer).toEqual({ number: 10, collapsed: false });
    });

    it('without a number goes to the release before', () => {
      expect(rollbackRequest({})).toEqual({
        trigger: 'rollback',
        force: true,
        reason: 'back to the release before',
        rollbackTo: PREVIOUS,
      });
    });
  });

  it.each([
    ['no argument', []],
    ['no number', [{ by: 'ann@host' }]],
    ['a number', [{ number: 3 }]],
    ['more than is needed', [{ number: 0, more: true }, 'more']],
  ])('a rollback with %s is taken', (_, given) => {
    expect(rollbackRefusal(given)).toBeUndefined();
  });

  it.each([
    ['a number as a text', [{ number: '3' }]],
    ['a number below zero', [{ number: -3 }]],
    ['a number that is no count', [{ number: 1.5 }]],
    ['a number that no activity takes', [{ number: 2 ** 40 }]],
    ['a number without its name', [3]],
    ['null', [null]],
    ['a payload that nobody could read', [undefined]],
  ])('a rollback with %s is refused, or it would go to the release before', (_, given) => {
    expect(rollbackRefusal(given)).toMatch(/^This names no release, so nothing was done: /);
  });

  it('whatever is sent is understood, refused in a sentence or left out', () => {
    const waiting = waits({ needsApproval: true });
    fc.assert(
      fc.property(
        fc.oneof(hostileValue, nearly({ number: 7, by: 'ann@host', reason: 'x' }, hostileValue)),
        (payload) => {
          const verdict = parseVerdict(payload);
          const verdicts = verdict ? [afterApprove(waiting, verdict, NOW), afterReject(waiting, verdict)] : [];
          const asked = enqueue(fresh, rollbackRequest(parseRollback(payload))).memory;
          for (const memory of [...verdicts, asked, afterPause(waiting, payload, NOW)]) {
            const kept: unknown = JSON.parse(JSON.stringify(memory ?? fresh));
            expect(readMemory(kept)).toEqual(kept);
          }
          expect(asked.queue[0]?.rollbackTo).toBeGreaterThanOrEqual(PREVIOUS);
          const refusal = rollbackRefusal([payload]);
          expect(refusal === undefined || isSentence(refusal)).toBe(true);
          if (refusal === undefined)
            expect(parseRollback(payload).number).toBe((payload as { number?: number }).number);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(parseVerdict({ number: 7, by: 'ann@host', reason: 'x', more: 1 })).toEqual({
      number: 7,
      by: 'ann@host',
      reason: 'x',
    });
    expect(parseVerdict({ number: '7' })).toBeUndefined();
    expect(parseRollback({ number: -3, by: 7 })).toEqual({});
  });

  it('all of it survives continuing as new, and what is written down is known again', () => {
    const memory = afterPause(
      { ...waits({ opensAt: LATER.toISOString(), approvedBy: 'ann@host' }), attached: 6, noted: 'x' },
      { reason: 'why', by: 'ann@host' },
      NOW,
    );
    const queued = enqueue(memory, rollbackRequest({ number: 3, by: 'ann@host' })).memory;
    const rejected = { ...queued, rejected: { number: 5, commits: { private: OLD }, by: 'bob', reason: 'no' } };
    expect(readMemory(JSON.parse(JSON.stringify(rejected)))).toEqual(rejected);
    expect(noteOf(memory)).toBe(noteOf(rejected));
    expect(noteOf(memory)).not.toBe(noteOf(fresh));
  });
});
