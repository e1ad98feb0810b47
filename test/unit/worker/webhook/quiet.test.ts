import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countedLog, oncePer } from '../../../../worker/webhook/quiet.js';

describe('worker/webhook/quiet', () => {
  beforeEach(() => vi.useFakeTimers({ now: 0 }));
  afterEach(() => vi.useRealTimers());

  it('says the first at once and those of a period together at its end', () => {
    const say = vi.fn();
    const log = countedLog(say, 60_000);
    for (let i = 0; i < 100; i += 1) log.count();
    expect(say.mock.calls).toEqual([[1]]);
    vi.advanceTimersByTime(60_000);
    expect(say.mock.calls).toEqual([[1], [99]]);
    log.count();
    vi.advanceTimersByTime(59_999);
    expect(say).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(1);
    expect(say.mock.calls).toEqual([[1], [99], [1]]);
    vi.advanceTimersByTime(600_000);
    expect(say).toHaveBeenCalledTimes(3);
    log.count();
    expect(say).toHaveBeenCalledTimes(4);
  });

  it('says no more after it was stopped', () => {
    const say = vi.fn();
    const log = countedLog(say, 60_000);
    log.count();
    log.count();
    log.stop();
    vi.advanceTimersByTime(60_000);
    expect(say).toHaveBeenCalledTimes(1);
  });

  it('tells a key that comes for the first time within a period', () => {
    let now = 0;
    const isNews = oncePer(3_600_000, 2, () => now);
    expect([isNews('a'), isNews('a'), isNews('b'), isNews('c')]).toEqual([true, false, true, false]);
    now = 3_599_999;
    expect(isNews('a')).toBe(false);
    now = 3_600_000;
    expect([isNews('a'), isNews('c'), isNews('b')]).toEqual([true, true, false]);
  });
});
