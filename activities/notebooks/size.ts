/** Sizes as people write them. Pure. */
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes of `200M`, `2 GB`, `512k`, `1000`; undefined for anything else, and for nothing at all. */
export function parseSize(value: unknown): number | undefined {
  const [, count, unit = ''] = /^(\d{1,12})\s*([kmg]?)(?:i?b)?$/i.exec(String(value)) ?? [];
  const bytes = Number(count) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

export function showSize(bytes: number): string {
  const [unit, size] = bytes >= 1024 ** 3 ? ['GB', 1024 ** 3] : bytes >= 1024 ** 2 ? ['MB', 1024 ** 2] : ['kB', 1024];
  const count = bytes / size;
  return `${count >= 10 ? Math.round(count) : Math.ceil(count * 10) / 10} ${unit}`;
}
