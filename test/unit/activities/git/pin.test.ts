import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pinRef, readPin } from '../../../../activities/git/pin.js';

const id = 'a1'.repeat(20);

describe('activities/git/pin', () => {
  it.each([
    [id, { kind: 'commit', name: id }],
    [` ${id.toUpperCase()}\n`, { kind: 'commit', name: id }],
    ['b2'.repeat(32), { kind: 'commit', name: 'b2'.repeat(32) }],
    ['v1.2.3', { kind: 'tag', name: 'v1.2.3', abbreviated: false }],
    ['refs/tags/v1', { kind: 'tag', name: 'v1', abbreviated: false }],
    ['release/1.0', { kind: 'tag', name: 'release/1.0', abbreviated: false }],
    ['4f2a91c', { kind: 'tag', name: '4f2a91c', abbreviated: true }],
    ['--upload-pack=x', { kind: 'tag', name: '--upload-pack=x', abbreviated: false }],
    ['v*', { kind: 'nothing', name: 'v*' }],
    ['a:b', { kind: 'nothing', name: 'a:b' }],
    ['a b', { kind: 'nothing', name: 'a b' }],
    ['a/../b', { kind: 'nothing', name: 'a/../b' }],
    ['', { kind: 'nothing', name: '' }],
  ])('%j', (text, pin) => {
    expect(readPin(text)).toEqual(pin);
  });

  it('whatever the text, it is read, and what passes for a tag is a name to git, as is the ref that keeps it', () => {
    const odd = fc.constantFrom(
      'a',
      '-',
      '.',
      '/',
      '~',
      '@',
      '{',
      '*',
      ':',
      ' ',
      '\\',
      '\u007f',
      '.lock',
      'ä',
      '%',
      "'",
    );
    const texts = fc.sample(fc.array(odd, { minLength: 1, maxLength: 4 }), 60).map((parts) => parts.join(''));
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => readPin(text).kind !== undefined));
    for (const text of texts) {
      const pin = readPin(text);
      if (pin.kind !== 'tag') continue;
      for (const ref of [`refs/tags/${pin.name}`, pinRef(pin.name)]) execFileSync('git', ['check-ref-format', ref]);
    }
  });

  it('no two names share a ref, nor does one lie below another', () => {
    expect(pinRef('v1/x')).not.toContain(`${pinRef('v1')}/`);
    expect(new Set(['v1/x', 'v1%2Fx', 'v1', 'V1'].map(pinRef)).size).toBe(4);
  });
});
