/** Makes the images of a plan available. Nothing that runs is touched. */
import { FAILURES, StepFailure, messageOf } from '../shared/failures.js';
import type { Redact } from '../shared/redact.js';
import { guarded } from '../shared/guarded.js';
import { CommandFailed, runCommand, tailOf } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { buildCommand, composeEnvironment, pullCommand } from './command.js';
import { composeFailure } from './failures.js';
import type { ImageNeed } from './images.js';
import type { ComposeView } from './read.js';
import { registryFailure } from './registry-errors.js';

/** A large image over a slow line; the activity's own limit is above it. */
const PULL_MS = 30 * 60_000;
const BUILD_SECONDS = 30 * 60;
const LOCK_WAIT_SECONDS = 60;
/** The engine fetches three layers of an image at once; more images than this only share the line. */
const PARALLEL_PULLS = 3;

export interface ProvideInput {
  view: ComposeView;
  needs: readonly ImageNeed[];
  /** Builds read the work tree and are behind the lock of the stack. */
  lock: string;
  step: Step;
  redact: Redact;
  /** Where the docker command line looks for logins, with the environment of the view; named to who is refused. */
  loginFile?: string;
}

/**
 * Pulls in parallel, then builds one by one. Twice: what is here is not fetched again by the engine, and a build of an
 * unchanged context gives the same image. Throws the failure of a refused image before that of a busy registry: the former
 * needs a person.
 */
export async function provideImages(input: ProvideInput): Promise<{ pulled: string[]; built: string[] }> {
  const pulls = input.needs.filter(({ how }) => how === 'pull');
  const builds = input.needs.filter(({ how }) => how === 'build');
  const failures: Error[] = [];
  const queue = [...pulls];
  const lane = async (): Promise<void> => {
    for (let need = queue.shift(); need; need = queue.shift()) {
      await pullImage(need, input).catch((error: unknown) => {
        failures.push(error instanceof Error ? error : new Error(messageOf(error)));
      });
      input.step.signal.throwIfAborted();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_PULLS }, lane));
  const [worst] = failures.sort((a, b) => Number(isRetryable(a)) - Number(isRetryable(b)));
  if (worst) throw worst;
  for (const need of builds) await buildImage(need, input);
  return { pulled: pulls.map(({ reference }) => reference), built: builds.map(({ reference }) => reference) };
}

async function pullImage(need: ImageNeed, input: ProvideInput): Promise<void> {
  const { view, step } = input;
  step.log.info(`Pulling ${need.reference} for ${need.services.join(', ')}: ${need.reason}`);
  step.heartbeat({ pulling: need.reference });
  try {
    await runCommand(pullCommand(need.reference, need.platform), {
      cwd: view.directory,
      env: composeEnvironment(view.composeVariables),
      signal: step.signal,
      timeoutMs: PULL_MS,
      onLine: (line) => step.log.output(line),
    });
  } catch (error) {
    step.signal.throwIfAborted();
    throw pullFailure(error, need, input);
  }
}

function pullFailure(error: unknown, need: ImageNeed, { redact, loginFile }: ProvideInput): Error {
  if (!(error instanceof CommandFailed)) return error instanceof Error ? error : new Error(messageOf(error));
  const who = `Image ${need.reference} (for ${need.services.join(', ')}) could not be pulled`;
  const output = error.stderr || error.stdout;
  const meaning = error.reason === 'timed out' ? registryFailure('timed out') : registryFailure(output);
  const file =
    meaning?.type === FAILURES.unauthorised && loginFile !== undefined ? ` (logins are read from ${loginFile})` : '';
  const text = meaning ? `${who}: ${meaning.why}${file}. ${meaning.remedy}`.trimEnd() : who;
  return new StepFailure(
    meaning?.type ?? FAILURES.registryBusy,
    redact(`${text}${tailOf(output)}`),
    meaning?.retryAfterMs,
    { cause: error },
  );
}

async function buildImage(need: ImageNeed, input: ProvideInput): Promise<void> {
  const { view, step } = input;
  step.log.info(`Building ${need.reference} for ${need.services.join(', ')}: ${need.reason}`);
  step.heartbeat({ building: need.reference });
  const env = composeEnvironment(view.composeVariables);
  try {
    await build(need, input, env);
  } catch (error) {
    step.signal.throwIfAborted();
    if (!lacksBuildKit(error) || env['DOCKER_BUILDKIT'] === '0') throw buildFailure(error, need, input.redact);
    step.log.info('BuildKit is not to be had here: building with the classic builder');
    try {
      await build(need, input, { ...env, DOCKER_BUILDKIT: '0' });
    } catch (second) {
      step.signal.throwIfAborted();
      throw buildFailure(second, need, input.redact);
    }
  }
}

async function build(need: ImageNeed, { view, lock, step }: ProvideInput, env: Record<string, string>): Promise<void> {
  const command = view.wrap(buildCommand(view, need.builtBy === undefined ? [] : [need.builtBy]));
  await runCommand(guarded(command, { lock, waitSeconds: LOCK_WAIT_SECONDS, limitSeconds: BUILD_SECONDS }), {
    cwd: view.directory,
    env,
    signal: step.signal,
    timeoutMs: (LOCK_WAIT_SECONDS + BUILD_SECONDS + 30) * 1000,
    onLine: (line) => step.log.output(line),
  });
}

const lacksBuildKit = (error: unknown): boolean =>
  error instanceof CommandFailed &&
  /buildx (component|plugin)|buildkit is (not supported|enabled but)|requires buildx/i.test(error.stderr);

function buildFailure(error: unknown, need: ImageNeed, redact: Redact): Error {
  const output = error instanceof CommandFailed ? tailOf(error.stderr) : '';
  // A build fetches the images that it starts from; whatever else went wrong is in its files.
  const ofRegistry = /failed to resolve source metadata|pull access denied|toomanyrequests|manifest unknown/i.test(
    output,
  );
  return composeFailure(error, `build ${need.reference} (for ${need.services.join(', ')})`, {
    redact,
    otherwise: (ofRegistry ? registryFailure(output)?.type : undefined) ?? FAILURES.configuration,
  });
}

const isRetryable = (error: Error): boolean => error instanceof StepFailure && error.type === FAILURES.registryBusy;
