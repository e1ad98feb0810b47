/** A world whose worker runs in a container, as the component `scheduler` has it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createEngine } from '../../../activities/docker/engine.js';
import type { Engine, EngineContainer } from '../../../activities/docker/types.js';
import { helperName } from '../../../activities/deployment/hand-over.js';
import { ensureWorkerImage } from '../../../scripts/setup/worker-image.mjs';
import { WORLD_LABEL } from './containers.js';
import { createWorld } from './index.js';
import { attempt, output, WORLD_HOST } from './programs.js';
import { STACK_FOLDER, type EnvLocal, type Files } from './sample-stack.js';
import { waitFor } from './wait.js';
import type { World } from './world.js';

const COMPONENT = ['default.env', 'component.yml', '.gitignore', 'docker-compose-extra.yml.template'] as const;
const FOLDER = `${STACK_FOLDER}/components/scheduler`;

/** Of this checkout; looked at once per process. */
let checkoutImage: Promise<string> | undefined;

export interface BoxedOptions {
  name: string;
  /** Further lines of `env.local`. */
  extra?: readonly string[];
  files?: (files: Files) => Files;
  /** copied: the component lies in the platform's repository; none: a test brings it. */
  component?: 'copied' | 'none';
  env?: Record<string, string>;
}

export class Boxed {
  private readonly engine: Engine;
  readonly signal = new AbortController().signal;

  constructor(
    readonly world: World,
    private readonly extra: readonly string[] = [],
  ) {
    const dockerHost = world.parts.env['DOCKER_HOST'];
    this.engine = createEngine(dockerHost === undefined ? {} : { dockerHost });
  }

  get name(): string {
    return `${this.world.project}-scheduler`;
  }

  /** `env.local` with the scheduler of that image; empty: of the component that `more` names. */
  settings(image: string, more: readonly string[] = []): Partial<EnvLocal> {
    return {
      extra: [
        ...(image === '' ? [] : ['export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/scheduler"']),
        `export BIRDKEEPER_IMAGE='${image}' BIRDKEEPER_CONTAINER_NAME='${this.name}'`,
        `export BIRDKEEPER_STATE_DIR='${this.world.stateDirectory}' BIRDKEEPER_HOST='${WORLD_HOST}'`,
        "export BIRDKEEPER_HAND_OVER_SECONDS='40' BIRDKEEPER_METRICS_LISTEN='none'",
        ...this.extra,
        ...more,
      ],
    };
  }

  docker(...args: string[]): Promise<string> {
    return output('docker', args, { env: this.world.parts.env, limit: 120_000 });
  }

  /** The command line in the worker's container, which finds its stack by itself. */
  cli(...args: string[]) {
    return attempt('docker', ['exec', this.name, 'birdkeeper', ...args], { env: this.world.parts.env });
  }

  /** An image made of the checkout's with further lines of a Dockerfile; without any it differs by its label alone. */
  image(word: string, ...lines: string[]): Promise<string> {
    return this.imageWith(word, {}, ...lines);
  }

  /** `files`: of the context that the lines copy from, by name. */
  async imageWith(word: string, files: Files, ...lines: string[]): Promise<string> {
    const { project } = this.world.parts;
    const from = await this.bring(await (checkoutImage ??= ensureWorkerImage({ root: root(), env: process.env })));
    const tag = `${project}-worker:${word}`;
    const context = await mkdtemp(join(tmpdir(), `${project}-image-`));
    try {
      for (const [name, text] of Object.entries(files)) await writeFile(join(context, name), text);
      await writeFile(
        join(context, 'Dockerfile'),
        [`FROM ${from}`, `LABEL ${WORLD_LABEL}=${project} word=${word}`, ...lines, ''].join('\n'),
      );
      await this.docker('build', '--quiet', '--network', 'none', '--tag', tag, context);
    } finally {
      await rm(context, { recursive: true });
    }
    return tag;
  }

  /** An image of this machine's engine, in the engine of this world. */
  private async bring(image: string): Promise<string> {
    const { DOCKER_HOST: other, ...env } = this.world.parts.env;
    if (other === undefined) return image;
    const script = 'docker save "$1" | DOCKER_HOST="$2" docker load --quiet';
    await output('sh', ['-c', script, 'sh', image, other], { env, limit: 300_000 });
    return image;
  }

  /** The first deployment with Docker alone: everything starts, the worker too. */
  async begin(image: string): Promise<void> {
    const { world } = this;
    const { status, stdout, stderr } = await attempt(
      'docker',
      [
        ...['run', '--rm', '--init', '--network', 'host', '--volume', '/var/run/docker.sock:/var/run/docker.sock'],
        ...['--volume', `${world.dir}:${world.dir}`, '--env', `BIRDKEEPER_STATE_DIR=${world.stateDirectory}`],
        ...[image, 'deploy', '--local', '--stack', world.stackDirectory],
      ],
      { env: world.parts.env, limit: 180_000 },
    );
    if (status !== 0) throw new Error(`the first deployment ended with ${status}:\n${stdout}\n${stderr}`);
    await waitFor('a worker that polls', async () => (await this.asked()).startsWith('{"polls":true'), {
      within: 60_000,
    });
  }

  /** What the worker answers on its socket; empty when nobody does. */
  private async asked(): Promise<string> {
    const socket = join(this.world.stateDirectory, 'worker.sock');
    const { stdout } = await attempt(
      'curl',
      ['--silent', '--max-time', '5', '--unix-socket', socket, 'http://worker/'],
      {
        env: this.world.parts.env,
      },
    );
    return stdout;
  }

  /** Containers of the service `scheduler`. */
  async workers(): Promise<EngineContainer[]> {
    const all = await this.engine.containers(this.world.project, { signal: this.signal });
    return all.filter(({ service, oneOff }) => service === 'scheduler' && !oneOff);
  }

  helper(number: number): Promise<EngineContainer | undefined> {
    return this.engine.container(helperName(this.world.project, number), { signal: this.signal });
  }

  /** SIGKILL to the first process of a container, as a crash or the memory's end would. False: it does not run. */
  async kill(container: string): Promise<boolean> {
    const pid = Number(await this.docker('inspect', '--format', '{{.State.Pid}}', container).catch(() => '0'));
    if (pid === 0) return false;
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      return false;
    }
  }

  destroy(): Promise<void> {
    return this.world.destroy();
  }

  /** For a test that failed. */
  async tellTails(): Promise<void> {
    process.stderr.write(`${await this.tails()}\n`);
  }

  async tails(): Promise<string> {
    const { stdout, stderr } = await attempt('docker', ['logs', '--tail', '60', this.name], {
      env: this.world.parts.env,
    });
    return `${await this.world.tails(80)}\n--- the worker's container:\n${stdout}${stderr}`;
  }
}

/** The component's files, as part of the platform's repository. */
export async function componentFiles(): Promise<Files> {
  const texts = await Promise.all(
    COMPONENT.map(async (file) => {
      const text = await readFile(join(root(), 'components', 'scheduler', file), 'utf8');
      return [`${FOLDER}/${file}`, text] as const;
    }),
  );
  return Object.fromEntries(texts);
}

/** Made, not begun: `begin` deploys it for the first time. */
export async function createBoxed(options: BoxedOptions): Promise<Boxed> {
  const { name, extra = [], files = (same) => same, component: place = 'copied', env = {} } = options;
  const component = place === 'none' ? {} : await componentFiles();
  const world = await createWorld({ name, env, files: (first) => files({ ...first, ...component }) });
  return new Boxed(world, extra);
}

function root(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'Dockerfile'))) folder = dirname(folder);
  return folder;
}
