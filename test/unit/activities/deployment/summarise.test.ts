import { describe, expect, it } from 'vitest';
import { notNamed } from '../../../../activities/deployment/summarise.js';

describe('activities/deployment/summarise', () => {
  it('says how much a plan does not name', () => {
    expect(notNamed(60, 50)).toEqual([]);
    expect(notNamed(61, 52)).toEqual([
      '1 more services are touched: a plan names 60 at most.',
      '2 more files are rendered: a plan names 50 at most.',
    ]);
  });
});
