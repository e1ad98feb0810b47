import { describe, expect, it } from 'vitest';
import { nearest } from '../../../../activities/shared/nearest.js';

describe('activities/shared/nearest', () => {
  it.each([
    ['limt', 'limit'],
    ['Services', 'services'],
    ['intervall', 'interval'],
    ['x', 'url'],
    ['x'.repeat(100_000), 'services'],
  ])('%s', (word, wanted) => {
    expect(nearest(word, ['services', 'limit', 'interval', 'url'])).toBe(wanted);
  });

  it('knows nothing of nothing', () => {
    expect(nearest('x', [])).toBeUndefined();
  });
});
