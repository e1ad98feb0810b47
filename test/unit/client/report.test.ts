import { describe, expect, it } from 'vitest';
import { newestLook } from '../../../client/report.js';

const look = (at: string, word: 'blocked' | 'up to date') => ({ word, reason: word, commits: {}, at });
const blocked = look('2026-01-01T00:00:00.000Z', 'blocked');
const level = look('2026-01-01T00:05:00.000Z', 'up to date');

describe('client/report', () => {
  it('a look that found nothing to do replaces the block that the keeper was told of', () => {
    expect(newestLook(level, blocked)).toBe(level);
  });

  it('what the keeper was told later than the record stands', () => {
    expect(newestLook(blocked, level)).toBe(level);
  });

  it('the one that is there is told', () => {
    expect(newestLook(null, blocked)).toBe(blocked);
    expect(newestLook(level, null)).toBe(level);
    expect(newestLook(null, null)).toBeNull();
  });
});
