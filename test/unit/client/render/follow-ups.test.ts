import { describe, expect, it } from 'vitest';
import { describeCowbird, describeWeaver, followUpsTodo } from '../../../../client/render/follow-ups.js';
import type { StackReport } from '../../../../client/schemas.js';
import type { BirdOutcome, BirdWord } from '../../../../workflows/bird-model.js';

type Weaver = NonNullable<StackReport['weaver']>;
type Cowbird = NonNullable<StackReport['cowbird']>;

const now = new Date('2026-11-24T12:00:00Z');
const AT = '2026-11-24T11:48:00Z';
const bird = (name: string, word: BirdWord, why?: string): BirdOutcome => ({
  ...{ bird: name, word },
  ...(why === undefined ? {} : { why }),
});
const finch = bird('finch', 'up to date');
const raven = bird('raven', 'not registered', 'does not answer within 5 s');
const weaver = (more: Partial<Weaver>): Weaver => ({
  ...{ at: AT, inStep: false, birds: [finch], others: [], summary: 'Magpie refuses the administrator' },
  ...more,
});
const cowbird = (more: Partial<Cowbird>): Cowbird => ({
  ...{ at: AT, inStep: true, version: '2.6.0', workerVersion: '2.6.0' },
  ...{ handlers: [], findings: [], withoutWorkspace: [] },
  ...more,
});

describe('client/render/follow-ups', () => {
  it.each<[string, Partial<Weaver>, string]>([
    ['all well', { inStep: true }, '1 of 1 registered, 12 min ago'],
    ['one missing', { birds: [finch, raven] }, '1 of 2 registered, 12 min ago: raven does not answer within 5 s'],
    [
      'one silent and one missing, which comes first',
      { birds: [bird('emu', 'not answering'), finch, raven] },
      '2 of 3 registered, 1 answering, 12 min ago: raven does not answer within 5 s; emu is not answering',
    ],
    ['no bird is wanted', { birds: [], inStep: true }, 'none is wanted, 12 min ago'],
    [
      'the worker and the list fail',
      { worker: 'failed', listed: false },
      '1 of 1 registered, 12 min ago: the worker of Weaver does not take jobs; nobody gets the list of all processes',
    ],
    [
      'a worker elsewhere, and a list',
      { inStep: true, worker: 'elsewhere', listed: true },
      '1 of 1 registered, 12 min ago',
    ],
    ['it came to nothing', {}, '1 of 1 registered, 12 min ago: Magpie refuses the administrator'],
  ])('birds, %s', (_, note, line) => {
    expect(describeWeaver(weaver(note), now)).toBe(line);
  });

  it('names five of many birds', () => {
    const birds = Array.from({ length: 7 }, (_, at) => bird(`bird-${at}`, 'not registered', 'is down'));
    expect(describeWeaver(weaver({ birds }), now)).toMatch(/bird-4 is down and 2 more$/);
  });

  it.each<[string, Partial<Cowbird>, string]>([
    ['in step', {}, 'in step, 12 min ago; version 2.6.0'],
    [
      'users have no workspace',
      { withoutWorkspace: ['ann', 'bob'] },
      'in step, 12 min ago; version 2.6.0; 2 users without a workspace',
    ],
    [
      'two findings',
      {
        inStep: false,
        withoutWorkspace: ['ann'],
        findings: [
          { what: 'worker', why: 'It does\nnot answer.', todo: 'Start it.' },
          { what: 'webhooks', why: 'There is none.', todo: 'Restart Magpie.' },
        ],
      },
      'not in step, 12 min ago; worker: It does not answer; webhooks: There is none; 1 user without a workspace',
    ],
    ['nothing says what', { inStep: false }, 'not in step, 12 min ago'],
  ])('Cowbird, %s', (_, note, line) => {
    expect(describeCowbird(cowbird(note), now)).toBe(line);
  });

  it('says what to do of what is not in step, and nothing of what is, or is not there', () => {
    expect(followUpsTodo({})).toEqual([]);
    expect(followUpsTodo({ weaver: weaver({ inStep: true }), cowbird: cowbird({}) })).toEqual([]);
    const todo = followUpsTodo({ weaver: weaver({}), cowbird: cowbird({ inStep: false }) });
    expect(todo).toHaveLength(2);
    expect(todo[0]).toContain('birdkeeper weaver register');
    expect(todo[1]).toContain('birdkeeper cowbird verify');
  });
});
