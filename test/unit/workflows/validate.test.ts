import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCommits, isName, isObject, isStackInput, reasonOf } from '../../../workflows/validate.js';
import { NEW } from '../../support/story.js';

describe('workflows/validate', () => {
  it.each(['a', 'birdhouse', 'host-1.example_x', '0', 'x'.repeat(63)])('%s is a name', (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each(['', '-a', '.', '..', 'a/b', 'a b', 'a\n', 'ü', '$(id)', 'x'.repeat(64), 3, null, undefined, ['a']])(
    '%j is no name',
    (name) => {
      expect(isName(name)).toBe(false);
    },
  );

  it.each([
    [{ v: 1, host: 'h', stack: 's' }, true],
    [{ v: 1, host: 'h', stack: 's', more: true }, true],
    [{ v: 2, host: 'h', stack: 's' }, false],
    [{ v: '1', host: 'h', stack: 's' }, false],
    [{ host: 'h', stack: 's' }, false],
    [{ v: 1, host: '../h', stack: 's' }, false],
    [{ v: 1, host: 'h', stack: {} }, false],
    [[], false],
    [undefined, false],
  ])('%j as a stack input: %s', (value, answer) => {
    expect(isStackInput(value)).toBe(answer);
  });

  it.each([
    [{}, true],
    [{ private: NEW }, true],
    [{ private: NEW.slice(0, 7) }, true],
    [{ private: NEW.slice(0, 6) }, false],
    [{ private: NEW.toUpperCase() }, false],
    [{ private: `${NEW}\n` }, false],
    [{ private: 7 }, false],
    [{ ['x'.repeat(201)]: NEW }, false],
    [[NEW], false],
    [null, false],
  ])('%j as commits: %s', (value, answer) => {
    expect(isCommits(value)).toBe(answer);
  });

  it('a reason is the text, or that of an object', () => {
    expect(reasonOf('because', 'else')).toBe('because');
    expect(reasonOf({ reason: 'because' }, 'else')).toBe('because');
    for (const value of [undefined, null, 3, [], {}, { reason: 3 }, '', ' \n\t ', '\u0000'])
      expect(reasonOf(value, 'else')).toBe('else');
  });

  it('a reason is on one line, without control characters, whole characters, at most 300', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 250, maxLength: 350 }), (text) => {
        const reason = reasonOf(text, 'else');
        // eslint would object to control characters in a pattern.
        expect([...reason].every((c) => c >= ' ' && c !== '\u007f')).toBe(true);
        expect([...reason].length).toBeLessThanOrEqual(300);
        expect(reason).toBe(reason.trim());
      }),
    );
  });

  it('a long reason is cut between characters', () => {
    const reason = reasonOf('x' + '😀'.repeat(400), 'else');
    expect(reason).toBe('x' + '😀'.repeat(299));
  });

  it('questions answer whatever they are asked', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const ask of [isObject, isName, isStackInput, isCommits]) expect(typeof ask(value)).toBe('boolean');
        expect(typeof reasonOf(value, 'else')).toBe('string');
      }),
      { numRuns: 1_000 },
    );
  });
});
