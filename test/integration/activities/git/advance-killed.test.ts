import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { killMerges } from './killed-merge.js';

describe('activities/git/advance', () => {
  let root: string;

  beforeAll(async () => {
    root = await makeScratch('advance-killed');
  });
  afterAll(() => removeScratch(root));

  it('SIGKILL inside git merge, at 7 places: finished or reversed', { timeout: 120_000 }, async () => {
    const results = await killMerges(root, { size: 60, kills: 7 });
    expect(results.filter((result) => result === 'repaired').length).toBeGreaterThan(3);
  });

  it('SIGKILL inside git reset --keep, at 6 places: finished or reversed', { timeout: 120_000 }, async () => {
    const results = await killMerges(root, { size: 60, kills: 6, moves: 'reset' });
    expect(results.filter((result) => result === 'repaired').length).toBeGreaterThan(2);
  });
});
