import type { Bench } from '../bench.js';

/** Statuses of registrations, one after the other. */
export async function statuses(bench: Bench, asked: readonly [id: unknown, url: unknown][]): Promise<number[]> {
  const all: number[] = [];
  for (const [id, url] of asked) all.push((await bench.add(id, url)).status);
  return all;
}
