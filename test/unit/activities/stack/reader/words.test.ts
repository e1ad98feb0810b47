import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../../../../activities/shared/bytes.js';
import { WordStream } from '../../../../../activities/stack/reader/words.js';

const word = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0)));

/** The text in pieces that end at the places. */
function cut(text: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...ends, text.length].map((end, at) => text.subarray(at === 0 ? 0 : ends[at - 1], end));
}

describe('activities/stack/reader/words', () => {
  it('gives the same words however the text is cut, in the middle of a character too', () => {
    fc.assert(
      fc.property(fc.array(word), fc.array(fc.nat()), word, (words, places, rest) => {
        const stream = new WordStream();
        const text = Buffer.concat([...words.flatMap((bytes) => [bytes, Buffer.of(0)]), rest]);
        const taken = cut(text, places).flatMap((chunk) => stream.take(chunk));
        expect(taken.map(encode)).toEqual(words);
        expect(stream.take(Buffer.of(0)).map(encode)).toEqual([rest]);
      }),
    );
  });

  it('gives an empty word as one', () => {
    expect(new WordStream().take(Buffer.from('\0a\0\0'))).toEqual(['', 'a', '']);
  });
});
