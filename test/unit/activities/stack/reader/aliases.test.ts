import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AliasPair } from '../../../../../activities/stack/reader/alias-table.js';
import { copiedAs, extended, fillNew, fillOld, parseAliases } from '../../../../../activities/stack/reader/aliases.js';

const text = copiedAs('text');
const name = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F');
const pairs = fc.array(fc.tuple(name, name), { maxLength: 8 });
/** Tables as upstream has one: a name is deprecated or a replacement, and deprecated once. */
const table = fc
  .uniqueArray(fc.constantFrom('O1', 'O2', 'O3', 'O4'))
  .chain((old) => fc.tuple(...old.map((one) => fc.tuple(fc.constant(one), fc.constantFrom('N1', 'N2', 'N3')))));
const value = fc.constantFrom<string[]>('', ' ', 'a', 'b\n', '\n', 'a  b\n\n', '0');
const values = (names: fc.Arbitrary<string>) => fc.array(fc.tuple(names, value)).map((all) => new Map(all));
const some = values(fc.constantFrom('O1', 'O2', 'O3', 'O4', 'N1', 'N2', 'N3'));
const before = <K, V>(map: ReadonlyMap<K, V>) => new Map(map);

describe('activities/stack/reader/aliases', () => {
  it('a deprecated name that is set beats its replacement, the last of the table before the others', () => {
    fc.assert(
      fc.property(table, some, (all, set) => {
        const former = before(set);
        fillNew(all, set, text);
        for (const replacement of ['N1', 'N2', 'N3']) {
          const giver = all.findLast(([old, given]) => given === replacement && former.has(old))?.[0];
          const expected = giver === undefined ? former.get(replacement) : text(former.get(giver) ?? '');
          expect(set.get(replacement)).toBe(expected);
        }
        for (const [old] of all) expect(set.get(old)).toBe(former.get(old));
      }),
    );
  });

  it('a deprecated name that is set keeps its value, whatever its replacement holds', () => {
    fc.assert(
      fc.property(
        pairs,
        values(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F')),
        fc.constantFrom('text', 'words'),
        (all, set, how) => {
          const former = before(set);
          fillOld(all, set, copiedAs(how));
          for (const [old, kept] of former) expect(set.get(old)).toBe(kept);
        },
      ),
    );
  });

  it('a deprecated name is unset afterwards only when its replacement is', () => {
    fc.assert(
      fc.property(table, some, (all, set) => {
        fillOld(all, set, text);
        for (const [old, replacement] of all) expect(set.has(old) || !set.has(replacement)).toBe(true);
      }),
    );
  });

  it('with both steps, both names of a pair alone hold the same', () => {
    fc.assert(
      fc.property(some, (set) => {
        const all: AliasPair[] = [
          ['O1', 'N1'],
          ['O2', 'N2'],
        ];
        fillOld(all, set, text);
        fillNew(all, set, text);
        for (const [old, replacement] of all) expect(text(set.get(old) ?? '')).toBe(set.get(replacement) ?? '');
      }),
    );
  });

  it('assignments done in order make what the values say', () => {
    fc.assert(
      fc.property(pairs, values(name), fc.constantFrom(fillOld, fillNew), (all, set, fill) => {
        const done = before(set);
        for (const { to, from } of fill(all, set, text)) done.set(to, text(done.get(from) ?? ''));
        expect(done).toEqual(set);
      }),
    );
  });

  it('goes through the table backwards to fill and forwards to give', () => {
    const twice: AliasPair[] = [
      ['OLD', 'FIRST'],
      ['OLD', 'LAST'],
    ];
    const filled = new Map([
      ['FIRST', '1'],
      ['LAST', '2'],
    ]);
    fillOld(twice, filled, text);
    expect(filled.get('OLD')).toBe('2');
    const chain: AliasPair[] = [
      ['A', 'B'],
      ['B', 'C'],
    ];
    const given = new Map([['A', 'a']]);
    expect(fillNew(chain, given, text).map(({ to }) => to)).toEqual(['B', 'C']);
  });

  it('an empty deprecated name is set: it empties its replacement', () => {
    const set = new Map([
      ['OLD', ''],
      ['NEW', 'x'],
    ]);
    fillNew([['OLD', 'NEW']], set, text);
    expect(set.get('NEW')).toBe('');
  });

  it('copies without newlines at the end, and by words with single blanks', () => {
    expect(text('\n a  b \n\n')).toBe('\n a  b ');
    expect(copiedAs('words')(' a\t b \n\nc\r\n')).toBe('a b c\r');
  });

  it('reads words of the form OLD=NEW, and tells the others', () => {
    expect(parseAliases('\n  A=B\n\tC_1=D\n')).toEqual({
      pairs: [
        ['A', 'B'],
        ['C_1', 'D'],
      ],
      wrong: [],
    });
    expect(parseAliases('A=B=C 9=A A= =B A a-b=C A=$B').pairs).toEqual([['A', 'A']]);
    expect(parseAliases('A=B=C 9=A A= =B a-b=C A=$B')).toEqual({
      pairs: [],
      wrong: ['A=B=C', '9=A', 'A=', '=B', 'a-b=C', 'A=$B'],
    });
    expect(parseAliases(' \n')).toEqual({ pairs: [], wrong: [] });
  });

  it('a list that names the replacement names the deprecated one as well, in the order of the table', () => {
    const all: AliasPair[] = [
      ['O2', 'N2'],
      ['O1', 'N1'],
      ['O3', 'N1'],
    ];
    expect(extended(all, '\n  $N1\n  $N2\n  $X', '$')).toEqual(['$O2', '$O1', '$O3']);
    expect(extended(all, 'N1 X', '')).toEqual(['O1', 'O3']);
    expect(extended(all, 'N1 $N2x ${N2}', '$')).toEqual([]);
    expect(
      extended(
        [
          ['B', 'A'],
          ['C', 'B'],
        ],
        '$A',
        '$',
      ),
    ).toEqual(['$B', '$C']);
  });
});
