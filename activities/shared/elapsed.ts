/** Milliseconds of a clock that nobody sets: for limits and windows. The time of day jumps when it is put right. */
export const elapsedMs = (): number => performance.now();
