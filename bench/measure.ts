/** Taking times, in turns. */
import { readdir, readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';

/** Seconds that it took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

type Contenders<Name extends string> = Readonly<Record<Name, () => Promise<number>>>;

/**
 * Each contender in turn, A B A B …, so that a drift of the machine hits all of them. A first round that does not count
 * brings everything into the caches.
 */
export async function inTurns<Name extends string>(
  runs: number,
  contenders: Contenders<Name>,
  told: (round: number) => void = () => undefined,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= runs; round += 1) {
    told(round);
    for (const name of names) {
      const value = await contenders[name]();
      if (round > 0) values[name].push(value);
    }
  }
  return values;
}

/** The kernel counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of a process so far, with those of its children that have ended. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name may hold blanks and brackets; what follows the last bracket does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / TICKS_PER_SECOND;
}

/** CPU seconds of the threads that a process has now, to the nanosecond: for one that does next to nothing. Children left out. */
export async function threadSeconds(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const texts = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')),
  );
  return texts.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e9;
}

/** Memory of a process that is in use now, in MB (10⁶ bytes). */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no memory: it has ended`);
  return (Number(kilobytes) * 1024) / 1e6;
}

/** Adds the CPU seconds that the work took of a process and its children, and returns what the work returned. */
export async function withCpu<T>(pid: number, taken: number[], work: () => Promise<T>): Promise<T> {
  const before = await cpuSeconds(pid);
  const value = await work();
  taken.push((await cpuSeconds(pid)) - before);
  return value;
}
