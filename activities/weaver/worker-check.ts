/**
 * Whether the workers of Weaver take jobs: what its own script says that asks Celery. Pure but for the engine that is handed in.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackupEngine } from '../backup/types.js';
import type { Deadline } from '../shared/deadline.js';

/** ready: the script was really run and is content. elsewhere: no container of it is in this stack. */
export type WorkerSight = { state: 'ready' | 'elsewhere' } | { state: 'failed'; why: string };

/** Where images of Weaver, and the component, have it. */
const SCRIPT = '/opt/local/bin/weaver/celery-healthcheck';
/** It waits 5 s by itself, then asks workers that may be busy. One that hangs is ended in the container. */
const SCRIPT_SECONDS = 30;
const SCRIPT_MS = 40_000;
const PAUSE_MS = 3_000;

/** Exit status of the script, in words. */
const MEANINGS: Readonly<Record<number, string>> = {
  1: 'Celery gives no answer, or one that is not understood',
  2: 'a worker of Celery does not say OK',
  3: 'the workers do not know the task of Weaver (celery needs "imports" in weaver.ini)',
  124: `its script did not end within ${SCRIPT_SECONDS} s`,
  126: 'its script cannot be run',
  127: 'its script is not there: it is mounted by the component',
};

export interface WorkerPlace {
  engine: Pick<BackupEngine, 'find' | 'exec'>;
  /** Services or containers, the manager first. */
  containers: readonly string[];
  deadline: Deadline;
  signal: AbortSignal;
}

/** Asked in each container until the time is over: workers need a while to begin. */
export async function checkWorkers(place: WorkerPlace): Promise<WorkerSight> {
  for (;;) {
    const seen = await lookOnce(place);
    if (seen.state !== 'failed' || place.deadline.leftMs() <= PAUSE_MS) return seen;
    await sleep(PAUSE_MS, undefined, { signal: place.signal });
  }
}

async function lookOnce({ engine, containers, signal }: WorkerPlace): Promise<WorkerSight> {
  const found = await Promise.all(
    containers.map(async (name) => ({ name, containers: await engine.find(name, { signal }) })),
  );
  if (found.every((each) => each.containers.length === 0)) return { state: 'elsewhere' };
  const missing = found.find((each) => !each.containers.some(({ running }) => running));
  if (missing !== undefined) return { state: 'failed', why: `container ${missing.name} does not run` };
  for (const {
    name,
    containers: [container],
  } of found) {
    if (container === undefined) continue;
    const why = await askIn(container.id, name, { engine, signal });
    if (why !== undefined) return { state: 'failed', why };
  }
  return { state: 'ready' };
}

/** Undefined: content. Only its exit status counts: no text is looked for, and nothing passes that was not run. */
async function askIn(
  id: string,
  name: string,
  { engine, signal }: Pick<WorkerPlace, 'engine' | 'signal'>,
): Promise<string | undefined> {
  const result = await engine.exec(
    id,
    { argv: ['timeout', String(SCRIPT_SECONDS), 'bash', SCRIPT] },
    { signal, timeoutMs: SCRIPT_MS },
  );
  if (result.status === 0) return undefined;
  const meaning = MEANINGS[result.status] ?? 'its script failed';
  const last = `${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1)?.trim() ?? '';
  return `in ${name}, ${meaning} (exit status ${result.status}${last === '' ? '' : `: ${last.slice(0, 200)}`})`;
}
