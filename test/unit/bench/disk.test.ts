import { describe, expect, it } from 'vitest';
import { monthOf } from '../../../bench/disk.js';

describe('bench/disk', () => {
  it('a month of 30 days has 8640 checks every five minutes, each of which takes what one took in the run', () => {
    expect(monthOf(1_000_000, 3_000_000, 200, 30)).toEqual({ bytesPerCheck: 10_000, checks: 8640, bytes: 86_400_000 });
  });
});
