import { describe, expect, it } from 'vitest';
import { countedFrom, isDue, isQuiet, seeAgain } from '../../../../activities/log-rotation/due.js';
import { RotationRules } from '../../../../activities/log-rotation/rules.js';

const rules = RotationRules.parse({});
const monday = '2026-03-02T04:05:00.000Z';
const at = (time: string) => new Date(time);

describe('activities/log-rotation/due', () => {
  it.each([
    ['on the sixth day', '2026-03-08T23:59:59Z', 600_000, false],
    ['on the seventh day, also a minute early', '2026-03-09T04:04:00Z', 600_000, true],
    ['long after', '2027-01-01T00:00:00Z', 600_000, true],
    ['when it has 500 kB', '2026-03-09T04:05:00Z', 512_000, true],
    ['with a byte less', '2026-03-09T04:05:00Z', 511_999, false],
  ])('%s', (_, now, bytes, due) => {
    expect(isDue({ since: monday, bytes }, at(now), rules)).toBe(due);
  });

  it('without a number of days its size alone decides', () => {
    const bySize = { ...rules, everyDays: 0, minimumBytes: 1 };
    expect(isDue({ since: monday, bytes: 1 }, at(monday), bySize)).toBe(true);
    expect(isDue({ since: monday, bytes: 0 }, at(monday), bySize)).toBe(false);
  });

  it('a log that is new, or was seen in the future, counts from now', () => {
    const now = at('2026-03-02T05:00:00Z');
    expect(countedFrom(undefined, now)).toBe('2026-03-02T05:00:00.000Z');
    expect(countedFrom('2030-01-01T00:00:00Z', now)).toBe('2026-03-02T05:00:00.000Z');
    expect(countedFrom(monday, now)).toBe(monday);
  });

  it('a file is quiet when it is the same for a week; whatever changes begins it anew', () => {
    const first = seeAgain(undefined, { bytes: 5, modifiedMs: 1 }, at(monday));
    const later = at('2026-03-09T04:05:00Z');
    expect(isQuiet(first, at('2026-03-09T04:04:59Z'), rules)).toBe(false);
    expect(isQuiet(seeAgain(first, { bytes: 5, modifiedMs: 1 }, later), later, rules)).toBe(true);
    expect(isQuiet(seeAgain(first, { bytes: 6, modifiedMs: 1 }, later), later, rules)).toBe(false);
    expect(isQuiet(seeAgain(first, { bytes: 5, modifiedMs: 2 }, later), later, rules)).toBe(false);
  });
});
