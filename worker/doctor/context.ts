/** What the checks of this host look at. Each thing is read once, by whoever asks first; it fails for each who asks. */
import { createEngine } from '../../activities/docker/engine.js';
import type { Engine } from '../../activities/docker/types.js';
import type { KeySettings } from '../../activities/git/keys.js';
import { headCommit } from '../../activities/git/history.js';
import { repositoryRoot } from '../../activities/git/root.js';
import { currentBranch } from '../../activities/git/upstream.js';
import { Repository } from '../../activities/git/repository.js';
import type { ComposeModel } from '../../activities/compose/model.js';
import { declaredServices, readModel } from '../../activities/compose/read.js';
import type { ParsedJobs } from '../../activities/jobs/parse.js';
import { createRedactor } from '../../activities/shared/redact.js';
import type { Diagnostic } from '../../activities/stack/diagnostics.js';
import { openLiveView } from '../../activities/stack/open-view.js';
import type { Checkout, StackView } from '../../activities/stack/view.js';
import { StateDirectory, type LastGood } from '../../activities/state/index.js';
import { NotLooked } from '../../client/doctor/findings.js';
import type { DoctorOptions } from '../../client/handlers.js';
import { originsIn } from '../config-checks.js';
import { readFor } from '../config.js';
import { lookAtHost } from '../host-settings.js';
import { jobDiagnostics, jobsOf } from '../jobs.js';

const GIT_MS = 10_000;
const VIEW_MS = 20_000;

export interface DoctorContext {
  options: DoctorOptions;
  host: ReturnType<typeof lookAtHost>;
  engine: Engine;
  /** The configuration as it reads now. Throws why it does not. */
  view(): Promise<StackView>;
  /** The same for those whose question is another one: throws `NotLooked` when it does not read. */
  readableView(): Promise<StackView>;
  /** Every service of the compose files, those that no profile enables included. Throws why Compose does not read them. */
  declared(): Promise<string[]>;
  /** What Compose makes of its files. Throws `NotLooked` when the configuration does not read, else why Compose does not. */
  model(): Promise<ComposeModel>;
  /** Jobs of the configuration, and what is wrong with them. */
  jobs(): Promise<{ parsed: ParsedJobs; diagnostics: Diagnostic[] }>;
  /** Checkouts and keys of the configuration, else of the last good release. Throws `NotLooked` when neither is known. */
  watched(): Promise<Watched>;
  /** The remote that each checkout follows; those that are no repository, or follow none, are left out. */
  remotes(): Promise<RemoteOf[]>;
  repository(dir: string, signal: AbortSignal, timeoutMs?: number): Promise<Repository>;
}

export interface Watched {
  checkouts: readonly Checkout[];
  keys: KeySettings;
  logDir: string | undefined;
  /** Undefined when the configuration does not read. */
  settings: StackView['settings'] | undefined;
}

export interface RemoteOf {
  checkout: Checkout;
  remote: string;
  /** May hold credentials. */
  url: string;
}

export function doctorContext(options: DoctorOptions, host = lookAtHost()): DoctorContext {
  const { childEnvironment: environment, dockerHost } = host;
  const repository: DoctorContext['repository'] = (dir, signal, timeoutMs = GIT_MS) =>
    Repository.at(dir, { signal, timeoutMs, environment });
  const view = once(() => readView(options, environment));
  const reading = ({ variables }: StackView) => ({
    signal: AbortSignal.timeout(VIEW_MS),
    redact: createRedactor(variables),
  });
  const model = once(async () => {
    const read = await readable(view);
    return readModel(read, reading(read));
  });
  const watched = once(() => watchedOf(options, view));
  return {
    options,
    host,
    engine: createEngine(dockerHost === undefined ? {} : { dockerHost }),
    view,
    readableView: () => readable(view),
    declared: once(async () => {
      const read = await readable(view);
      return declaredServices(read, reading(read));
    }),
    model,
    jobs: once(() => readJobsOf(options, environment)),
    watched,
    remotes: once(async () => {
      const { checkouts } = await watched();
      const found = await Promise.all(checkouts.map((checkout) => remoteOf(checkout, repository)));
      return found.flatMap((remote) => remote ?? []);
    }),
    repository,
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function readView({ stackDir, envFile }: DoctorOptions, environment: Record<string, string>): Promise<StackView> {
  const signal = AbortSignal.timeout(VIEW_MS);
  const git = { signal, timeoutMs: GIT_MS, environment };
  return openLiveView(
    { directory: stackDir, ...(envFile === undefined ? {} : { envFile }) },
    {
      env: environment,
      signal,
      repositoryRoot: (dir) => repositoryRoot(dir, git),
      headCommit: (dir) => headCommit(dir, git),
    },
  );
}

async function readJobsOf(options: DoctorOptions, environment: Record<string, string>) {
  const { stackDir, envFile } = options;
  const place = { stackDir, ...(envFile === undefined ? {} : { envFile }) };
  const read = await readFor({ ...place, basic: false, environment, asWorker: true });
  const parsed = await jobsOf(read);
  return { parsed, diagnostics: jobDiagnostics(parsed, await originsIn(read)) };
}

async function watchedOf(options: DoctorOptions, view: () => Promise<StackView>): Promise<Watched> {
  const ownKnownHosts = new StateDirectory(options.stateDirectory).knownHosts();
  try {
    const { checkouts, settings } = await view();
    const { keyDirectory, knownHostsFile, logDir } = settings;
    return { checkouts, keys: { keyDirectory, knownHostsFile, ownKnownHosts }, logDir, settings };
  } catch (error) {
    const lastGood = await recorded(options);
    if (lastGood === undefined) {
      throw new NotLooked(`the configuration does not read, and no good release says what it was`, { cause: error });
    }
    const { checkouts, keyDirectory, knownHostsFile, logDir } = lastGood;
    return { checkouts, keys: { keyDirectory, knownHostsFile, ownKnownHosts }, logDir, settings: undefined };
  }
}

/** A record that cannot be read is told by the check of the state files. */
async function recorded({ stateDirectory, stack }: DoctorOptions): Promise<LastGood | undefined> {
  if (stack === undefined) return undefined;
  try {
    return await (await new StateDirectory(stateDirectory).stack(stack)).lastGood();
  } catch {
    return undefined;
  }
}

async function remoteOf(checkout: Checkout, open: DoctorContext['repository']): Promise<RemoteOf | undefined> {
  try {
    const repository = await open(checkout.dir, AbortSignal.timeout(GIT_MS));
    const remote = (await currentBranch(repository))?.upstream?.remote ?? 'origin';
    const url = await repository.line(['config', '--get', `remote.${remote}.url`]);
    if (url === undefined) return undefined;
    // As git rewrites it (url.<base>.insteadOf).
    const used = await repository.line(['ls-remote', '--get-url', '--end-of-options', remote]);
    return { checkout, remote, url: used ?? url };
  } catch {
    // The check of the checkouts says what is wrong with it.
    return undefined;
  }
}

/** For those who need the configuration: its own check says why it does not read. */
async function readable(view: () => Promise<StackView>): Promise<StackView> {
  try {
    return await view();
  } catch (error) {
    throw new NotLooked('the configuration does not read', { cause: error });
  }
}
