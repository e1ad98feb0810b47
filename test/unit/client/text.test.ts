import { describe, expect, it } from 'vitest';
import { age, columns, isoSeconds, oneLine, printable } from '../../../client/text.js';

const ESC = '\u001b';

describe('client/text', () => {
  it('takes escape sequences and control characters out of the text of others', () => {
    expect(printable(`${ESC}[31mred${ESC}[0m ${ESC}]0;title\u0007bell\u0007 \u0000nul`)).toBe('red bell nul');
    expect(printable('one\r\ntwo\rthree')).toBe('one\ntwo\nthree');
    expect(oneLine('  a commit\n\tsubject ')).toBe('a commit subject');
  });

  it('puts cells under each other and leaves the last one as long as it is', () => {
    expect(
      columns(
        [
          ['a', 'long', 'x'],
          ['bbb', 'b', 'yyyy'],
        ],
        '  ',
      ),
    ).toEqual(['  a    long  x', '  bbb  b     yyyy']);
    expect(
      columns([
        ['a', ''],
        ['b', ''],
      ]),
    ).toEqual(['a', 'b']);
    expect(columns([])).toEqual([]);
  });

  it.each([
    [5, '5 s'],
    [600, '10 min'],
    [7_200, '2 h'],
    [400_000, '5 days'],
    [-30, '0 s'],
  ])('tells an age of %i seconds as %s', (seconds, said) => {
    const now = new Date('2026-11-24T10:00:00Z');
    expect(age(new Date(now.getTime() - seconds * 1000).toISOString(), now)).toBe(said);
  });

  it('does not pretend to know the age of a time that is none', () => {
    expect(age('soon', new Date())).toBe('an unknown time');
  });

  it('spells the offset out, as log watchers know it', () => {
    expect(isoSeconds(new Date('2026-11-24T10:00:00.789Z'))).toBe('2026-11-24T10:00:00+00:00');
  });
});
