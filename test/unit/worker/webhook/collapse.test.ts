import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collapse } from '../../../../worker/webhook/collapse.js';

/** Work that lasts until it is ended by hand. */
function heldWork() {
  const begun: { at: number; end: () => void; fail: (error: Error) => void }[] = [];
  const work = () => new Promise<void>((end, fail) => begun.push({ at: Date.now(), end, fail }));
  const times = () => begun.map(({ at }) => at);
  return { begun, work, times };
}

const failed = vi.fn();
const options = { distanceMs: 5_000, failed, now: () => Date.now() };

describe('worker/webhook/collapse', () => {
  beforeEach(() => vi.useFakeTimers({ now: 0 }));
  afterEach(() => {
    vi.useRealTimers();
    failed.mockReset();
  });

  it('begins at once', async () => {
    const { work, times } = heldWork();
    collapse(work, options).ask();
    await vi.advanceTimersByTimeAsync(0);
    expect(times()).toEqual([0]);
  });

  it('runs one at a time and makes one of all that are asked for meanwhile', async () => {
    const { work, begun, times } = heldWork();
    const collapsed = collapse(work, options);
    collapsed.ask();
    await vi.advanceTimersByTimeAsync(0);
    for (let i = 0; i < 10; i += 1) collapsed.ask();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(times()).toEqual([0]);
    begun[0]?.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(times()).toEqual([0, 20_000]);
    begun[1]?.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times()).toEqual([0, 20_000]);
  });

  it('keeps the distance between two beginnings', async () => {
    const times: number[] = [];
    const collapsed = collapse(async () => void times.push(Date.now()), options);
    for (let second = 0; second < 20; second += 1) {
      collapsed.ask();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(times).toEqual([0, 5_000, 10_000, 15_000, 20_000]);
  });

  it('goes on after work that failed', async () => {
    const { work, begun, times } = heldWork();
    const collapsed = collapse(work, options);
    collapsed.ask();
    await vi.advanceTimersByTimeAsync(0);
    begun[0]?.fail(new Error('no server'));
    await vi.advanceTimersByTimeAsync(0);
    expect(failed).toHaveBeenCalledTimes(1);
    collapsed.ask();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(times()).toEqual([0, 5_000]);
  });

  it('waits no longer than the distance when the clock is set back', async () => {
    const work = vi.fn(async () => undefined);
    let clock = 1_000_000;
    const collapsed = collapse(work, { ...options, now: () => clock });
    collapsed.ask();
    await vi.advanceTimersByTimeAsync(0);
    clock = 0;
    collapsed.ask();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('begins nothing after it was stopped', async () => {
    const { work, begun, times } = heldWork();
    const collapsed = collapse(work, options);
    collapsed.ask();
    await vi.advanceTimersByTimeAsync(0);
    collapsed.ask();
    collapsed.stop();
    begun[0]?.end();
    collapsed.ask();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times()).toEqual([0]);

    const waiting = collapse(work, options);
    waiting.ask();
    waiting.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times()).toEqual([0]);
  });
});
