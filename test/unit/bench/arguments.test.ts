import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments, usage } from '../../../bench/arguments.js';

const NAMES = ['check', 'worker'];
const parse = (...args: string[]) => parseArguments(args, NAMES);

describe('bench/arguments', () => {
  it('without a word everything is measured five times', () => {
    expect(parse()).toEqual({ only: [], runs: 5, small: false });
  });

  it('takes options in both spellings', () => {
    expect(parse('--only', 'check', '--only=worker', '--runs=2', '--small')).toEqual({
      only: ['check', 'worker'],
      runs: 2,
      small: true,
    });
  });

  it.each([
    [['--only', 'nothing'], '--only takes one of check, worker.'],
    [['--only'], '--only takes one of check, worker.'],
    [['--runs', '0'], '--runs takes a number from 1 to 100.'],
    [['--runs'], '--runs takes a number from 1 to 100.'],
    [['--fast'], '--fast is not known.'],
  ])('%j: %s', (args, problem) => {
    expect(parse(...args)).toEqual({ problem });
  });

  it('names every figure in the help', () => {
    for (const name of NAMES) expect(usage(NAMES)).toContain(name);
  });

  it('whatever is given is understood or refused with a sentence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('--only', '--runs', '--small', 'check', '3'))),
        (args) => {
          const asked = parse(...args);
          if ('problem' in asked) expect(asked.problem).toMatch(/\.$/);
          else expect(asked.runs).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
