import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tidyText } from '../../../../activities/git/for-person.js';

describe('activities/git/for-person', () => {
  it('a text becomes one bounded line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\0', '\n', '\u001b', ' ', 'a', '🐦'), maxLength: 100 }),
        (text) => {
          const line = tidyText(text, 40);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect([...line].length).toBeLessThanOrEqual(40);
        },
      ),
    );
  });
});
