/** One `up` or `worker` per host: two would serve one queue with two opinions of what runs. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { healthSocket } from '../activities/health/worker-answer.js';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { readJson, writeJson } from '../activities/shared/files.js';
import { isElsewhere, isProcessAlive, processMark } from '../activities/shared/process.js';
import { isListenedTo } from '../activities/shared/socket.js';

const Holder = z.object({ pid: z.number().int().positive(), pidStart: z.string().exactOptional(), since: z.string() });

export type PlaceHolder = z.infer<typeof Holder>;

/** Another process that has the place and lives; one in another container is alive when it answers. */
export async function holderOf(stateDirectory: string): Promise<PlaceHolder | undefined> {
  const holder = await readJson(join(stateDirectory, 'up.json'), Holder);
  if (holder === undefined) return undefined;
  if (isElsewhere(holder.pidStart))
    return (await isListenedTo({ path: healthSocket(stateDirectory) })) ? holder : undefined;
  return holder.pid !== process.pid && (await isProcessAlive(holder.pid, holder.pidStart)) ? holder : undefined;
}

/** Takes the place, or says who has it. A place left by a killed process is free. Returns how to give it back. */
export async function takePlace(stateDirectory: string): Promise<() => Promise<void>> {
  const file = join(stateDirectory, 'up.json');
  const holder = await holderOf(stateDirectory);
  if (holder) {
    throw new StepFailure(
      FAILURES.badInput,
      `birdkeeper runs on this host already (process ${holder.pid}, since ${holder.since}; state in ${stateDirectory}). Look at it with: birdkeeper status. Stop it with ^C where it runs, or: kill ${holder.pid}`,
    );
  }
  const pidStart = await processMark(process.pid);
  await writeJson(file, {
    pid: process.pid,
    ...(pidStart === undefined ? {} : { pidStart }),
    since: new Date().toISOString(),
  });
  return () => rm(file, { force: true });
}
