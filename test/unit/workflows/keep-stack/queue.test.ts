import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, STACK_WORDS, TRIGGERS, type Outcome } from '../../../../workflows/contract.js';
import type { DeployStackResult } from '../../../../workflows/deploy-stack/messages.js';
import type { DeploymentNeeded, KeeperMemory } from '../../../../workflows/keep-stack/messages.js';
import { readMemory } from '../../../../workflows/keep-stack/memory.js';
import {
  afterDeployment,
  afterLook,
  afterNumbering,
  enqueue,
  freshMemory,
  parseAsk,
  parseNeeded,
  requestFor,
} from '../../../../workflows/keep-stack/queue.js';
import type { DeployRequest } from '../../../../workflows/model.js';
import { hostileValue, nearly } from '../../../support/hostile.js';
import { NEW, OLD, someCommits } from '../../../support/story.js';

const NOW = new Date('2026-01-02T03:04:05.000Z');
const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);
const fresh = freshMemory(1);
const REPEATS = ['failed', 'rolled back', 'roll back failed', 'cancelled'];

const aLook = (more: Partial<DeploymentNeeded> = {}): DeploymentNeeded => ({
  word: 'behind',
  reason: 'private is behind',
  commits: { private: NEW },
  deploys: true,
  ...more,
});
const aResult = (more: Partial<DeployStackResult> = {}): DeployStackResult => ({
  number: 1,
  outcome: 'deployed',
  phase: 'record',
  message: '1 service touched',
  commits: { private: NEW },
  ...more,
});
const asked = requestFor({ reason: 'please' });
const forced = requestFor({ force: true, reason: 'now' });
const first = requestFor({ first: true });
const checked: Omit<DeployRequest, 'number'> = {
  trigger: 'check',
  force: false,
  reason: 'behind',
  commits: { private: NEW },
};

const someRequest = fc.record({
  trigger: fc.constantFrom(...TRIGGERS),
  force: fc.boolean(),
  reason: fc.string(),
});
/** What can happen to a keeper. `take`: its oldest request is run and ends so. */
const someEvent = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), request: someRequest }),
  fc.record({
    kind: fc.constant('look' as const),
    needed: fc.record({
      word: fc.constantFrom(...STACK_WORDS),
      reason: fc.string(),
      commits: someCommits,
      deploys: fc.boolean(),
    }),
  }),
  fc.record({
    kind: fc.constant('run' as const),
    outcome: fc.constantFrom(...OUTCOMES),
    commits: someCommits,
    during: fc.array(someRequest, { maxLength: 2 }),
  }),
);

