import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCommits, isName, isObject, isStackInput, reasonOf, whoOf } from '../../../workflows/validate.js';
import { hostileText, hostileValue, nearly } from '../../support/hostile.js';
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

  it.each([
    ['half a character', 'a\ud800b', 'a\ufffdb'],
    ['what steers a terminal', 'a\u001b[31mb\u009b2Jc', 'a [31mb 2Jc'],
    ['what turns a line around', 'a\u202eb', 'a b'],
    ['line ends of all kinds', 'a\r\nb\u2028c\u0085d', 'a b c d'],
  ])('a reason is kept without %s', (_, given, reason) => {
    expect(reasonOf(given, 'else')).toBe(reason);
  });

  it('a long reason and a long name are cut between characters', () => {
    expect(reasonOf('x' + '😀'.repeat(400), 'else')).toBe('x' + '😀'.repeat(299));
    expect(whoOf({ by: 'x' + '😀'.repeat(400) })).toBe('x' + '😀'.repeat(99));
  });

  it('a reason and a name are short lines that can be shown and kept, whatever was sent', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, hostileValue), (value) => {
        for (const [said, most] of [
          [reasonOf(value, 'else'), 300],
          [reasonOf({ reason: value }, 'else'), 300],
          [whoOf({ by: value }), 100],
        ] as const) {
          expect(said).toMatch(/^\S(.*\S)?$/);
          expect(said).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect([...said].length).toBeLessThanOrEqual(most);
          expect(said.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('questions answer whatever they are asked, and yes only to what is so', () => {
    const good = { v: 1, host: 'h', stack: 's' };
    const given = fc.oneof(hostileValue, nearly(good, hostileValue), nearly({ private: NEW }, hostileValue));
    fc.assert(
      fc.property(given, (value) => {
        for (const ask of [isObject, isName, isStackInput, isCommits]) expect(typeof ask(value)).toBe('boolean');
        if (isStackInput(value)) expect(`${value.host} ${value.stack}`).toMatch(/^[\w.-]+ [\w.-]+$/);
        if (isCommits(value)) for (const commit of Object.values(value)) expect(commit).toMatch(/^[0-9a-f]+$/);
      }),
      { numRuns: 1_000 },
    );
  });
});
