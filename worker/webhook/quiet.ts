/** Log lines whose number others could choose otherwise. */

/**
 * Says the first at once with a count of 1, those of the following period together at its end. Returns what counts one, and
 * what says no more.
 */
export function countedLog(say: (count: number) => void, periodMs: number): { count(): void; stop(): void } {
  let counted = 0;
  let timer: NodeJS.Timeout | undefined;
  const startPeriod = (): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (counted === 0) return;
      say(counted);
      counted = 0;
      startPeriod();
    }, periodMs).unref();
  };
  return {
    count() {
      if (timer !== undefined) {
        counted += 1;
        return;
      }
      say(1);
      startPeriod();
    },
    stop: () => clearTimeout(timer),
  };
}

/** Tells whether a key comes for the first time within a period. Beyond `most` keys in a period, no. */
export function oncePer(periodMs: number, most: number, now: () => number): (key: string) => boolean {
  const since = new Map<string, number>();
  return (key) => {
    const time = now();
    for (const [old, at] of since) if (time - at >= periodMs) since.delete(old);
    if (since.has(key) || since.size >= most) return false;
    since.set(key, time);
    return true;
  };
}
