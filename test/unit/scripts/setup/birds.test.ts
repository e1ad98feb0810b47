import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pinsOf } from '../../../../scripts/setup/birds.mjs';

const REQUIREMENTS = readFileSync(new URL('../../../fixtures/birds/requirements.txt', import.meta.url), 'utf8');

describe('scripts/setup/birds', () => {
  it('the releases that matter are told', () => {
    expect(pinsOf(REQUIREMENTS, ['pywps', 'owslib'])).toEqual([
      expect.stringMatching(/^pywps \d+\.\d+/),
      expect.stringMatching(/^owslib 0\.32\./),
    ]);
    expect(pinsOf('a==1 \\\n', ['b'])).toEqual([]);
  });

  it('every requirement is pinned to a release and its files to their hashes', () => {
    const requirements = REQUIREMENTS.replace(/^#.*\n/gm, '').split(/\n(?=\S)/);
    expect(requirements.length).toBeGreaterThan(10);
    for (const text of requirements) expect(text).toMatch(/^[a-z\d-]+==\S+( \\\n +--hash=sha256:[0-9a-f]{64})+\n?$/);
  });
});
