import { describe, expect, it } from 'vitest';
import { overlaps } from '../../../../activities/docker/host.js';

describe('activities/docker/host', () => {
  it.each([
    ['', '127.0.0.1', true],
    ['0.0.0.0', '::', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '10.0.0.1', false],
  ])('a port on %o and one on %o overlap: %s', (a, b, expected) => {
    expect(overlaps({ address: a, port: 80 }, { address: b, port: 80 })).toBe(expected);
    expect(overlaps({ address: a, port: 80 }, { address: b, port: 81 })).toBe(false);
  });
});
