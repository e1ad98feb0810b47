/** How long a service did not answer, from what a poller saw. Pure. */

/** One request: when it was sent, when its end was known (milliseconds of one clock), whether it was answered well. */
export interface Sample {
  sent: number;
  ended: number;
  ok: boolean;
}

/**
 * Seconds without an answer: from the end of the last good answer before a failure to the end of the next good one, over all
 * such gaps. Failures before the first and after the last good answer count from and to the samples' own ends.
 */
export function secondsWithout(samples: readonly Sample[]): number {
  let milliseconds = 0;
  let lastGood = samples[0]?.sent ?? 0;
  let failed = false;
  for (const { ended, ok } of samples) {
    if (!ok) failed = true;
    else {
      if (failed) milliseconds += ended - lastGood;
      lastGood = ended;
      failed = false;
    }
  }
  if (failed) milliseconds += (samples.at(-1)?.ended ?? lastGood) - lastGood;
  return milliseconds / 1000;
}
