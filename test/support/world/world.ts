import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../../../activities/shared/run-command.js';
import { StateDirectory } from '../../../activities/state/index.js';
import { readEmbeddedRecord, type EmbeddedRecord } from '../../../client/embedded-record.js';
import type { Commits, DeploymentRecord } from '../../../workflows/model.js';
import type { GitServer } from '../ssh-git.js';
import type { Clone } from './clone.js';
import { containersOf, type ContainerState } from './containers.js';
import type { SampleImages } from './images.js';
import { removeWorld } from './ledger.js';
import { attempt, WORLD_HOST } from './programs.js';
import { envLocal, STACK_FOLDER, type EnvLocal, type Ports } from './sample-stack.js';
import { WorldTemporal } from './temporal.js';
import { Upkeep, type UpOptions } from './upkeep.js';
import { waitFor, type WaitLimits } from './wait.js';

/** A deployment takes seconds; on a machine that builds other things at the same time, a minute and more. */
const PATIENCE_MS = 120_000;

/** Contents by path; null removes the file. */
type Changes = Readonly<Record<string, string | null>>;

export type RepositoryName = 'platform' | 'private';

/** What a world is made of; `createWorld` puts it together. */
export interface Parts {
  project: string;
  dir: string;
  env: Record<string, string>;
  /** What of `env` makes it another engine's world. */
  engine?: Record<string, string>;
  ports: Ports;
  developers: Record<RepositoryName, Clone>;
  checkouts: Record<RepositoryName, string>;
  images: SampleImages;
  settings: EnvLocal;
  /** Ends git server and registry. */
  stopServers: () => Promise<void>;
  git: GitServer;
  /** The build of these sources unless given. */
  program?: string;
}

/** A sample stack with all that it needs, on this machine: remotes behind ssh, registry, checkouts, and a birdkeeper of its own. */
export class World {
  readonly upkeep: Upkeep;
  private client: { address: string; temporal: WorldTemporal } | undefined;

  constructor(readonly parts: Parts) {
    this.upkeep = new Upkeep(parts.dir, this.stackDirectory, parts.env, parts.program);
  }

  get project(): string {
    return this.parts.project;
  }

  get dir(): string {
    return this.parts.dir;
  }

  get stackDirectory(): string {
    return join(this.parts.checkouts.platform, STACK_FOLDER);
  }

  get stateDirectory(): string {
    return join(this.dir, 'state');
  }

  get images(): SampleImages {
    return this.parts.images;
  }

  /** Commits and pushes as a developer would. Returns the commit. Nobody looks before the schedule's next time. */
  push(repository: RepositoryName, files: Changes, message: string): Promise<string> {
    return this.parts.developers[repository].push(files, message);
  }

  /** `push`, and a look by the schedule without waiting for its time. */
  async release(repository: RepositoryName, files: Changes, message: string): Promise<string> {
    const commit = await this.push(repository, files, message);
    await this.look();
    return commit;
  }

  /** A look by the schedule, now. */
  async look(): Promise<void> {
    await (await this.temporal()).trigger('autodeploy');
  }

  /** Releases an `env.local` that differs from the first one as given. */
  releaseSettings(changes: Partial<EnvLocal>, message: string): Promise<string> {
    return this.release('private', envLocal({ ...this.parts.settings, ...changes }), message);
  }

  /** The same without a look. */
  pushSettings(changes: Partial<EnvLocal>, message: string): Promise<string> {
    return this.push('private', envLocal({ ...this.parts.settings, ...changes }), message);
  }

  containers(): Promise<ContainerState[]> {
    return containersOf(this.project, this.parts.env);
  }

  /** The container of each service. Throws when a service has several: nothing of the sample is scaled. */
  async state(): Promise<Record<string, ContainerState>> {
    const containers = await this.containers();
    const byService = Object.fromEntries(containers.map((container) => [container.service, container]));
    if (Object.keys(byService).length < containers.length) {
      throw new Error(`several containers of one service: ${containers.map(({ service }) => service).join(', ')}`);
    }
    return byService;
  }

