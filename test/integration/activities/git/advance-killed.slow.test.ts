import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { killMerges } from './killed-merge.js';

describe('activities/git/advance', () => {
  let root: string;

  beforeAll(async () => {
    root = await makeScratch('advance-killed');
  });
  afterAll(() => removeScratch(root));

  it('SIGKILL inside git merge, at 100 places over 600 files', { timeout: 900_000 }, async () => {
    const results = await killMerges(root, { size: 200, kills: 100 });
    expect(results.filter((result) => result === 'repaired').length).toBeGreaterThan(60);
  });

  it('SIGKILL inside git reset --keep, at 40 places over 600 files', { timeout: 600_000 }, async () => {
    const results = await killMerges(root, { size: 200, kills: 40, moves: 'reset' });
    expect(results.filter((result) => result === 'repaired').length).toBeGreaterThan(24);
  });
});
