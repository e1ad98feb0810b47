/** Small statistics over a handful of runs. Pure. */

/** Middle value; of an even number the mean of the two in the middle. Throws on an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)];
  const lower = sorted[Math.ceil(half) - 1];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing');
  return (lower + upper) / 2;
}

export interface Spread {
  least: number;
  median: number;
  most: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  least: Math.min(...values),
  median: median(values),
  most: Math.max(...values),
});

export interface Line {
  /** Value at nought. */
  base: number;
  /** What each further one adds. */
  each: number;
}

/** The straight line through the points with the least squares; of a single size it is level. */
export function lineThrough(points: readonly { size: number; value: number }[]): Line {
  const n = points.length;
  if (n === 0) throw new Error('there is no line through nothing');
  const meanSize = points.reduce((sum, { size }) => sum + size, 0) / n;
  const meanValue = points.reduce((sum, { value }) => sum + value, 0) / n;
  const across = points.reduce((sum, { size }) => sum + (size - meanSize) ** 2, 0);
  const along = points.reduce((sum, { size, value }) => sum + (size - meanSize) * (value - meanValue), 0);
  const each = across === 0 ? 0 : along / across;
  return { base: meanValue - each * meanSize, each };
}
