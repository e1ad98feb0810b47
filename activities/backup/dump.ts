/** One dump of a database into a directory of ours, verified before the next begins. */
import { copyFile, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { unlessMissing } from '../shared/files.js';
import { ask, must, runningContainer } from './containers.js';
import * as commands from './dump-commands.js';
import { BEGINNING_BYTES, DUMP_FILES, readSnapshotName, wrongWith } from './dump-format.js';
import { mirror } from './run-mirror.js';
import { whileStopped, type Stopping } from './stopped.js';
import type { DumpPart, FoundContainer, MongoDump, PostgresDump, PrometheusDump, SqliteDump } from './types.js';

export interface DumpSurroundings extends Stopping {
  readonly environment: Readonly<Record<string, string>>;
}

/** What there is to know beside the files. */
export interface DumpFacts {
  /** Its name, where the container's own variables decided it. */
  readonly database?: string;
}

/** `into`: an empty directory. Undefined when the database does not exist. Throws ApplyFailed when the dump failed or is none. */
export async function makeDump(
  part: DumpPart,
  into: string,
  surroundings: DumpSurroundings,
): Promise<DumpFacts | undefined> {
  await mkdir(into, { recursive: true, mode: 0o700 });
  switch (part.database) {
    case 'postgres':
      return dumpPostgres(part, into, surroundings);
    case 'mongo':
      return dumpMongo(part, into, surroundings);
    case 'sqlite':
      return dumpSqlite(part, into, surroundings);
    case 'prometheus':
      return dumpPrometheus(part, into, surroundings);
  }
}

export function describeDump(part: DumpPart): string {
  const name = 'name' in part ? part.name : 'file' in part ? part.file : undefined;
  return `${part.database} ${name === undefined ? '' : `${name} `}in ${part.container}`;
}

async function dumpPostgres(
  part: PostgresDump,
  into: string,
  around: DumpSurroundings,
): Promise<DumpFacts | undefined> {
  const { id } = await runningContainer(part.container, around);
  const what = `The look at ${describeDump(part)}`;
  const database = (await must(what, id, commands.postgresLookCommand(part), around)).stdout.trim();
  if (database === '') return undefined;
  await toFile(part, id, commands.postgresDumpCommand(part), into, around);
  return { database };
}

async function dumpMongo(part: MongoDump, into: string, around: DumpSurroundings): Promise<DumpFacts> {
  const { id } = await runningContainer(part.container, around);
  await toFile(part, id, commands.mongoDumpCommand(part), into, around);
  return {};
}

async function toFile(
  part: PostgresDump | MongoDump,
  id: string,
  command: Parameters<typeof must>[2],
  into: string,
  around: DumpSurroundings,
): Promise<void> {
  const file = join(into, DUMP_FILES[part.database]);
  await must(`The dump of ${describeDump(part)}`, id, command, around, { stdoutTo: file });
  await verify(part, file);
}

/** By the container's own programs while it runs; else, or without such programs, a copy while it is stopped. */
async function dumpSqlite(part: SqliteDump, into: string, around: DumpSurroundings): Promise<DumpFacts | undefined> {
  const file = join(into, DUMP_FILES.sqlite);
  const [container] = await around.engine.find(part.container, around.step);
  if (container === undefined)
    throw new StepFailure(FAILURES.notFound, `The stack has no container ${part.container}.`);
  const place = await around.engine.hostPathOf(container.id, part.file, around.step);
  if (place !== undefined && (await sizeOf(place)) === undefined) return undefined;
  if (!container.running || !(await copyOnline(part, container, file, around))) {
    await copyStopped(part, place, file, around);
  }
  await verify(part, file);
  return {};
}

async function copyOnline(
  part: SqliteDump,
  { id }: FoundContainer,
  file: string,
  around: DumpSurroundings,
): Promise<boolean> {
  const result = await ask(id, commands.sqliteDumpCommand(part), around, { stdoutTo: file });
  if (result.status === 0) return true;
  await rm(file, { force: true });
  // 127: there is not even a shell.
  if ([commands.NO_SQLITE_STATUS, 126, 127].includes(result.status)) return false;
  throw new StepFailure(
    FAILURES.applyFailed,
    `The dump of ${describeDump(part)} failed (status ${result.status}): ${around.redact(result.stderr.trim())}`,
  );
}

/** With what SQLite had not yet written into the file itself, which lies beside it. */
async function copyStopped(
  part: SqliteDump,
  place: string | undefined,
  file: string,
  around: DumpSurroundings,
): Promise<void> {
  if (place === undefined) {
    throw new StepFailure(
      FAILURES.applyFailed,
      `The dump of ${describeDump(part)} failed: the container has neither sqlite3 nor Python, and the file lies below no mount. Put it on a volume.`,
    );
  }
  await whileStopped([part.container], around, async () => {
    for (const suffix of ['', ...SQLITE_COMPANIONS]) {
      await unlessMissing(copyFile(place + suffix, file + suffix));
    }
  });
}

export const SQLITE_COMPANIONS = ['-wal', '-journal'] as const;

async function dumpPrometheus(part: PrometheusDump, into: string, around: DumpSurroundings): Promise<DumpFacts> {
  const { id } = await runningContainer(part.container, around);
  const what = `The snapshot of ${describeDump(part)}`;
  const { status, stdout, stderr } = await ask(id, commands.prometheusSnapshotCommand(part), around);
  const name = status === 0 ? readSnapshotName(stdout) : undefined;
  if (name === undefined) {
    // One without that API answers with a status of failure, of which wget tells the number alone.
    const said = around.redact((stderr.trim() || stdout.trim()).slice(0, 300)) || 'no answer';
    const where = around.redact(commands.prometheusAddress(part));
    throw new StepFailure(
      FAILURES.applyFailed,
      `${what} failed: ${said}. Does it run with --web.enable-admin-api, and is ${where} its address, prefix included?`,
    );
  }
  try {
    const inside = `${commands.prometheusDirectory(part)}/snapshots/${name}`;
    const place = await around.engine.hostPathOf(id, inside, around.step);
    if (place === undefined) {
      throw new StepFailure(FAILURES.applyFailed, `${what} failed: ${inside} lies below no mount. Put it on a volume.`);
    }
    await mirror(place, join(into, DUMP_FILES.prometheus), [], around);
  } finally {
    const clean = { ...around, step: { ...around.step, signal: AbortSignal.timeout(60_000) } };
    await ask(id, commands.prometheusRemoveCommand(part, name), clean).catch(() => undefined);
  }
  return {};
}

async function verify(part: PostgresDump | MongoDump | SqliteDump, file: string): Promise<void> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    const wrong = wrongWith(part.database, buffer.subarray(0, bytesRead));
    if (wrong === undefined) return;
    throw new StepFailure(FAILURES.applyFailed, `The dump of ${describeDump(part)} is none: ${wrong}.`);
  } finally {
    await handle.close();
  }
}

const sizeOf = async (path: string): Promise<number | undefined> => {
  const handle = await unlessMissing(open(path));
  if (handle === undefined) return undefined;
  try {
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
};
