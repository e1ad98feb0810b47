import { describe, expect, it } from 'vitest';
import { statusOfCheck } from '../../../../client/commands/check.js';

describe('client/commands/check', () => {
  it.each([
    ['up to date', false, 0],
    ['behind', true, 10],
    ['blocked', false, 3],
    ['quarantined', false, 3],
    ['degraded', false, 3],
    ['drifted', false, 3],
    ['drifted', true, 10],
  ] as const)('%s (deploys: %s) is status %i with --exit-code', (word, deploys, status) => {
    expect(statusOfCheck({ word, deploys })).toBe(status);
  });
});
