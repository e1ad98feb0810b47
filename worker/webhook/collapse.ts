/** Work that is asked for more often than it is worth doing. */

export interface Collapsed {
  /** Soon, or once more when it runs already. */
  ask(): void;
  /** Nothing more begins; what runs goes on. */
  stop(): void;
}

export interface CollapseOptions {
  /** Least time between two beginnings, in milliseconds. */
  distanceMs: number;
  /** Hears of work that failed; the next time is not affected. */
  failed: (error: unknown) => void;
  now: () => number;
}

/**
 * At most one runs and one waits. What is asked for while it runs is done afterwards, since the running one may have looked
 * already.
 */
export function collapse(work: () => Promise<void>, { distanceMs, failed, now }: CollapseOptions): Collapsed {
  let state: 'idle' | 'waiting' | 'running' | 'running, asked again' | 'stopped' = 'idle';
  let lastBegin = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  const wait = (): void => {
    state = 'waiting';
    // A clock that was set back makes nobody wait for longer than the distance.
    const left = Math.min(distanceMs, Math.max(0, lastBegin + distanceMs - now()));
    timer = setTimeout(() => void run(), left);
  };
  const run = async (): Promise<void> => {
    state = 'running';
    lastBegin = now();
    try {
      await work();
    } catch (error) {
      failed(error);
    }
    ended();
  };
  const ended = (): void => {
    if (state === 'running, asked again') wait();
    else if (state === 'running') state = 'idle';
  };
  return {
    ask() {
      if (state === 'idle') wait();
      else if (state === 'running') state = 'running, asked again';
    },
    stop() {
      state = 'stopped';
      clearTimeout(timer);
    },
  };
}
