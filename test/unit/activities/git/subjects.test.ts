import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SUBJECT, tidySubject } from '../../../../activities/git/subjects.js';

describe('activities/git/subjects', () => {
  it('at most a hundred characters, cut between characters', () => {
    expect([...tidySubject('🐦'.repeat(200))]).toHaveLength(MAX_SUBJECT);
    expect(tidySubject('x'.repeat(100))).toBe('x'.repeat(100));
  });

  it('whatever is written into a commit, one line without control characters comes out', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('\0', '\n', '\u001b', '\u202e', ' ', 'a', 'ä', '🐦'), maxLength: 150 }),
        (text) => {
          const subject = tidySubject(text);
          expect(subject).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect([...subject].length).toBeLessThanOrEqual(MAX_SUBJECT);
        },
      ),
    );
  });
});
