/**
 * Containers that are stopped for a while. Which ones is written down before the first is stopped, so that who comes after
 * a kill starts them again.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { readJson, writeJson } from '../shared/files.js';
import type { StepLog } from '../shared/step.js';
import type { Surroundings } from './containers.js';
import type { BackupEngine, FoundContainer } from './types.js';

const Stopped = z.object({ containers: z.array(z.object({ id: z.string(), name: z.string() })) });
type StoppedContainer = z.infer<typeof Stopped>['containers'][number];

/** Starting is not cut short by a cancellation; it has a limit of its own. */
const START_LIMIT_MS = 10 * 60_000;

export const stoppedFile = (directory: string): string => join(directory, 'stopped.json');

export interface StartRequest {
  /** As in the request of the run that stopped them. */
  readonly directory: string;
  readonly engine: BackupEngine;
  readonly log: StepLog;
}

/**
 * Starts what a run stopped that was killed, and says which. Nothing happens when none was. To be called when the worker
 * starts; every run begins with it too. Throws when one cannot be started: the next call tries again.
 */
export async function startWhatWasStopped({ directory, engine, log }: StartRequest): Promise<string[]> {
  const left = await readJson(stoppedFile(directory), Stopped);
  if (left === undefined) return [];
  const names = left.containers.map(({ name }) => name);
  log.warn('A backup or restore was cut short: what it had stopped is started', { containers: names.join(', ') });
  await startAll(left.containers, engine, log);
  await rm(stoppedFile(directory), { force: true });
  return names;
}

export interface Stopping extends Surroundings {
  /** Of the stack's backups: where it is written down what was stopped. */
  readonly directory: string;
  /** Gets the names of what was stopped. */
  readonly stopped: Set<string>;
}

/** What ran of those names is stopped, the work is done, and it is started again: after a failure and a cancellation too. */
export async function whileStopped<T>(
  names: readonly string[],
  { directory, engine, step, stopped }: Stopping,
  work: () => Promise<T>,
): Promise<T> {
  const found = await Promise.all(names.map((name) => engine.find(name, step)));
  const running = distinct(found.flat().filter((container) => container.running));
  if (running.length === 0) return work();
  for (const { name } of running) stopped.add(name);

  // One inside another: what the outer one stopped stays written down.
  const outer = (await readJson(stoppedFile(directory), Stopped))?.containers ?? [];
  await writeJson(stoppedFile(directory), { containers: [...outer, ...running] });
  let failure: { error: unknown } | undefined;
  let result: { value: T } | undefined;
  try {
    step.log.info('Stopping', { containers: running.map(({ name }) => name).join(', ') });
    for (const { id } of running) await engine.stop(id, step);
    result = { value: await work() };
  } catch (error) {
    failure = { error };
  }
  await startAgain(running, outer, { directory, engine, log: step.log }, failure?.error);
  if (result === undefined) throw failure?.error;
  return result.value;
}

async function startAgain(
  containers: readonly StoppedContainer[],
  outer: readonly StoppedContainer[],
  request: StartRequest,
  cause: unknown,
): Promise<void> {
  try {
    await startAll(containers, request.engine, request.log);
    if (outer.length > 0) await writeJson(stoppedFile(request.directory), { containers: outer });
    else await rm(stoppedFile(request.directory), { force: true });
  } catch (error) {
    if (cause === undefined) throw error;
    throw new StepFailure(FAILURES.unhealthy, `${messageOf(cause)}\n${messageOf(error)}`, undefined, { cause });
  }
}

/** In reverse: who depends on others was named first. Tries each, whatever became of the others. */
async function startAll(containers: readonly StoppedContainer[], engine: BackupEngine, log: StepLog): Promise<void> {
  const signal = AbortSignal.timeout(START_LIMIT_MS);
  const failed: string[] = [];
  for (const { id, name } of [...containers].reverse()) {
    try {
      // One that is gone was replaced, by who starts what it makes.
      if (!(await engine.start(id, { signal }))) log.warn('Not started again: it is gone', { container: name });
    } catch (error) {
      failed.push(`${name} (${messageOf(error)})`);
    }
  }
  if (failed.length === 0) return;
  throw new StepFailure(
    FAILURES.unhealthy,
    `These were stopped and could not be started again: ${failed.join(', ')}. Start them: docker start ${containers.map(({ name }) => name).join(' ')}`,
  );
}

const distinct = (containers: readonly FoundContainer[]): StoppedContainer[] => [
  ...new Map(containers.map(({ id, name }) => [id, { id, name }])).values(),
];
