/** Times as people write them. Pure. */
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
/** Timers of Node end at 24 days. */
const MOST_SECONDS = 7 * 86_400;

/** Seconds of `90`, `5m`, `1h30m`. Throws a RangeError that says what is expected. */
export function parseDuration(value: unknown, { least }: { least: number }): number {
  const seconds = secondsOf(value);
  if (seconds === undefined || seconds < least || seconds > MOST_SECONDS) {
    throw new RangeError(`should be seconds (90) or a time (5m, 1h30m), from ${least} s to 7d`);
  }
  return seconds;
}

const secondsOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? (Number.isFinite(value) ? value : undefined) : durationSeconds(value);

/** Seconds of `90s`, `5m`, `1h30m`, each number with its unit; undefined for anything else. */
export function durationSeconds(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^(\d{1,7}[smhd])+$/.test(value)) return undefined;
  return [...value.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_SECONDS[unit ?? 's'] ?? 1),
    0,
  );
}
