/** The production form as an operator has it: a clone of its own, secrets and `.env`, started by Compose on this engine. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Clone } from '../world/clone.js';
import { containersOf, type ContainerState } from '../world/containers.js';
import { enter, removeWorld } from '../world/ledger.js';
import { freePorts } from '../world/ports.js';
import { attempt, output, WORLD_HOST } from '../world/programs.js';
import type { Files } from '../world/sample-stack.js';
import { waitFor } from '../world/wait.js';
import type { World } from '../world/world.js';

export const FILE = 'docker-compose.temporal.yml';
const FOLDER = 'production';
const UP_MS = 300_000;

/** The file and what it mounts, of this checkout. */
export async function productionFiles(): Promise<Files> {
  const root = repositoryRoot();
  const inside = await readdir(join(root, FOLDER), { recursive: true, withFileTypes: true });
  const paths = inside
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const texts = await Promise.all(
    [FILE, ...paths].map(async (path) => [path, await readFile(join(root, path), 'utf8')]),
  );
  return Object.fromEntries(texts) as Files;
}

/** The same with another version of the server, and of the tools that go with it. */
export function withServer(files: Files, version: string): Files {
  const text = (files[FILE] ?? '').replace(/(temporalio\/(?:server|admin-tools)):[\w.-]+/g, `$1:${version}`);
  return { ...files, [FILE]: text };
}

export class ProductionStack {
  private constructor(
    private readonly world: World,
    readonly project: string,
    readonly directory: string,
    readonly developer: Clone,
    readonly uiPort: number,
  ) {}

  /** Cloned and configured; nothing runs yet. Its worker begins with the world's stack. */
  static async create(world: World, files: Files): Promise<ProductionStack> {
    const { git, env, settings, dir } = world.parts;
    const project = `${world.project}-temporal`;
    const own = join(dir, 'production');
    await mkdir(own, { recursive: true });
    await enter(project, own);
    const remote = await git.addRepository('production');
    const developer = new Clone(
      join(dir, 'developer', 'production'),
      { url: remote.url, key: remote.pushKeyPath },
      env,
    );
    await developer.found({ ...files, '.gitignore': '.env\nenv.local\n' });
    await copyFile(remote.deployKeyPath, join(settings.keyDirectory, 'clone_deploy_key'));
    const directory = join(own, 'clone');
    await new Clone(directory, { url: remote.url, key: remote.deployKeyPath }, env).clone();
    const stack = new ProductionStack(world, project, directory, developer, (await freePorts(1))[0] ?? 0);
    await stack.configure();
    return stack;
  }

