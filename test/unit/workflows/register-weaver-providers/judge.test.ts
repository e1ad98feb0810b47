import { describe, expect, it } from 'vitest';
import type { BirdOutcome, WeaverResult } from '../../../../workflows/bird-model.js';
import { isInStep, summaryOf } from '../../../../workflows/register-weaver-providers/judge.js';

const well = (bird: string): BirdOutcome => ({ bird, word: 'up to date', processes: 3 });
const sick: BirdOutcome = { bird: 'raven', word: 'not registered', why: 'answers with status 503', todo: 'look at it' };
const silent: BirdOutcome = { bird: 'emu', word: 'not answering', why: 'refuses connections' };
const result = (more: Partial<WeaverResult> = {}): WeaverResult => ({
  ...{ birds: [well('finch')], removed: [], others: [], worker: { state: 'ready' } },
  listing: { holds: { finch: 3 }, breaks: [], breaksIds: [] },
  ...more,
});

describe('workflows/register-weaver-providers/judge', () => {
  it('everything is in step', () => {
    expect(isInStep(result())).toBe(true);
    expect(summaryOf(result())).toEqual(['registered 1 of 1']);
  });

  it('counts, and names who is missing with what to do', () => {
    const so = result({ birds: [well('finch'), sick, silent] });
    expect(isInStep(so)).toBe(false);
    expect(summaryOf(so)[0]).toBe(
      'registered 2 of 3: raven: answers with status 503 (to do: look at it); emu: registered, refuses connections',
    );
  });

  it('no bird is wanted', () => {
    const { listing: _none, ...so } = result({ birds: [] });
    expect(isInStep(so)).toBe(true);
    expect(summaryOf(so)).toEqual(['no bird is wanted']);
  });

  it('a worker that does not take jobs is told, with whether it was restarted', () => {
    const worker = { state: 'failed', why: 'Celery gives no answer' } as const;
    expect(isInStep(result({ worker }))).toBe(false);
    expect(summaryOf(result({ worker: { ...worker, restarted: true } }))[1]).toMatch(
      /^the worker does not take jobs, also after a restart: Celery gives no answer \(to do: /,
    );
    expect(summaryOf(result({ worker: { state: 'ready', restarted: true } }))[1]).toBe(
      'the worker answers after a restart',
    );
    expect(isInStep(result({ worker: { state: 'elsewhere' } }))).toBe(true);
  });

  it('a list that nobody gets is told with the birds because of which it fails', () => {
    const listing = { failed: 'its answer has status 500', breaks: ['emu'], breaksIds: [] };
    expect(isInStep(result({ listing }))).toBe(false);
    expect(summaryOf(result({ listing }))[1]).toContain('because of emu');
  });

  it('a list without details that fails is told, and is no failure of the promise', () => {
    const listing = { holds: { finch: 3 }, breaks: [], breaksIds: ['emu'] };
    expect(isInStep(result({ listing }))).toBe(true);
    expect(summaryOf(result({ listing }))[1]).toContain('fails because of emu');
  });

  it('what came to nothing says why and nothing else', () => {
    const so = result({ failed: 'Magpie refuses the credentials.\nMore.' });
    expect(isInStep(so)).toBe(false);
    expect(summaryOf(so)).toEqual(['Magpie refuses the credentials.', 'More.']);
  });

  it('a bird without processes is in step, and told', () => {
    const so = result({ birds: [{ bird: 'emu', word: 'registered', processes: 0, why: 'offers no process' }] });
    expect(isInStep(so)).toBe(true);
    expect(summaryOf(so)).toEqual(['registered 1 of 1', 'emu offers no process']);
  });
});
