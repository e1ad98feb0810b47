/** Another stack on the host of a world: one checkout, one service with a page, a project of its own. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StateDirectory } from '../../../activities/state/index.js';
import type { DeploymentRecord } from '../../../workflows/model.js';
import { Clone } from './clone.js';
import { containersOf } from './containers.js';
import { enter, removeWorld } from './ledger.js';
import { freePorts } from './ports.js';
import { attempt, WORLD_HOST } from './programs.js';
import { WorldTemporal } from './temporal.js';
import { waitFor } from './wait.js';
import type { World } from './world.js';

const composeFile = (image: string, port: number, page: string): string => `services:
  page:
    image: ${image}
    init: true
    stop_grace_period: 1s
    command: ["sh", "-c", "mkdir -p /www && echo ${page} > /www/index.html && exec httpd -f -p 8080 -h /www"]
    ports:
      - "127.0.0.1:${port}:8080"
    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/"]
      interval: 1s
      timeout: 2s
`;

export class SecondStack {
  private constructor(
    private readonly world: World,
    readonly project: string,
    readonly directory: string,
    private readonly developer: Clone,
    private readonly port: number,
  ) {}

  static async create(world: World, { settleSeconds = 0.2 } = {}): Promise<SecondStack> {
    const { git, env, settings, dir } = world.parts;
    const [project, port] = [`${world.project}-two`, (await freePorts(1))[0] ?? 0];
    const own = join(dir, 'two');
    await mkdir(own);
    await enter(project, own);
    const remote = await git.addRepository('two');
    const developer = new Clone(join(own, 'developer'), { url: remote.url, key: remote.pushKeyPath }, env);
    const variables = [
      `COMPOSE_PROJECT_NAME='${project}' PAVICS_LOG_DIR='${own}/log'`,
      `AUTODEPLOY_DEPLOY_KEY_ROOT_DIR='${settings.keyDirectory}' AUTODEPLOY_PLATFORM_FREQUENCY='@every 1h'`,
      `BIRDKEEPER_SETTLE_SECONDS='${settleSeconds}' BIRDKEEPER_HEALTH_TIMEOUT_SECONDS='${settleSeconds + 30}'`,
    ].map((line) => `export ${line}\n`);
    const compose = composeFile(world.images.base, port, 'one');
    await developer.found({ 'docker-compose.yml': compose, 'env.local': variables.join('') });
    await copyFile(remote.deployKeyPath, join(settings.keyDirectory, 'two_deploy_key'));
    const directory = join(own, 'two');
    await new Clone(directory, { url: remote.url, key: remote.deployKeyPath }, env).clone();
    return new SecondStack(world, project, directory, developer, port);
  }

  /** Pushes another page and lets the schedule look. */
  async release(page: string): Promise<string> {
    const compose = composeFile(this.world.images.base, this.port, page);
    const commit = await this.developer.push({ 'docker-compose.yml': compose }, `Show ${page}`);
    await this.withTemporal((temporal) => temporal.trigger('autodeploy'));
    return commit;
  }

  async page(): Promise<string> {
    return (await (await fetch(`http://127.0.0.1:${this.port}/`)).text()).trim();
  }

  async history(): Promise<DeploymentRecord[]> {
    return (await new StateDirectory(this.world.stateDirectory).stack(this.project)).deployments();
  }

  /** The first of its deployments, or that of a commit, when it has ended. */
  deployed(commit?: string): Promise<DeploymentRecord> {
    return waitFor(`a deployment of ${this.project}`, async () =>
      (await this.history()).findLast(({ to }) => commit === undefined || Object.values(to).includes(commit)),
    );
  }

  containers() {
    return containersOf(this.project, this.world.parts.env);
  }

  async withTemporal<T>(work: (temporal: WorldTemporal) => Promise<T>): Promise<T> {
    const address = (await this.world.server())?.address ?? '';
    const temporal = await WorldTemporal.connect(address, { host: WORLD_HOST, stack: this.project });
    try {
      return await work(temporal);
    } finally {
      await temporal.close();
    }
  }

  /** A command for this stack alone. */
  cli(command: string, ...args: string[]) {
    const { env } = this.world.parts;
    const program = [this.world.upkeep.program, command, '--stack', this.directory, ...args];
    return attempt(process.execPath, program, { env, cwd: this.world.dir, limit: 120_000 });
  }

  remove(): Promise<void> {
    return removeWorld(this.project, join(this.world.dir, 'two'), this.world.parts.engine);
  }
}
