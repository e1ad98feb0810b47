/** One part of a snapshot, laid out in a directory of ours, goes back to where it was. */
import { chmod, chown, copyFile, lstat, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { unlessMissing } from '../shared/files.js';
import { must, runningContainer, type Surroundings } from './containers.js';
import * as commands from './dump-commands.js';
import { DUMP_FILES } from './dump-format.js';
import { describeDump, SQLITE_COMPANIONS, type DumpSurroundings } from './dump.js';
import { mirror } from './run-mirror.js';
import type { DumpPart, MongoDump, PostgresDump, PrometheusDump, SqliteDump } from './types.js';

const SHORT_LIMIT_MS = 10 * 60_000;

/** `staged`: directory of the dump. Safe to run again after it was cut short anywhere. */
export async function putBackDump(part: DumpPart, staged: string, around: DumpSurroundings): Promise<void> {
  const from = join(staged, DUMP_FILES[part.database]);
  switch (part.database) {
    case 'postgres':
      return putBackPostgres(part, from, around);
    case 'mongo':
      return putBackMongo(part, from, around);
    case 'sqlite':
      return putBackSqlite(part, from, around);
    case 'prometheus':
      return putBackPrometheus(part, from, around);
  }
}

/**
 * The present database stays under another name until the restored one is whole, and comes back when it does not get so. The
 * short steps are not cut short: a script that was left alone in the container would end them at a time of its own.
 */
async function putBackPostgres(part: PostgresDump, from: string, around: DumpSurroundings): Promise<void> {
  const { id } = await runningContainer(part.container, around);
  const what = `The restore of ${describeDump(part)}`;
  const short = () => ({ ...around, step: { ...around.step, signal: AbortSignal.timeout(SHORT_LIMIT_MS) } });
  await must(what, id, commands.postgresSetAsideCommand(part), short());
  try {
    await must(what, id, commands.postgresRestoreCommand(part), around, { stdin: { file: from } });
  } catch (error) {
    await takeBack(part, id, short(), error);
    throw error;
  }
  await must(what, id, commands.postgresDropFormerCommand(part), short());
}

async function takeBack(part: PostgresDump, id: string, around: Surroundings, cause: unknown): Promise<void> {
  const what = `Taking back the former ${describeDump(part)}`;
  try {
    await must(what, id, commands.postgresTakeBackCommand(part), around);
  } catch (error) {
    throw new StepFailure(FAILURES.applyFailed, `${messageOf(cause)}\n${messageOf(error)}`, undefined, { cause });
  }
}

async function putBackMongo(part: MongoDump, from: string, around: Surroundings): Promise<void> {
  const { id } = await runningContainer(part.container, around);
  const command = commands.mongoRestoreCommand(part);
  await must(`The restore of ${describeDump(part)}`, id, command, around, { stdin: { file: from } });
}

/** What SQLite keeps beside the file belongs to the former content: left there, it would be written into the new one. */
async function putBackSqlite(part: SqliteDump, from: string, around: Surroundings): Promise<void> {
  const target = await targetOfDump(part, around);
  const former = (await unlessMissing(lstat(target))) ?? (await lstat(dirname(target)));
  const mode = former.isFile() ? former.mode & 0o7777 : 0o644;
  const place = async (suffix: string): Promise<void> => {
    const beside = `${target}${suffix}.bk-restore`;
    await copyFile(from + suffix, beside);
    await chown(beside, former.uid, former.gid);
    await chmod(beside, mode);
    await rename(beside, target + suffix);
  };
  for (const suffix of [...SQLITE_COMPANIONS, '-shm']) await rm(target + suffix, { force: true });
  await place('');
  for (const suffix of SQLITE_COMPANIONS) {
    if (await unlessMissing(lstat(from + suffix))) await place(suffix);
  }
}

async function putBackPrometheus(part: PrometheusDump, from: string, around: DumpSurroundings): Promise<void> {
  await mirror(from, await targetOfDump(part, around), [], around);
}

/** Host path of an SQLite file or of Prometheus' data. Throws NotFound or ApplyFailed. */
export async function targetOfDump(part: SqliteDump | PrometheusDump, { engine, step }: Surroundings): Promise<string> {
  const inside = part.database === 'sqlite' ? part.file : commands.prometheusDirectory(part);
  const [container] = await engine.find(part.container, step);
  if (container === undefined)
    throw new StepFailure(FAILURES.notFound, `The stack has no container ${part.container}.`);
  const target = await engine.hostPathOf(container.id, inside, step);
  if (target !== undefined) return target;
  throw new StepFailure(
    FAILURES.applyFailed,
    `${describeDump(part)} cannot be restored: ${inside} lies below no mount, so it would be lost with the container. Put it on a volume.`,
  );
}
