/** What is written to `latest.json`. Its shape is documented in README.md beside this file. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Asked } from './arguments.js';
import { isSkipped, judge, type Judged, type Row } from './row.js';

export interface Surroundings {
  cores: number;
  processor: string;
  /** MB (10⁶ bytes). */
  memory: number;
  kernel: string;
  /** Of the last one, five and fifteen minutes. */
  load: number[];
  versions: Record<string, string>;
}

export interface Result {
  v: 1;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt: string;
  asked: Asked;
  before: Surroundings;
  /** Load at the end. */
  loadAfter: number[];
  rows: (Row & { judged?: Judged })[];
  explained: Record<string, unknown>;
}

export function lookAround(): Surroundings {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memory: Math.round(totalmem() / 1e6),
    kernel: release(),
    load: loadavg().map((value) => Number(value.toFixed(2))),
    versions: {
      node: process.version,
      git: firstLine('git', '--version'),
      engine: firstLine('docker', 'version', '--format', '{{.Server.Version}}'),
      compose: firstLine('docker', 'compose', 'version', '--short'),
      ...(process.env.BIRDKEEPER_TEMPORAL_CLI === undefined
        ? {}
        : { temporal: firstLine(process.env.BIRDKEEPER_TEMPORAL_CLI, '--version') }),
    },
  };
}

function firstLine(file: string, ...args: string[]): string {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? '';
  } catch {
    return 'unknown';
  }
}

/** Rows with what follows from them, so that a reader of the file need not know the rules. */
export const withVerdicts = (rows: readonly Row[]): Result['rows'] =>
  rows.map((row) => (isSkipped(row) ? row : { ...row, judged: judge(row) }));

export async function writeResult(path: string, result: Result): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(result, null, 2)}\n`);
}
