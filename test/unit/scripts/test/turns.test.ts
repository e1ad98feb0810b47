import { describe, expect, it } from 'vitest';
import { takeTurns } from '../../../../scripts/test/turns.mjs';

function heard() {
  const words: string[] = [];
  const take = takeTurns((chunk) => void words.push(String(chunk)));
  return { words, take };
}

describe('scripts/test/turns', () => {
  it('the first is heard as it speaks, the second when the first has ended, and from then as it speaks', () => {
    const { words, take } = heard();
    const [one, two] = [take(), take()];
    two.say('c');
    one.say('a');
    expect(words).toEqual(['a']);
    one.say('b');
    one.end();
    expect(words).toEqual(['a', 'b', 'c']);
    two.say('d');
    expect(words).toEqual(['a', 'b', 'c', 'd']);
  });

  it('one that ends before its turn is heard whole when it comes', () => {
    const { words, take } = heard();
    const [one, two, three] = [take(), take(), take()];
    two.say('b');
    two.end();
    three.say('c');
    expect(words).toEqual([]);
    one.end();
    expect(words).toEqual(['b', 'c']);
  });

  it('a turn that is taken later comes after those that wait', () => {
    const { words, take } = heard();
    const one = take();
    const two = take();
    one.end();
    const three = take();
    three.say('c');
    two.say('b');
    two.end();
    expect(words).toEqual(['b', 'c']);
  });
});