describe('workflows/keep-stack/queue', () => {
  describe('enqueue', () => {
    it('gives the next number and counts on', () => {
      const { memory, answer } = enqueue(freshMemory(12), asked);
      expect(answer).toEqual({ number: 12, collapsed: false });
      expect(memory).toMatchObject({ nextNumber: 13, queue: [{ ...asked, number: 12 }] });
    });

    it('joins the request that waits, under its number', () => {
      const { memory, answer } = enqueue(enqueue(fresh, checked).memory, asked);
      expect(answer).toEqual({ number: 1, collapsed: true });
      expect(memory.queue).toEqual([{ ...asked, number: 1 }]);
      expect(memory.nextNumber).toBe(2);
    });

    it.each([
      ['forced', forced, 'asked', asked],
      ['forced', forced, 'check', checked],
      ['forced', forced, 'first', first],
      ['first', first, 'asked', asked],
      ['first', first, 'check', checked],
      ['asked', asked, 'check', checked],
    ])('%s stays when %s joins, and wins when it joins later', (_, strong, __, weak) => {
      for (const [one, two] of [
        [strong, weak],
        [weak, strong],
      ] as const) {
        const [request] = enqueue(enqueue(fresh, one).memory, two).memory.queue;
        expect(request).toMatchObject({ trigger: strong.trigger, force: strong.force, reason: two.reason });
      }
    });

    it('does not change what it was given', () => {
      const before = structuredClone(fresh);
      enqueue(fresh, asked);
      expect(fresh).toEqual(before);
    });
  });

  describe('requestFor', () => {
    it.each([
      [{}, { trigger: 'asked', force: false, reason: 'asked by a person' }],
      [{ force: true }, { trigger: 'forced', force: true, reason: 'forced by a person' }],
      [{ first: true }, { trigger: 'first', force: false, reason: 'first deployment' }],
      [{ reason: '  two\nlines\t' }, { trigger: 'asked', force: false, reason: 'two lines' }],
      [{ reason: ' \n ' }, { trigger: 'asked', force: false, reason: 'asked by a person' }],
    ])('%j', (ask, request) => {
      expect(requestFor(ask)).toEqual(request);
    });
  });

  describe('afterLook', () => {
    it('queues what a deployment clears', () => {
      const memory = afterLook(fresh, aLook(), NOW);
      expect(memory.queue).toEqual([{ ...checked, number: 1, reason: 'private is behind' }]);
      expect(memory.look).toEqual({
        word: 'behind',
        reason: 'private is behind',
        commits: { private: NEW },
        at: NOW.toISOString(),
      });
    });

    it.each(['blocked', 'degraded', 'quarantined', 'drifted'] as const)(
      '%s is remembered and queues nothing',
      (word) => {
        const memory = afterLook(fresh, aLook({ word, deploys: false }), NOW);
        expect(memory).toMatchObject({ queue: [], look: { word }, nextNumber: 1 });
      },
    );

    it('changes nothing of a request that waits', () => {
      const waiting = enqueue(fresh, forced).memory;
      expect(afterLook(waiting, aLook(), NOW).queue).toEqual(waiting.queue);
    });

    it('ignores the commits that the running deployment was started for', () => {
      expect(afterLook(fresh, aLook(), NOW, { commits: aLook().commits }).queue).toEqual([]);
      expect(afterLook(fresh, aLook(), NOW, { commits: { private: OLD } }).queue).toHaveLength(1);
    });

    it('keeps the newest commits of two looks while a deployment runs', () => {
      const once = afterLook(fresh, aLook({ commits: { private: OLD } }), NOW);
      const twice = afterLook(once, aLook(), NOW);
      expect(twice.queue).toEqual([{ ...once.queue[0], commits: aLook().commits }]);
      expect(afterDeployment(twice, aResult({ commits: { private: OLD } }), NOW).queue).toHaveLength(1);
    });

    it('ignores commits that failed a moment ago, until their pause is over', () => {
      const failed = afterDeployment(fresh, aResult({ outcome: 'failed' }), NOW);
      expect(afterLook(failed, aLook(), minutes(4.9)).queue).toEqual([]);
      expect(afterLook(failed, aLook(), minutes(5)).queue).toHaveLength(1);
    });

    it('another commit does not wait for the pause', () => {
      const failed = afterDeployment(fresh, aResult({ outcome: 'failed' }), NOW);
      expect(afterLook(failed, aLook({ commits: { private: OLD } }), NOW).queue).toHaveLength(1);
    });

    it('a person does not wait for the pause', () => {
      const failed = afterDeployment(fresh, aResult({ outcome: 'failed' }), NOW);
      expect(enqueue(failed, asked).memory.queue).toHaveLength(1);
    });
  });

  describe('afterNumbering', () => {
    it('numbers that were given elsewhere are not given again', () => {
      expect(afterNumbering(freshMemory(3), { nextNumber: 7 }).nextNumber).toBe(7);
      expect(afterNumbering(freshMemory(9), { nextNumber: 7 }).nextNumber).toBe(9);
    });

    it.each([
      undefined,
      null,
      7,
      {},
      { nextNumber: '7' },
      { nextNumber: 7.5 },
      { nextNumber: 1e12 },
      { nextNumber: NaN },
    ])('nonsense changes nothing: %j', (payload) => {
      expect(afterNumbering(freshMemory(3), payload)).toEqual(freshMemory(3));
    });
  });

  describe('afterDeployment', () => {
    it('replaces the look that asked for what is deployed now, and no other', () => {
      const look = { word: 'behind' as const, reason: 'one commit', commits: { private: OLD }, at: NOW.toISOString() };
      const after = (outcome: Outcome) => afterDeployment({ ...fresh, look }, aResult({ outcome }), NOW).look;
      expect(after('deployed')?.word).toBe('up to date');
      expect(after('rolled back')).toEqual(look);
    });

    it('drops a look at the commits that were just tried', () => {
      const memory = afterDeployment(enqueue(fresh, checked).memory, aResult(), NOW);
      expect(memory.queue).toEqual([]);
    });

    it('gives the number of a dropped look to the next request', () => {
      const queued = enqueue(fresh, checked);
      const memory = afterDeployment(queued.memory, aResult(), NOW);
      expect(enqueue(memory, asked).answer.number).toBe(queued.answer.number);
    });

    it('keeps a look at newer commits', () => {
      const memory = afterDeployment(enqueue(fresh, checked).memory, aResult({ commits: { private: OLD } }), NOW);
      expect(memory.queue).toHaveLength(1);
    });

    it.each([
      ['asked', asked],
      ['forced', forced],
      ['first', first],
    ])('keeps what was %s', (_, request) => {
      expect(afterDeployment(enqueue(fresh, request).memory, aResult({ commits: {} }), NOW).queue).toHaveLength(1);
    });

    it('keeps what a person asked after a look was queued, and before one joined', () => {
      for (const [one, two] of [
        [checked, asked],
        [asked, checked],
      ] as const) {
        const both = enqueue(enqueue(fresh, one).memory, two).memory;
        expect(afterDeployment(both, aResult(), NOW).queue).toHaveLength(1);
      }
    });

    it('remembers how it ended, and not the whole of a long message', () => {
      const { last } = afterDeployment(fresh, aResult({ outcome: 'rolled back', message: 'x'.repeat(5_000) }), NOW);
      expect(last).toMatchObject({ number: 1, outcome: 'rolled back', at: NOW.toISOString() });
      expect(last?.message).toHaveLength(1_000);
    });

    it('pauses 5, 10, 20 … minutes, at most 6 hours', () => {
      const failed = aResult({ outcome: 'failed' });
      let memory: KeeperMemory = fresh;
      const pauses = Array.from({ length: 12 }, () => {
        memory = afterDeployment(memory, failed, NOW);
        return (Date.parse(memory.backOff?.until ?? '') - NOW.getTime()) / 60_000;
      });
      expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360, 360, 360, 360]);
      expect(memory.backOff?.failures).toBe(12);
    });

    it('a failure of other commits begins at 5 minutes again', () => {
      const once = afterDeployment(fresh, aResult({ outcome: 'failed' }), NOW);
      const twice = afterDeployment(once, aResult({ outcome: 'failed', commits: { private: OLD } }), NOW);
      expect(twice.backOff).toMatchObject({ failures: 1, commits: { private: OLD } });
    });

    it('what needs a person is looked at again every 5 minutes, however often', () => {
      const blocked = aResult({ outcome: 'blocked', phase: 'validate' });
      const memory = afterDeployment(afterDeployment(fresh, blocked, NOW), blocked, NOW);
      expect(memory.backOff?.until).toBe(minutes(5).toISOString());
    });

    it.each(REPEATS)('%s: a repair of the same commits is not begun again at once', (outcome) => {
      const memory = afterDeployment(fresh, aResult({ outcome: outcome as Outcome }), NOW);
      expect(memory.backOff).toMatchObject({ failures: 1, until: minutes(5).toISOString() });
      expect(afterLook(memory, aLook({ word: 'drifted' }), NOW).queue).toEqual([]);
      expect(afterLook(memory, aLook({ word: 'drifted' }), minutes(6)).queue).toHaveLength(1);
    });

    it.each(OUTCOMES.filter((outcome) => !['blocked', ...REPEATS].includes(outcome)))(
      '%s ends the pause',
      (outcome) => {
        const failed = afterDeployment(fresh, aResult({ outcome: 'failed' }), NOW);
        expect(afterDeployment(failed, aResult({ outcome }), NOW)).not.toHaveProperty('backOff');
      },
    );
  });

  describe('laws, over whatever happens to a keeper', () => {
    it('numbers only grow, at most one request waits, force stays, and every answered number is run once', () => {
      fc.assert(
        fc.property(fc.array(someEvent, { maxLength: 30 }), (events) => {
          let memory = freshMemory(1);
          const answered = new Set<number>();
          const ran: number[] = [];
          const ask = (request: Omit<DeployRequest, 'number'>) => {
            const waiting = memory.queue[0];
            const { memory: next, answer } = enqueue(memory, request);
            expect(next.queue).toHaveLength(1);
            expect(next.queue[0]?.number).toBe(answer.number);
            expect(next.queue[0]?.force).toBe(request.force || (waiting?.force ?? false));
            if (request.trigger !== 'check') answered.add(answer.number);
            memory = next;
          };
          for (const event of events) {
            const { nextNumber } = memory;
            if (event.kind === 'ask') ask(event.request);
            if (event.kind === 'look') memory = afterLook(memory, event.needed, NOW);
            const [request, ...queue] = event.kind === 'run' ? memory.queue : [];
            if (event.kind === 'run' && request) {
              ran.push(request.number);
              memory = { ...memory, queue };
              event.during.forEach(ask);
              const { outcome, commits } = event;
              memory = afterDeployment(memory, aResult({ number: request.number, outcome, commits }), NOW);
            }
            expect(memory.nextNumber).toBeGreaterThanOrEqual(nextNumber);
            expect(memory.queue.length).toBeLessThanOrEqual(1);
          }
          ran.push(...memory.queue.map(({ number }) => number));
          expect(ran).toEqual([...new Set(ran)].sort((a, b) => a - b));
          for (const number of answered) expect(ran).toContain(number);
          expect(JSON.stringify(memory).length).toBeLessThan(10_000);
        }),
        { numRuns: 1_000 },
      );
    });
  });

  describe('payloads from outside', () => {
    it.each([
      ['nothing', undefined],
      ['null', null],
      ['a number', 3],
      ['a list', [{ word: 'behind' }]],
      ['an unknown word', { ...aLook(), word: 'broken' }],
      ['commits that are none', { ...aLook(), commits: { private: 'HEAD; rm -rf /' } }],
      [
        'too many commits',
        { ...aLook(), commits: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`c${i}`, NEW])) },
      ],
      ['no word whether it deploys', { ...aLook(), deploys: 'yes' }],
    ])('deploymentNeeded with %s is nonsense', (_, payload) => {
      expect(parseNeeded(payload)).toBeUndefined();
    });

    it('deploymentNeeded keeps what it understands and nothing else', () => {
      expect(parseNeeded({ ...aLook(), image: 'evil', reason: 'a\nb' })).toEqual(aLook({ reason: 'a b' }));
      expect(parseNeeded({ ...aLook(), reason: 7 })?.reason).toBe('behind');
    });

    it.each([
      ['nothing', undefined, { force: true, first: false }],
      ['a text', 'because', { reason: 'because', force: true, first: false }],
      ['an object', { reason: 'because', command: 'rm' }, { reason: 'because', force: true, first: false }],
      ['a number', 5, { force: true, first: false }],
    ])('forceDeploy with %s forces', (_, payload, ask) => {
      expect(parseAsk(payload, true)).toEqual(ask);
    });

    it('deploy forces only when told so plainly', () => {
      expect(parseAsk({ force: true }).force).toBe(true);
      for (const force of ['true', 1, {}, null]) expect(parseAsk({ force }).force).toBe(false);
    });

    it('whatever is sent is parsed without a throw, into a memory that stays small', () => {
      fc.assert(
        fc.property(
          fc.oneof(
            hostileValue,
            nearly(aLook()),
            nearly({ reason: 'please', force: true, first: false, by: 'ann@host' }),
          ),
          (payload) => {
            const needed = parseNeeded(payload);
            const looked = needed ? afterLook(fresh, needed, NOW) : fresh;
            const { memory } = enqueue(looked, requestFor(parseAsk(payload)));
            const [request] = enqueue(memory, requestFor(parseAsk(payload, true))).memory.queue;
            expect(request?.force).toBe(true);
            expect(request?.reason).not.toBe('');
            expect(request?.reason.length).toBeLessThanOrEqual(600);
            expect(request?.reason).toMatch(/^[^\p{Cc}\p{Cf}]+$/u);
            const kept: unknown = JSON.parse(JSON.stringify(memory));
            expect(readMemory(kept)).toEqual(kept);
          },
        ),
        { numRuns: 2_000 },
      );
    });
  });
});
