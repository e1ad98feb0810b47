import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, isMixed } from '../../../../activities/shared/bytes.js';

/** Bytes that are mostly pieces of characters. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 6 }).map((part) => Buffer.from(part)),
      fc.string({ unit: 'binary', maxLength: 4 }).map((part) => Buffer.from(part, 'utf8')),
      fc
        .constantFrom([0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xb2, 0x80], [0xed, 0xa0, 0x80], [0xc0, 0x80])
        .map((part) => Buffer.from(part)),
      fc
        .constantFrom([0xf4, 0x90, 0x80, 0x80], [0xf8], [0xff], [0xef, 0xbb, 0xbf], [0xef, 0xbf, 0xbd])
        .map((part) => Buffer.from(part)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

describe('activities/shared/bytes', () => {
  it('any bytes come back', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(encode(decode(given))).toEqual(given);
      }),
      { numRuns: 2_000 },
    );
  });

  it('different bytes are different texts', () => {
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        expect(decode(one) === decode(other)).toBe(one.equals(other));
      }),
    );
  });

  it('UTF-8 is text as everybody reads it, a byte order mark included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const given = Buffer.from(`\ufeff${text}`, 'utf8');
        expect(decode(given)).toBe(`\ufeff${text}`);
        expect(encode(text)).toEqual(Buffer.from(text, 'utf8'));
        expect(isMixed(text)).toBe(false);
      }),
    );
  });

  it('tells whether a text stands for other bytes than UTF-8', () => {
    const isUtf8 = (given: Buffer) => Buffer.from(given.toString('utf8'), 'utf8').equals(given);
    fc.assert(
      fc.property(bytes, (given) => {
        expect(isMixed(decode(given))).toBe(!isUtf8(given));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [[0xe9], '\udce9'],
    [[0x61, 0xff, 0x62], 'a\udcffb'],
    [[0xe2, 0x82], '\udce2\udc82'],
    [[0xed, 0xb2, 0x80], '\udced\udcb2\udc80'],
    [[0xc3, 0xa9, 0xa9], 'é\udca9'],
  ])('has a lone half for each byte that is none in %j', (given, text) => {
    expect(decode(Buffer.from(given))).toBe(text);
  });

  it('takes a pair for a character and a half of another range for what it is', () => {
    expect(encode('😀')).toEqual(Buffer.from('😀', 'utf8'));
    expect(isMixed('\ud83d\ude00 \ud800 \udc00')).toBe(false);
    expect(isMixed('\ud800\udce9')).toBe(false);
  });
});
