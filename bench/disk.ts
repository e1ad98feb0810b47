/** What a month of checks takes on disk, from the growth over some of them. Pure. */

export const CHECK_EVERY_MINUTES = 5;

export interface DiskMonth {
  bytesPerCheck: number;
  checks: number;
  /** Growth over the month. */
  bytes: number;
}

/**
 * Histories are kept for `days` and their pages used again afterwards, so this is also what the file stays at; it is never
 * made smaller.
 */
export function monthOf(before: number, after: number, checks: number, days: number): DiskMonth {
  const bytesPerCheck = (after - before) / checks;
  const inMonth = (days * 24 * 60) / CHECK_EVERY_MINUTES;
  return { bytesPerCheck, checks: inMonth, bytes: bytesPerCheck * inMonth };
}
