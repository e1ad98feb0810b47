import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { killMerges } from './killed-merge.js';

describe('activities/git/advance', () => {
  let root: string;

  beforeAll(async () => {
    root = await makeScratch('advance-killed');
  });
  afterAll(() => removeScratch(root));

  it('SIGKILL inside git merge, at 12 places: finished or reversed', { timeout: 120_000 }, async () => {
    const results = await killMerges(root, { size: 60, kills: 12 });
    expect(results.filter((result) => result === 'repaired').length).toBeGreaterThan(6);
  });

  it('SIGKILL inside git reset --keep, at 8 places: finished or reversed', { timeout: 120_000 }, async () => {
    const results = await killMerges(root, { size: 60, kills: 8, moves: 'reset' });
    expect(results.filter((result) => result === 'repaired').length).toBeGreaterThan(4);
  });
});
