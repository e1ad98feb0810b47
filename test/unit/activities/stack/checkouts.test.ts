import { describe, expect, it } from 'vitest';
import { nameCheckouts } from '../../../../activities/stack/checkouts.js';

describe('activities/stack/checkouts', () => {
  it('gives each checkout a name of its own that does not depend on the order of the others', () => {
    const [a, b, c] = nameCheckouts(['/x/repo', '/y/repo', '/z/repo']);
    expect([a?.name, b?.name, c?.name]).toEqual(['repo', 'repo-' + (b?.name.slice(5) ?? ''), c?.name]);
    expect(b?.name).toMatch(/^repo-[0-9a-f]{6}$/);
    const swapped = nameCheckouts(['/x/repo', '/z/repo', '/y/repo']);
    expect(swapped[2]?.name).toBe(b?.name);
    expect(swapped[1]?.name).toBe(c?.name);
  });
});
