/** What the kernel says of the CPUs, read often enough to know it at any moment between. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

interface Reading {
  /** Seconds since 1970. */
  at: number;
  idle: number;
  all: number;
}

const EVERY_MS = 100;
/** user nice system idle iowait irq softirq steal; what guests use is in user already. */
const COLUMNS = 8;
const IDLE = 3;

export async function readProcStat(seconds: number): Promise<Reading[]> {
  const readings: Reading[] = [];
  const until = Date.now() + seconds * 1_000;
  while (Date.now() < until) {
    const [line = ''] = (await readFile('/proc/stat', 'utf8')).split('\n');
    const ticks = line
      .split(/\s+/)
      .slice(1, COLUMNS + 1)
      .map(Number);
    readings.push({ at: Date.now() / 1_000, idle: ticks[IDLE] ?? 0, all: ticks.reduce((sum, one) => sum + one, 0) });
    await pause(EVERY_MS);
  }
  return readings;
}

/** Share of all CPUs that was not idle between two moments. */
export function busyBetween(readings: readonly Reading[], from: number, to: number): number {
  const [a, b] = [valueAt(readings, from), valueAt(readings, to)];
  return 1 - (b.idle - a.idle) / (b.all - a.all);
}

function valueAt(readings: readonly Reading[], at: number): Reading {
  const index = readings.findIndex((reading) => reading.at >= at);
  const [before, after] = [readings[index - 1], readings[index]];
  if (before === undefined || after === undefined) throw new Error('it was not read then');
  const share = (at - before.at) / (after.at - before.at);
  return {
    at,
    idle: before.idle + share * (after.idle - before.idle),
    all: before.all + share * (after.all - before.all),
  };
}