  /** What a service answers; throws when it does not, or not with 200. */
  async get(service: keyof Ports, path = '/'): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.parts.ports[service]}${path}`, {
      signal: AbortSignal.timeout(2_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service} answered ${answer.status}`);
    return text.trim();
  }

  up(options: UpOptions = {}): Promise<void> {
    return this.upkeep.up(options);
  }

  kill9(): Promise<void> {
    return this.upkeep.kill9();
  }

  /** ^C, and waits for the end. */
  stop(): Promise<void> {
    return this.upkeep.interrupt();
  }

  cli(args: readonly string[], options: { env?: Record<string, string>; limit?: number } = {}): Promise<RunResult> {
    const [command = '--help', ...rest] = args;
    return attempt(process.execPath, [this.upkeep.program, command, '--stack', this.stackDirectory, ...rest], {
      env: { ...this.parts.env, ...options.env },
      cwd: this.dir,
      limit: options.limit ?? 60_000,
    });
  }

  /** Every concluded deployment, oldest first; none while nothing is registered. */
  async history(): Promise<DeploymentRecord[]> {
    if (!existsSync(join(this.stateDirectory, 'stacks.json'))) return [];
    return (await this.recorded()).deployments();
  }

  /** The state directory's side of the stack. */
  recorded() {
    return new StateDirectory(this.stateDirectory).stack(this.project);
  }

  waitForOutcome(number: number, limits: WaitLimits = {}): Promise<DeploymentRecord> {
    return waitFor(
      `the end of deployment ${number}`,
      async () => (await this.history()).find((record) => record.number === number),
      { within: PATIENCE_MS, ...limits },
    );
  }

  /** The concluded deployment that was to bring this commit to that repository; the newest when there are several. */
  waitForCommit(repository: RepositoryName, commit: string, limits: WaitLimits = {}): Promise<DeploymentRecord> {
    return waitFor(
      `the end of a deployment of ${commit.slice(0, 7)} in ${repository}`,
      async () => (await this.history()).findLast(({ to }) => to[repository] === commit),
      { within: PATIENCE_MS, ...limits },
    );
  }

  /** What is checked out on the host. */
  async checkedOut(): Promise<Commits> {
    const { checkouts, env } = this.parts;
    const heads = Object.entries(checkouts).map(async ([name, dir]) => {
      // A deployment may have given the checkout to somebody else.
      const { stdout } = await attempt('git', ['-c', 'safe.directory=*', 'rev-parse', 'HEAD'], { env, cwd: dir });
      return [name, stdout.trim()] as const;
    });
    return Object.fromEntries(await Promise.all(heads));
  }

  server(): Promise<EmbeddedRecord | undefined> {
    return readEmbeddedRecord(this.stateDirectory);
  }

  /** A client of the server that runs now; the same one as long as its address stays. */
  async temporal(): Promise<WorldTemporal> {
    const address = (await this.server())?.address;
    if (address === undefined) throw new Error('no Temporal server has been started');
    if (this.client?.address !== address) {
      await this.client?.temporal.close();
      const ref = { host: WORLD_HOST, stack: this.project };
      this.client = { address, temporal: await WorldTemporal.connect(address, ref) };
    }
    return this.client.temporal;
  }

  autodeployLog(): Promise<string> {
    return readFile(join(this.parts.settings.logDirectory, 'autodeploy.log'), 'utf8').catch(() => '');
  }

  /** The ends of worker output and log file, for messages. */
  async tails(lines = 40): Promise<string> {
    const tail = (text: string) => text.trimEnd().split('\n').slice(-lines).join('\n');
    return [
      '--- what `birdkeeper up` printed:',
      tail(await this.upkeep.printed()),
      '--- autodeploy.log:',
      tail(await this.autodeployLog()),
    ].join('\n');
  }

  /** Removes containers, volumes, networks, images, processes and directories of the world. Twice: nothing is left to do. */
  async destroy(): Promise<void> {
    await this.client?.temporal.close().catch(() => undefined);
    this.client = undefined;
    await this.upkeep.interrupt().catch(() => undefined);
    await this.parts.stopServers().catch(() => undefined);
    await removeWorld(this.project, this.dir, this.parts.engine);
  }
}