  private async configure(): Promise<void> {
    const { world } = this;
    const { dir, settings, env } = world.parts;
    await output('sh', ['production/make-secrets.sh', this.secrets], { env, cwd: this.directory });
    const variables = {
      COMPOSE_FILE: FILE,
      COMPOSE_PROJECT_NAME: this.project,
      BIRDKEEPER_SECRETS_DIR: this.secrets,
      BIRDKEEPER_STACK: world.stackDirectory,
      BIRDKEEPER_STACKS_DIR: dir,
      BIRDKEEPER_STATE_DIR: world.stateDirectory,
      BIRDKEEPER_LOG_DIR: settings.logDirectory,
      BIRDKEEPER_HOST: WORLD_HOST,
      BIRDKEEPER_UI_PORT: String(this.uiPort),
    };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(this.directory, '.env'), lines.join(''));
    const own = [
      `AUTODEPLOY_DEPLOY_KEY_ROOT_DIR='${settings.keyDirectory}' AUTODEPLOY_PLATFORM_FREQUENCY='@every 1h'`,
      `PAVICS_LOG_DIR='${dir}/log-production'`,
    ];
    await writeFile(join(this.directory, 'env.local'), own.map((line) => `export ${line}\n`).join(''));
  }

  get secrets(): string {
    return join(this.directory, '..', 'secrets');
  }

  /** The password of the database, for who looks whether it shows anywhere. */
  async password(): Promise<string> {
    return (await readFile(join(this.secrets, 'postgres-password'), 'utf8')).trim();
  }

  compose(...args: string[]): Promise<string> {
    return output('docker', ['compose', ...args], { env: this.world.parts.env, cwd: this.directory, limit: UP_MS });
  }

  /** As an operator starts it: the file unchanged, until everything is healthy. Throws with the state and logs of what is not. */
  async up(): Promise<void> {
    const { env } = this.world.parts;
    const args = ['compose', 'up', '--detach', '--wait', '--wait-timeout', '240'];
    const { status, stderr } = await attempt('docker', args, { env, cwd: this.directory, limit: UP_MS });
    if (status !== 0) throw new Error(`up ended with ${status}:\n${stderr.slice(-2000)}\n${await this.tails()}`);
  }

  containers(): Promise<ContainerState[]> {
    return containersOf(this.project, this.world.parts.env);
  }

  async container(service: string): Promise<ContainerState> {
    const found = (await this.containers()).filter((container) => container.service === service);
    const [one] = found;
    if (one === undefined || found.length > 1) throw new Error(`${found.length} containers of ${service}`);
    return one;
  }

  /** Waits until the engine says so of a service. */
  health(service: string, wanted: 'healthy' | 'unhealthy', within = 120_000): Promise<ContainerState> {
    return waitFor(
      `${service} is ${wanted}`,
      async () => {
        const container = await this.container(service);
        return container.health === wanted && container.status === 'running' && container;
      },
      { within },
    );
  }

  async allHealthy(): Promise<void> {
    for (const service of ['postgres', 'temporal', 'ui', 'worker']) await this.health(service, 'healthy');
  }

  /** The address of a service on a network that it shares with others; undefined while it has none. */
  async addressOf(service: string, network = 'temporal'): Promise<string | undefined> {
    const [container] = (await this.containers()).filter((each) => each.service === service);
    if (container?.status !== 'running') return undefined;
    const format = `{{(index .NetworkSettings.Networks "${this.project}_${network}").IPAddress}}`;
    const address = await this.docker('inspect', '--format', format, container.id);
    return address === '' ? undefined : address;
  }

  /** SIGKILL to the first process, as a crash or the end of the memory would. The engine starts it again. */
  async crash(service: string): Promise<void> {
    const { id } = await this.container(service);
    process.kill(Number(await this.docker('inspect', '--format', '{{.State.Pid}}', id)), 'SIGKILL');
  }

  docker(...args: string[]): Promise<string> {
    return output('docker', args, { env: this.world.parts.env });
  }

  /** What the database answers, values only. */
  sql(database: string, question: string): Promise<string> {
    const psql = ['psql', '--username=temporal', '--no-psqlrc', '--tuples-only', '--no-align', `--dbname=${database}`];
    return this.compose('exec', '-T', 'postgres', ...psql, `--command=${question}`);
  }

  /** `birdkeeper` in the worker's container. What it printed, whatever became of it. */
  async birdkeeper(...args: string[]): Promise<string> {
    const { env } = this.world.parts;
    const command = ['compose', 'exec', '-T', 'worker', 'birdkeeper', ...args];
    const { stdout, stderr } = await attempt('docker', command, { env, cwd: this.directory });
    return stdout + stderr;
  }

  async tails(): Promise<string> {
    const states = (await this.containers()).map(({ service, status, health, exitCode }) =>
      [service, status, health ?? '', exitCode].join(' '),
    );
    const { env } = this.world.parts;
    const args = ['compose', 'logs', '--no-color', '--tail', '15'];
    const { stdout } = await attempt('docker', args, { env, cwd: this.directory });
    return [...states, stdout.replace(/^(.{400}).*$/gm, '$1…')].join('\n');
  }

  /** Containers, volumes, networks, and the names under which birdkeeper keeps images for the way back. */
  async remove(): Promise<void> {
    await removeWorld(this.project, join(this.world.dir, 'production'), this.world.parts.engine);
    const { env } = this.world.parts;
    const kept = `birdkeeper.local/${this.project}/*`;
    const format = '{{.Repository}}:{{.Tag}}';
    const names = (await this.docker('images', '--filter', `reference=${kept}`, '--format', format)).split('\n');
    for (const name of names.filter((each) => each !== '')) await attempt('docker', ['image', 'rm', name], { env });
  }
}

export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, FILE))) folder = dirname(folder);
  return folder;
}
