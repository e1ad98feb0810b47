/**
 * One run of a job. Its container is found again after a crash, its output goes on where it was, and what has ended is not
 * begun again.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { guarded } from '../shared/guarded.js';
import { runCommand } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { RunContainers, type RunEngine } from './containers.js';
import type { Job, JobStep } from './model.js';
import { RunOutput } from './output.js';
import { misdirections, redirected } from './redirections.js';
import { removeOldRuns, RunFolder, type RunResult } from './run-folder.js';
import { scriptOf } from './script.js';

export type { RunResult } from './run-folder.js';

export interface RunRequest {
  readonly stack: string;
  readonly job: Job;
  /** Unique among all runs of all jobs; part of a path. */
  readonly run: string;
  /** Folder of this job's runs. */
  readonly folder: string;
  /** Whole environment of the text's expansion: the stack's variables over those of the worker's child processes. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** The engine that `environment` names. */
  readonly engine: RunEngine;
  /** Hears the lines of output, in order. */
  onLines(lines: readonly string[]): void;
}

const POLL_MS = 250;
const SPARE_SECONDS = 30;
/** What the script says of its end stands in its folder. */
const ANY_STATUS = Array.from({ length: 256 }, (_, status) => status);
const LAST_LINES = 15;
/** Names that would change what bash does before it reads the script. */
const NOT_FOR_BASH: ReadonlySet<string> = new Set(['BASH_ENV', 'ENV', 'SHELLOPTS', 'BASHOPTS']);

/**
 * Runs the job, or goes on with this run where a former worker left it, or gives its result when it has ended. Throws
 * EngineUnavailable while the engine is away, Busy when the worker leaves: in both cases the next call goes on. When
 * `step.signal` is aborted otherwise, the containers of the run are stopped.
 */
export async function runJob(request: RunRequest, step: Step): Promise<RunResult> {
  const { job, run, stack } = request;
  await removeOldRuns(request.folder, new Date());
  const folder = await RunFolder.open(`${request.folder}/${run}`);
  const environment = environmentOf(request, folder);
  const containers = new RunContainers({ job: `${stack}/${job.name}`, run }, request.engine);
  const ended = await folder.result();
  if (ended !== undefined) {
    await containers.remove(step.signal);
    return ended;
  }
  await prepare(request, folder, containers, step);
  const result = await followed(request, folder, environment, step).catch(async (error: unknown) => {
    if (step.signal.aborted && !isLeaving(step)) await containers.end(new AbortController().signal);
    throw error;
  });
  await folder.conclude(result);
  if (result.outcome === 'timed out') await containers.end(step.signal);
  else await containers.remove(step.signal);
  return result;
}

const isLeaving = ({ leaving }: Step): boolean => leaving?.aborted === true;

/** The script is made once: a text that changed since is for the next run. */
async function prepare(request: RunRequest, folder: RunFolder, containers: RunContainers, step: Step): Promise<void> {
  if (await folder.has('script')) return step.log.info('The run goes on where it was', { run: request.run });
  const isThere = (directory: string) => existsSync(directory);
  for (const { shown, directory, hostTarget } of request.job.steps.flatMap((each) => misdirections(each, isThere))) {
    const instead = hostTarget === undefined ? 'the shell will fail to open it' : `taken to ${hostTarget}`;
    step.log.warn(`"${shown}" acts beside the scheduler, where ${directory} is not: ${instead}`);
  }
  const { job, run } = request;
  const isAlone = job.options.overlap !== 'allow-all';
  // A container that was left by a run whose worker was lost for good has the name that this one needs.
  if (isAlone) await containers.removeFormer(step.signal);
  await folder.keepJob(job);
  const steps = job.steps.map((each) => redirected(isAlone ? each : named(each, run), isThere));
  await folder.write('script', scriptOf(job, steps));
}

/** Runs beside each other need names of their own. */
function named(step: JobStep, run: string): JobStep {
  const { place } = step;
  return place.kind === 'image' ? { ...step, place: { ...place, name: `${place.name}-${run.slice(0, 8)}` } } : step;
}

