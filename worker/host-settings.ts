/** The only reader of the environment on the worker's side: what belongs to this machine, read once at the start. */
import { access, chmod, constants, mkdir } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { z } from 'zod';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { keepHostName, keepStateId } from '../client/host-name.js';
import {
  cacheDirectory,
  personalLogDirectory,
  statePlace,
  SYSTEM_LOG_DIRECTORY,
  SYSTEM_STATE_DIRECTORY,
  temporalEnvironment,
  type Environment,
  type Person,
} from '../client/places.js';
import { childEnvironment, definedOnly } from './child-environment.js';
import { MetricsListen, type MetricsAddress } from './metrics/settings.js';
import { WebhookListen, type ListenAddress } from './webhook/settings.js';

const Settings = z.object({
  BIRDKEEPER_HOST: z.string().optional(),
  BIRDKEEPER_TEMPORAL_CLI: z.string().optional(),
  BIRDKEEPER_LOG_FORMAT: z.enum(['text', 'json']).default('text'),
  DOCKER_HOST: z.string().optional(),
  BIRDKEEPER_METRICS_LISTEN: MetricsListen,
  BIRDKEEPER_WEBHOOK_LISTEN: WebhookListen.optional(),
  BIRDKEEPER_WEBHOOK_SECRET_FILE: z.string().startsWith('/', 'should be an absolute path').optional(),
});

export type LogFormat = 'text' | 'json';

export interface HostSettings {
  stateDirectory: string;
  /** Name in workflow ids and the task queue. */
  host: string;
  /** Tells this state directory from another's whose host has the same name. */
  stateId: string;
  /** The machine's own name, for messages. */
  machine: string;
  person: Person;
  /** DOCKER_HOST; undefined: the default socket. */
  dockerHost: string | undefined;
  logFormat: LogFormat;
  /** BIRDKEEPER_TEMPORAL_CLI. */
  temporalCli: string | undefined;
  /** BIRDKEEPER_METRICS_LISTEN; empty: nowhere. */
  metricsListen: readonly MetricsAddress[];
  /** BIRDKEEPER_WEBHOOK_LISTEN. */
  webhookListen: ListenAddress | undefined;
  /** BIRDKEEPER_WEBHOOK_SECRET_FILE. */
  webhookSecretFile: string | undefined;
  cacheDirectory: string;
  personalLogDirectory: string;
  /** TEMPORAL_* and what finding the profile file needs, for `chooseServer`. */
  temporalEnvironment: Record<string, string>;
  /** The whole environment of every child process. */
  childEnvironment: Record<string, string>;
  /** Sentences to be told once, at the start. */
  notices: string[];
}

/**
 * Reads and checks the settings; makes the state directory; keeps the host's name. Throws `StepFailure` of type
 * Configuration that names the variable.
 */
export async function readHostSettings(
  env: Environment = process.env,
  person: Person = thisPerson(env),
  machine: string = hostname(),
): Promise<HostSettings> {
  const settings = parse(env);
  const place = statePlace(env, person, process.cwd());
  await makeStateDirectory(place.directory);
  const notices =
    place.why === 'personal'
      ? [
          `Not root: state is kept in ${place.directory} rather than ${SYSTEM_STATE_DIRECTORY} (BIRDKEEPER_STATE_DIR sets it).`,
        ]
      : [];
  return {
    stateDirectory: place.directory,
    host: await keepHostName(place.directory, settings.BIRDKEEPER_HOST, machine),
    stateId: await keepStateId(place.directory),
    machine,
    person,
    dockerHost: settings.DOCKER_HOST,
    logFormat: settings.BIRDKEEPER_LOG_FORMAT,
    temporalCli: settings.BIRDKEEPER_TEMPORAL_CLI,
    metricsListen: settings.BIRDKEEPER_METRICS_LISTEN,
    webhookListen: settings.BIRDKEEPER_WEBHOOK_LISTEN,
    webhookSecretFile: settings.BIRDKEEPER_WEBHOOK_SECRET_FILE,
    cacheDirectory: cacheDirectory(env, person),
    personalLogDirectory: personalLogDirectory(env, person),
    temporalEnvironment: temporalEnvironment(env),
    childEnvironment: childEnvironment(env, person),
    notices,
  };
}

/** What belongs to this machine, for who only looks: nothing is made and nothing refused. */
export function lookAtHost(
  env: Environment = process.env,
  person: Person = thisPerson(env),
): Pick<HostSettings, 'person' | 'dockerHost' | 'childEnvironment' | 'personalLogDirectory'> {
  return {
    person,
    dockerHost: env.DOCKER_HOST?.trim() ? env.DOCKER_HOST : undefined,
    childEnvironment: childEnvironment(env, person),
    personalLogDirectory: personalLogDirectory(env, person),
  };
}

function parse(env: Environment): z.infer<typeof Settings> {
  // An empty value is how a compose file or a unit says "not set".
  const given = definedOnly(env, (name) => env[name]?.trim() !== '');
  const parsed = Settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = issue?.path.join('.') ?? 'environment';
  throw new StepFailure(FAILURES.configuration, `${name}: ${issue?.message} (got ${JSON.stringify(given[name])})`);
}

function thisPerson(env: Environment): Person {
  return { isRoot: process.getuid?.() === 0, home: env.HOME ?? homedir() };
}

/** Everybody may pass through to the few files that are theirs to read; each of the others has its own mode. */
async function makeStateDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o755);
    await access(directory, constants.W_OK);
  } catch (error) {
    throw new StepFailure(
      FAILURES.configuration,
      `The state directory ${directory} cannot be used (${error instanceof Error ? error.message : String(error)}). Set BIRDKEEPER_STATE_DIR to one that this user may write.`,
    );
  }
}

/**
 * Chooses where a stack's logs go: the configured directory, made when missing; where it cannot be written, this user's
 * own. `tell` hears of each directory once.
 */
export function logDirectoryChooser(
  own: string,
  tell: (notice: string) => void,
): (configured: string | undefined) => Promise<string> {
  const told = new Set<string>();
  return async (configured) => {
    const wanted = configured?.trim() ? configured : SYSTEM_LOG_DIRECTORY;
    const problem = await problemWith(wanted);
    if (problem === undefined) return wanted;
    await mkdir(own, { recursive: true });
    if (!told.has(wanted)) {
      told.add(wanted);
      tell(`Logs go to ${own}, because ${wanted} cannot be written (${problem}).`);
    }
    return own;
  };
}

async function problemWith(directory: string): Promise<string | undefined> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
