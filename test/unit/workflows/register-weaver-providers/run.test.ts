import { describe, expect, it } from 'vitest';
import type { FollowUpActivities } from '../../../../activities/follow-up-types.js';
import type { WeaverResult } from '../../../../workflows/bird-model.js';
import {
  registerAll,
  registerUntilCurrent,
  type Registration,
} from '../../../../workflows/register-weaver-providers/run.js';
import { FOLLOWED } from '../../../support/follow-up-story.js';

class Cancelled extends Error {}

interface Told {
  result: WeaverResult;
  waitsFor: readonly string[];
}

function story(replaced: Partial<FollowUpActivities> = {}, ask: Partial<Registration['ask']> = {}) {
  const calls: string[] = [];
  const told: Told[] = [];
  const pauses: number[] = [];
  const act = Object.fromEntries(
    Object.entries({ ...FOLLOWED, ...replaced }).map(([name, run]) => [
      name,
      (input: { bird?: string; among?: string[] }) => {
        calls.push([name, input.bird ?? input.among?.join(',') ?? ''].join(' ').trim());
        return (run as (given: unknown) => Promise<unknown>)(input);
      },
    ]),
  ) as unknown as FollowUpActivities;
  const registration: Registration = {
    ask: { stack: 'sample', ...ask },
    act,
    around: {
      now: () => new Date('2026-01-02T03:04:05Z'),
      pause: (milliseconds) => {
        pauses.push(milliseconds);
        return Promise.resolve();
      },
      messageOf: (error) => (error as Error).message,
      isCancellation: (error) => error instanceof Cancelled,
      restart: () => {
        calls.push('restart');
        return Promise.resolve();
      },
    },
    tell: (result, waitsFor) => told.push({ result: structuredClone(result), waitsFor }),
  };
  return { run: () => registerAll(registration), registration, calls, told, pauses };
}

const look =
  (more: object = {}) =>
  () =>
    Promise.resolve({
      ...{ has: true, wanted: ['finch', 'raven'], registered: ['finch'], drops: false, lookSeconds: 20 },
      ...{ maxTimeSeconds: 120 },
      ...more,
    } as never);

