/**
 * Names in a directory of logs: `x.log`, rotated `x.log-YYYYMMDD` or `x.log-YYYYMMDD.gz` (logrotate's dateext), and
 * `x.log-YYYYMMDD-2` for a second one of that day. Names are strings of `decode` (shared/bytes). Pure.
 */
import { createHash } from 'node:crypto';

export interface Dated {
  readonly name: string;
  /** YYYYMMDD */
  readonly day: string;
  /** 1 for the first of its day. */
  readonly turn: number;
  readonly compressed: boolean;
}

export const isLogName = (name: string): boolean => name.endsWith('.log') && !name.startsWith('.');

const COMPRESSED = '.gz';
export const compressedName = (name: string): string => `${name}${COMPRESSED}`;

/** What is left of a name after the log's own: a date, perhaps a turn, perhaps `.gz`. */
const SUFFIX = /^-(\d{4})(\d{2})(\d{2})(?:-([2-9]|[1-9]\d{1,5}))?(\.gz)?$/;

/** The rotated files of a log, oldest first. Former ones of logrotate are named alike and count. */
export function datedFiles(log: string, names: readonly string[]): Dated[] {
  return names
    .flatMap((name) => readDated(log, name) ?? [])
    .sort((a, b) => compare(a.day, b.day) || a.turn - b.turn || compare(a.name, b.name));
}

function readDated(log: string, name: string): Dated | undefined {
  if (!name.startsWith(log)) return undefined;
  const [, year = '', month = '', day = '', turn, ending] = SUFFIX.exec(name.slice(log.length)) ?? [];
  if (!isDate(Number(year), Number(month), Number(day))) return undefined;
  return { name, day: `${year}${month}${day}`, turn: Number(turn ?? 1), compressed: ending !== undefined };
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Name of a rotation of today that nothing has yet, compressed or not, and that sorts behind those of today. */
export function nextName(log: string, names: readonly string[], now: Date): string {
  const today = now.toISOString().slice(0, 10).replaceAll('-', '');
  const turns = datedFiles(log, names)
    .filter(({ day }) => day === today)
    .map(({ turn }) => turn);
  const turn = Math.max(0, ...turns) + 1;
  return `${log}-${today}${turn === 1 ? '' : `-${turn}`}`;
}

/**
 * The rotated files beyond the newest `keep`. One that is compressed and not compressed (a run was cut short) counts once; one
 * that something may still write to (`held`) counts and stays.
 */
export function excessFiles(log: string, names: readonly string[], keep: number, held: ReadonlySet<string>): string[] {
  const dated = datedFiles(log, names);
  const rotations = [...new Set(dated.map(rotationOf))];
  const kept = new Set(rotations.slice(-keep));
  return dated.filter((file) => !kept.has(rotationOf(file)) && !held.has(file.name)).map(({ name }) => name);
}

const rotationOf = ({ day, turn }: Dated): string => `${day}-${turn}`;

/** Where a file is made before it gets its name; short, since names have at most 255 bytes. */
export function scratchName(name: string): string {
  return `.birdkeeper-${createHash('sha256').update(name).digest('hex').slice(0, 16)}.tmp`;
}
export const PROBE_NAME = '.birdkeeper-probe.tmp';
