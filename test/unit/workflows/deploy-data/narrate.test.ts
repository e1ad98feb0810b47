import { describe, expect, it } from 'vitest';
import { dataDetails, outcomeOf } from '../../../../workflows/deploy-data/narrate.js';

const entry = { checkout: 'maps', commit: 'abc', previous: '', changedFiles: 2, maps: 1, actions: 3 };

describe('workflows/deploy-data/narrate', () => {
  it.each([
    [null, 'removed', /no such job any more/],
    [{ late: true as const }, 'too late', /waited for a worker.*Nothing was done/],
    [{ entries: [entry] }, 'deployed', /^- maps at abc: 2 files changed, 1 copied, 3 actions$/],
  ])('%j is %s', (result, outcome, details) => {
    expect(outcomeOf(result)).toBe(outcome);
    expect(dataDetails(result, 1)).toMatch(details);
  });

  it('a try that failed says why, and when the next one is', () => {
    const said = dataDetails({ failed: 'maps: rsync ended with status 23', retries: 2 }, 2);
    expect(said).toMatch(/try 2.*rsync ended with status 23\n\nIt is tried again in 20 s; tries left: 2\./s);
  });
});