describe('workflows/register-weaver-providers/run', () => {
  it('looks, registers each bird, asks the worker and lists once', async () => {
    const { run, calls } = story();
    const result = await run();
    expect(result?.birds.map(({ bird, word }) => `${bird} ${word}`)).toEqual(['finch registered', 'raven registered']);
    expect(calls).toEqual([
      'lookAtWeaver',
      'registerProvider finch',
      'registerProvider raven',
      'checkWeaverWorker',
      'listWeaverProcesses',
    ]);
  });

  it('a stack without Weaver has nothing to do', async () => {
    const { run, calls } = story({ lookAtWeaver: () => Promise.resolve({ has: false }) });
    expect(await run()).toBeUndefined();
    expect(calls).toEqual(['lookAtWeaver']);
  });

  it('one that hangs keeps nobody, and one that fails fails nobody else', async () => {
    let end: (value: never) => void = () => undefined;
    const { run, told } = story({
      lookAtWeaver: look({ wanted: ['finch', 'raven', 'emu'] }),
      registerProvider: ({ bird }) => {
        if (bird === 'finch') return new Promise<never>((resolve) => (end = resolve));
        if (bird === 'raven') return Promise.reject(new Error('the step did not end'));
        return Promise.resolve({ bird, word: 'registered' });
      },
    });
    const ended = run();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.at(-1)?.waitsFor).toEqual(['finch']);
    end({ bird: 'finch', word: 'up to date' } as never);
    const result = await ended;
    expect(result?.birds).toEqual([
      { bird: 'finch', word: 'up to date' },
      { bird: 'raven', word: 'not registered', why: 'the step did not end' },
      { bird: 'emu', word: 'registered' },
    ]);
  });

  it('without birds the worker is asked all the same, and no list', async () => {
    const { run, calls } = story({ lookAtWeaver: look({ wanted: [] }) });
    await run();
    expect(calls).toEqual(['lookAtWeaver', 'checkWeaverWorker']);
  });

  it('registers only those that were asked for, and drops nobody then', async () => {
    const { run, calls } = story({ lookAtWeaver: look({ drops: true }) }, { birds: ['raven'] });
    await run();
    expect(calls.filter((call) => call.startsWith('registerProvider'))).toEqual(['registerProvider raven']);
    expect(calls.join()).not.toContain('Silent');
  });

  it('a failure before anything is asked is the result', async () => {
    const { run } = story({ lookAtWeaver: () => Promise.reject(new Error('Magpie refuses')) });
    expect(await run()).toEqual({ birds: [], removed: [], others: [], failed: 'Magpie refuses' });
  });

  it('a cancellation ends it', async () => {
    const { run } = story({ registerProvider: () => Promise.reject(new Cancelled()) });
    await expect(run()).rejects.toBeInstanceOf(Cancelled);
  });

  describe('what nobody wants', () => {
    it('stays while nobody said that it goes', async () => {
      const { run, calls } = story({ lookAtWeaver: look({ registered: ['finch', 'emu'] }) });
      expect((await run())?.others).toEqual(['emu']);
      expect(calls.join()).not.toContain('Silent');
    });

    it('goes when it is silent at three looks, some time apart', async () => {
      const { run, calls, pauses } = story({
        lookAtWeaver: look({ drops: true, registered: ['finch', 'emu', 'jay'] }),
        findSilentProviders: () => Promise.resolve({ others: ['emu', 'jay'], silent: ['emu'] }),
      });
      const result = await run();
      expect(result).toMatchObject({ removed: ['emu'], others: ['jay'] });
      expect(pauses).toEqual([20_000, 20_000]);
      expect(calls.filter((call) => call.includes('Silent') || call.includes('unregister'))).toEqual([
        'findSilentProviders',
        'findSilentProviders emu',
        'findSilentProviders emu',
        'unregisterProvider emu',
      ]);
    });

    it('that is wanted by now, and so refused, fails nobody else', async () => {
      const { run } = story({
        lookAtWeaver: look({ drops: true, registered: ['finch', 'emu', 'jay'] }),
        findSilentProviders: () => Promise.resolve({ others: ['emu', 'jay'], silent: ['emu', 'jay'] }),
        unregisterProvider: ({ bird }) =>
          bird === 'emu'
            ? Promise.reject(new Error('emu is in WEAVER_WPS_PROVIDERS'))
            : Promise.resolve({ removed: true }),
      });
      expect(await run()).toMatchObject({ removed: ['jay'], others: ['emu'] });
    });

    it('stays when it answers once', async () => {
      let looks = 0;
      const { run, calls } = story({
        lookAtWeaver: look({ drops: true, registered: ['emu'] }),
        findSilentProviders: () => Promise.resolve({ others: ['emu'], silent: (looks += 1) === 3 ? [] : ['emu'] }),
      });
      expect((await run())?.removed).toEqual([]);
      expect(calls.join()).not.toContain('unregister');
    });
  });

  describe('what is wanted otherwise in the end', () => {
    const BASIS = '0123456789abcdef0123456789abcdef';
    const concluding = (changes: number, more: Partial<FollowUpActivities> = {}) => {
      const { registration, calls } = story({ lookAtWeaver: look({ basis: BASIS }), ...more });
      const results: WeaverResult[] = [];
      const run = () =>
        registerUntilCurrent(registration, (result) => {
          results.push(result);
          const changed = results.length <= changes && result.basis !== undefined;
          return Promise.resolve(changed ? { summary: 'changed', changed } : { summary: 'registered 2 of 2' });
        });
      return { run, results, calls };
    };

    it('is done anew', async () => {
      const { run, results, calls } = concluding(1);
      expect(await run()).toBe('registered 2 of 2');
      expect(results.map(({ basis }) => basis)).toEqual([BASIS, BASIS]);
      expect(calls.filter((call) => call === 'lookAtWeaver')).toHaveLength(2);
    });

    it('is not followed for ever', async () => {
      const { run, results } = concluding(100);
      expect(await run()).toBe('registered 2 of 2');
      expect(results.map(({ basis }) => basis)).toEqual([BASIS, BASIS, BASIS, BASIS, undefined]);
    });

    it('is nothing to a stack without Weaver, and nobody concludes', async () => {
      const { run, results } = concluding(0, { lookAtWeaver: () => Promise.resolve({ has: false }) });
      expect(await run()).toBeUndefined();
      expect(results).toEqual([]);
    });
  });

  describe('the worker', () => {
    const answers = (...states: ('ready' | 'failed')[]) => ({
      checkWeaverWorker: () => Promise.resolve({ state: states.shift() ?? 'ready', why: 'no answer' }),
    });

    it('is restarted once when it does not answer, and asked again', async () => {
      const { run, calls } = story(answers('failed', 'ready'));
      expect((await run())?.worker).toMatchObject({ state: 'ready', restarted: true });
      expect(calls.filter((call) => /Worker|restart/.test(call))).toEqual([
        'checkWeaverWorker',
        'restart',
        'checkWeaverWorker',
      ]);
    });

    it('is not restarted for ever', async () => {
      const { run, calls } = story(answers('failed', 'failed', 'failed'));
      expect((await run())?.worker).toMatchObject({ state: 'failed', restarted: true });
      expect(calls.filter((call) => call === 'restart')).toHaveLength(1);
    });

    it('one that is content is left alone', async () => {
      const { run, calls } = story(answers('ready'));
      await run();
      expect(calls).not.toContain('restart');
    });
  });
});
