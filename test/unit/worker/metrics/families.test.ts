import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DURATION_BUCKETS, FAMILIES } from '../../../../worker/metrics/families.js';

const page = readFile(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'metrics.md'), 'utf8');

/** `| name | type | labels | meaning | source |`. */
async function documented(): Promise<unknown[]> {
  return [...(await page).matchAll(/^\| `(birdkeeper_\w+)` +\| (\w+) +\| ([^|]+?) +\| ([^|]+?) +\| [^|]+ \|$/gm)].map(
    ([, name, type, labels = '', help]) => ({
      ...{ name, type, help: `${help}.` },
      labels: labels === 'none' ? [] : labels.split(', ').map((label) => label.replaceAll('`', '')),
    }),
  );
}

describe('worker/metrics/families', () => {
  it('are those of docs/metrics.md: names, types, labels and meanings, in that order', async () => {
    const families = Object.entries(FAMILIES).map(([name, { type, help, labels }]) => ({ name, type, help, labels }));
    expect(await documented()).toEqual(families);
    expect(await page).toContain(`${DURATION_BUCKETS.join(', ')} seconds`);
  });

  it.each(Object.entries(FAMILIES))('%s is named as Prometheus wants it', (name, { type, labels, help }) => {
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(labels).not.toContain('job');
    expect(labels).not.toContain('instance');
    expect(help).toMatch(/^[A-Z].*\.$/);
  });
});
