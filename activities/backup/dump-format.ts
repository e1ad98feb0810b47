/** How a dump is known to be one. Pure. */
import { z } from 'zod';
import type { DumpPart } from './types.js';

/** Name of the file in the dump's directory; Prometheus' snapshot is a directory by itself. */
export const DUMP_FILES = {
  postgres: 'postgres.dump',
  mongo: 'mongo.archive',
  sqlite: 'database.sqlite',
  prometheus: 'tsdb',
} as const satisfies Record<DumpPart['database'], string>;

/** First bytes: pg_dump's custom format, mongodump's archive (0x8199e26d, little-endian), an SQLite database. */
const BEGINNINGS: Readonly<Record<Exclude<DumpPart['database'], 'prometheus'>, Buffer>> = {
  postgres: Buffer.from('PGDMP'),
  mongo: Buffer.from([0x6d, 0xe2, 0x99, 0x81]),
  sqlite: Buffer.from('SQLite format 3\0'),
};

export const BEGINNING_BYTES = 16;

/** Undefined when it is one, else what is wrong. `head`: its first bytes, at most 16. */
export function wrongWith(database: keyof typeof BEGINNINGS, head: Buffer): string | undefined {
  if (head.length === 0) return 'it is empty';
  const wanted = BEGINNINGS[database];
  return head.subarray(0, wanted.length).equals(wanted) ? undefined : `it does not begin as one of ${database} does`;
}

const Answer = z.object({ status: z.literal('success'), data: z.object({ name: z.string() }) });

/** Name of the snapshot that Prometheus made, or undefined. The name becomes part of a path. */
export function readSnapshotName(answer: string): string | undefined {
  try {
    const { name } = Answer.parse(JSON.parse(answer)).data;
    return /^[0-9A-Za-z][0-9A-Za-z-]*$/.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
