import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, TRIGGERS } from '../../../../workflows/contract.js';
import { readMemory } from '../../../../workflows/keep-stack/memory.js';
import { afterDeployment, afterLook, enqueue, freshMemory } from '../../../../workflows/keep-stack/queue.js';
import { keeperDetails } from '../../../../workflows/keep-stack/narrate.js';
import { NEW, someCommits } from '../../../support/story.js';

const NOW = new Date('2026-01-02T03:04:05.000Z');

describe('workflows/keep-stack/memory', () => {
  it('whatever a keeper made itself is read back as it was, also out of JSON', () => {
    const made = fc
      .record({
        nextNumber: fc.nat(),
        trigger: fc.constantFrom(...TRIGGERS),
        outcome: fc.constantFrom(...OUTCOMES),
        reason: fc.string(),
        commits: someCommits,
        queued: fc.boolean(),
      })
      .map(({ nextNumber, trigger, outcome, reason, commits, queued }) => {
        const looked = afterLook(freshMemory(nextNumber), { word: 'behind', reason, commits, deploys: queued }, NOW);
        const { memory } = queued ? enqueue(looked, { trigger, force: queued, reason, commits }) : { memory: looked };
        return afterDeployment(memory, { number: 0, outcome, phase: 'pull', message: reason, commits }, NOW);
      });
    fc.assert(
      fc.property(made, (memory) => {
        expect(readMemory(JSON.parse(JSON.stringify(memory)))).toEqual(JSON.parse(JSON.stringify(memory)));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['no number', { queue: [] }],
    ['a number that is no count', { nextNumber: 1.5, queue: [] }],
    ['a number below zero', { nextNumber: -1, queue: [] }],
    ['a number beyond counting', { nextNumber: 2 ** 60, queue: [] }],
    ['no queue', { nextNumber: 1 }],
    ['a queue that is none', { nextNumber: 1, queue: 'all' }],
  ])('%s is refused', (_, value) => {
    expect(readMemory(value)).toBeUndefined();
  });

  it('requests that are none are left out: an empty place in the queue would turn the keeper for ever', () => {
    const request = { number: 3, trigger: 'asked', force: false, reason: 'please' };
    const queue = [null, undefined, {}, { ...request, number: 'x' }, { ...request, commits: [] }, request];
    expect(readMemory({ nextNumber: 4, queue })?.queue).toEqual([request]);
  });

  it('what is malformed besides is left out', () => {
    const memory = {
      nextNumber: 4,
      queue: [],
      last: { number: 1, outcome: 'excellent', message: '', at: NOW.toISOString() },
      look: { word: 'behind', reason: '', commits: null, at: NOW.toISOString() },
      backOff: { commits: { private: NEW }, failures: 1, until: 'tomorrow' },
    };
    expect(readMemory(memory)).toEqual({ nextNumber: 4, queue: [] });
  });

  it('whatever is sent can be read and told without a throw', () => {
    const some = fc.record(
      {
        nextNumber: fc.oneof(fc.nat(), fc.anything()),
        queue: fc.oneof(fc.array(fc.anything()), fc.anything()),
        last: fc.anything(),
        look: fc.anything(),
        backOff: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(some, fc.anything()), (value) => {
        const memory = readMemory(value);
        if (!memory) return;
        const { queue, ...rest } = memory;
        expect(keeperDetails({ stack: 'sample', host: 'here', queued: queue, ...rest })).toContain('sample');
      }),
      { numRuns: 1_000 },
    );
  });
});