function environmentOf({ stack, job, run, environment }: RunRequest, folder: RunFolder): Record<string, string> {
  const given = Object.entries(environment).filter(([name]) => !NOT_FOR_BASH.has(name));
  return {
    ...Object.fromEntries(given),
    BIRDKEEPER_JOB: `${stack}/${job.name}`,
    BIRDKEEPER_JOB_RUN: run,
    BIRDKEEPER_JOB_FOLDER: folder.path,
    BIRDKEEPER_JOB_OUTPUT: folder.output,
  };
}

/** Runs the script to its end, handing its output on meanwhile. */
async function followed(
  request: RunRequest,
  folder: RunFolder,
  environment: Record<string, string>,
  step: Step,
): Promise<RunResult> {
  const output = await RunOutput.open(folder.output);
  const handOn = async (last = false) => {
    for (let lines = await output.lines({ last }); lines.length > 0; lines = await output.lines({ last })) {
      request.onLines(lines);
      await output.told();
    }
  };
  const startedAt = await folder.startedAt();
  const left = Math.ceil(request.timeoutSeconds - (Date.now() - startedAt.getTime()) / 1_000);
  const shell = left > 0 ? runShell(folder, environment, left, step) : Promise.resolve('timed out' as const);
  let open = true;
  const ended = shell.finally(() => (open = false));
  ended.catch(() => undefined);
  while (open) {
    await handOn();
    await Promise.race([ended.catch(() => undefined), sleep(POLL_MS)]);
  }
  const end = await ended;
  await handOn(true);
  const status = await folder.status();
  return {
    outcome:
      end === 'timed out' ? 'timed out' : (await folder.has('cut-off')) ? 'cut off' : status === 0 ? 'done' : 'failed',
    exitStatus: end === 'timed out' ? null : (status ?? null),
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
    lastLines: await folder.lastLines(LAST_LINES),
  };
}

/** A shell of this run that outlived its worker holds the lock: it is waited for. */
async function runShell(
  folder: RunFolder,
  env: Record<string, string>,
  limitSeconds: number,
  step: Step,
): Promise<'ended' | 'timed out'> {
  const command = guarded(
    { file: 'bash', args: [folder.script] },
    { lock: folder.lock, waitSeconds: limitSeconds, limitSeconds: limitSeconds + SPARE_SECONDS },
  );
  // The limit of the guard holds when this worker is gone.
  const limit = AbortSignal.timeout(limitSeconds * 1_000);
  const leaving = new AbortController();
  const stopWatching = onLeaving(step, async () => {
    await folder.write('leave', '');
    if (!(await folder.isInTheMiddle())) leaving.abort();
  });
  try {
    await runCommand(command, {
      env,
      cwd: dirname(folder.path),
      signal: AbortSignal.any([step.signal, leaving.signal, limit]),
      timeoutMs: 2 * (limitSeconds + SPARE_SECONDS) * 1_000,
      okStatuses: ANY_STATUS,
      leavesNothing: true,
      endWith: 'SIGKILL',
    });
  } catch (error) {
    if ((await folder.status()) !== undefined) return 'ended';
    if (limit.aborted && !step.signal.aborted) return 'timed out';
    if (!leaving.signal.aborted || step.signal.aborted) throw error;
  } finally {
    stopWatching();
  }
  if ((await folder.status()) !== undefined) return 'ended';
  throw await cutShort(folder, leaving.signal.aborted || isLeaving(step));
}

function onLeaving({ leaving }: Step, act: () => Promise<void>): () => void {
  const listener = () => void act().catch(() => undefined);
  leaving?.addEventListener('abort', listener, { once: true });
  if (leaving?.aborted) listener();
  return () => leaving?.removeEventListener('abort', listener);
}

/** Why a script ended without its status. */
async function cutShort(folder: RunFolder, isLeft: boolean): Promise<StepFailure> {
  if (await folder.has('lost')) {
    return new StepFailure(
      FAILURES.engineUnavailable,
      'The Docker Engine does not answer: the run goes on when it is back.',
    );
  }
  const why = isLeft ? 'The worker leaves' : 'The shell of the run was killed';
  return new StepFailure(FAILURES.busy, `${why}: the run is taken up where it is.`);
}
