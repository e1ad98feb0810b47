/**
 * A Docker Engine beside the one of this machine, that may be killed and stopped: socket, data, networks and cgroup of
 * its own, and no rule of the firewall, so that the other one does not notice. Needs root.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isProcessAlive, processStart } from '../../../activities/shared/process.js';
import { processesNaming } from '../world/ledger.js';
import { attempt, worldEnvironment } from '../world/programs.js';
import { waitFor } from '../world/wait.js';
import { unmountBelow } from './mounts.js';

export interface EngineOptions {
  /** Containers run on while the engine is away. */
  liveRestore?: boolean;
  /** What containers mount as /var/run/docker.sock is this engine's socket: it has a /run of its own. */
  ownRun?: boolean;
  /** Called with the path of its data before its first start: a file system of one's own may be mounted there. */
  prepareData?: (path: string) => Promise<void>;
}

const PARENT = join(tmpdir(), `birdkeeper-engines-${process.getuid?.() ?? 0}`);
const OWNER = 'owner.json';
const START_MS = 90_000;
const STOP_MS = 60_000;

export class SecondEngine {
  private holder: number | undefined;

  private constructor(
    readonly dir: string,
    private readonly options: EngineOptions,
    /** Second number of its private networks, `10.N.0.0/16`. */
    private readonly net: number,
  ) {}

  /** Removes what killed runs left, makes a new one and waits for its answer. */
  static async make(options: EngineOptions = {}): Promise<SecondEngine> {
    await sweepEngines();
    await mkdir(PARENT, { recursive: true, mode: 0o700 });
    // Short: the path of a socket has 107 characters.
    const engine = new SecondEngine(await mkdtemp(join(PARENT, 'e-')), options, 128 + (process.pid % 120));
    await writeFile(
      join(engine.dir, OWNER),
      JSON.stringify({ pid: process.pid, start: await processStart(process.pid) }),
    );
    await mkdir(engine.dataRoot);
    await mkdir(engine.run);
    try {
      await options.prepareData?.(engine.dataRoot);
      await engine.start();
    } catch (error) {
      await engine.remove();
      throw error;
    }
    return engine;
  }

  get dataRoot(): string {
    return join(this.dir, 'data');
  }

  get log(): string {
    return join(this.dir, 'dockerd.log');
  }

  /** Value of DOCKER_HOST. */
  get host(): string {
    return `unix://${this.options.ownRun ? join(this.run, 'docker.sock') : join(this.dir, 'd.sock')}`;
  }

  private get run(): string {
    return join(this.dir, 'run');
  }

  async pid(): Promise<number | undefined> {
    const pid = Number(await readFile(join(this.dir, 'd.pid'), 'utf8').catch(() => ''));
    return pid > 0 && (await isProcessAlive(pid, undefined)) ? pid : undefined;
  }

  /** With "none" it would take docker0 away, which is the other engine's. */
  private get bridge(): string {
    return `br-bk${this.net}`;
  }

  private async makeBridge(): Promise<void> {
    const ip = (...args: string[]) => attempt('ip', args, { env: withSystemPrograms(worldEnvironment(this.dir)) });
    // 2: it is there already.
    await ip('link', 'add', this.bridge, 'type', 'bridge');
    await ip('address', 'add', `10.${this.net}.255.1/24`, 'dev', this.bridge);
    await ip('link', 'set', this.bridge, 'up');
  }

  async start(): Promise<void> {
    await this.makeBridge();
    // What a killed one left: with a number that is another program's by now it would not start.
    for (const file of ['d.pid', 'exec/containerd/containerd.pid']) await rm(join(this.dir, file), { force: true });
    const output = await open(this.log, 'a');
    const [program = 'dockerd', ...args] = await this.command();
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
    });
    await output.close();
    let ended = false;
    child.once('exit', () => (ended = true)).once('error', () => (ended = true));
    child.unref();
    await waitFor(
      'an answer of the second engine',
      async () => {
        if (ended) throw new Error(`it ended: ${(await readFile(this.log, 'utf8')).slice(-600)}`);
        return this.answers();
      },
      { within: START_MS },
    );
  }

  async answers(): Promise<boolean> {
    return (await this.docker('version', '--format', '{{.Server.Version}}')).status === 0;
  }

  /** SIGKILL of the engine, which takes its containerd along. What ran in containers runs on until it is back. */
  async kill9(): Promise<void> {
    const pid = await this.pid();
    if (pid === undefined) return;
    process.kill(pid, 'SIGKILL');
    await waitFor('the end of the second engine', async () => (await this.pid()) === undefined, { every: 10 });
  }

  /** As `systemctl restart docker` does. */
  async restart(): Promise<void> {
    await this.signal('SIGTERM');
    await waitFor('the end of the second engine', async () => (await this.pid()) === undefined, { within: STOP_MS });
    await this.start();
  }

  /** It takes connections and answers nothing. */
  async freeze(): Promise<void> {
    await this.signal('SIGSTOP');
  }

  async thaw(): Promise<void> {
    await this.signal('SIGCONT');
  }

  /** The docker command line against this engine. */
  docker(...args: string[]) {
    return attempt('docker', args, { env: worldEnvironment(this.dir, { DOCKER_HOST: this.host }), limit: 30_000 });
  }

  /** Ends it and removes all that it made. Twice: nothing is left to do. */
  async remove(): Promise<void> {
    if ((await this.pid()) !== undefined) {
      await this.thaw();
      const { stdout } = await this.docker('ps', '--all', '--quiet');
      const containers = stdout.split('\n').filter((id) => id !== '');
      if (containers.length > 0) await this.docker('rm', '--force', '--volumes', ...containers);
      await this.docker('network', 'prune', '--force');
      await this.signal('SIGTERM');
      await waitFor('the end of the second engine', async () => (await this.pid()) === undefined, {
        within: STOP_MS,
      }).catch(() => undefined);
    }
    if (this.holder !== undefined) end(this.holder);
    await removeEngine(this.dir, this.net);
  }

  /** Not to number 0, which would be this process's own group. */
  private async signal(name: NodeJS.Signals): Promise<void> {
    const pid = await this.pid();
    if (pid !== undefined) process.kill(pid, name);
  }

  private async command(): Promise<string[]> {
    if (!this.options.ownRun) return ['dockerd', `--host=${this.host}`, ...this.args()];
    const args = ['dockerd', '--host=unix:///run/docker.sock', ...this.args()];
    return ['nsenter', `--mount=/proc/${await this.mountHolder()}/ns/mnt`, ...args];
  }

  /** One mount namespace for all its starts: what runs on keeps its mounts, and the next start finds them. */
  private async mountHolder(): Promise<number> {
    if (this.holder !== undefined) return this.holder;
    const script = 'mount --bind "$1" /run && touch "$2" && exec tail -f "$2"';
    const mounted = join(this.dir, 'mounted');
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', this.run, mounted];
    const child = spawn('unshare', args, {
      stdio: 'ignore',
      detached: true,
      env: withSystemPrograms(worldEnvironment(this.dir)),
    });
    child.unref();
    const { pid } = child;
    if (pid === undefined) throw new Error('unshare could not be started');
    this.holder = pid;
    await waitFor('a mount namespace', () => Promise.resolve(existsSync(mounted)), { within: 10_000, every: 20 });
    return pid;
  }

  /** A second start with a pool takes docker0 away, which is the other engine's (moby, daemon_unix.go, Docker 20.10 at least). */
  private addressPool(): string[] {
    return existsSync(join(this.dataRoot, 'network'))
      ? []
      : [`--default-address-pool=base=10.${this.net}.0.0/16,size=24`];
  }

  private args(): string[] {
    const at = (name: string) => join(this.dir, name);
    return [
      `--data-root=${this.dataRoot}`,
      `--exec-root=${at('exec')}`,
      `--pidfile=${at('d.pid')}`,
      ...this.addressPool(),
      `--cgroup-parent=${groupOf(this.dir)}`,
      ...[`--bridge=${this.bridge}`, '--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false'],
      ...(this.options.liveRestore ? ['--live-restore'] : []),
    ];
  }
}

const withSystemPrograms = (env: Record<string, string>): Record<string, string> => ({
  ...env,
  PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`,
});

/** Whether one can be made here, or why not. */
export async function whyNoSecondEngine(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'a second Docker Engine needs root';
  const env = withSystemPrograms(worldEnvironment(tmpdir()));
  const found = await attempt('dockerd', ['--version'], { env }).catch(() => undefined);
  return found?.status === 0 ? undefined : 'there is no dockerd on this machine';
}

/** Removes the engines whose owner is gone. */
export async function sweepEngines(): Promise<void> {
  for (const name of await readdir(PARENT).catch(() => [])) {
    const dir = join(PARENT, name);
    const owner: unknown = JSON.parse(await readFile(join(dir, OWNER), 'utf8').catch(() => '{}'));
    const { pid, start } = owner as { pid?: number; start?: string };
    if (pid !== undefined && !(await isProcessAlive(pid, start))) await removeEngine(dir, 128 + (pid % 120));
  }
}

async function removeEngine(dir: string, net: number): Promise<void> {
  // Twice: what ran may have been starting something.
  for (let round = 0; round < 2; round += 1) {
    for (const pid of await processesNaming(dir)) end(pid);
  }
  await removeGroups(groupOf(dir));
  await unmountBelow(dir);
  const env = withSystemPrograms(worldEnvironment(dir));
  for (const bridge of await bridgesIn(`10.${net}.`, env)) await attempt('ip', ['link', 'delete', bridge], { env });
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** Its containers outlive an engine and its shims that were killed, and name no directory: their control group tells them. */
const groupOf = (dir: string): string => `birdkeeper-${basename(dir)}`;

async function removeGroups(name: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  // Version 2 has one tree, version 1 one for each controller.
  for (const controller of ['', ...(await readdir(root).catch(() => []))]) {
    const group = join(root, controller, name);
    const inside = await readdir(group, { withFileTypes: true }).catch(() => undefined);
    if (inside === undefined) continue;
    const groups = inside.filter((entry) => entry.isDirectory()).map((entry) => join(group, entry.name));
    for (const each of [...groups, group]) await endGroup(each);
  }
}

async function endGroup(group: string): Promise<void> {
  const pids = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of pids.split('\n').map(Number)) if (pid > 1) end(pid);
  await waitFor('the end of a control group', () => rmdir(group).then(() => true), { within: 2_000, every: 20 }).catch(
    () => undefined,
  );
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function bridgesIn(prefix: string, env: Record<string, string>): Promise<string[]> {
  const { stdout } = await attempt('ip', ['-o', '-4', 'address'], { env });
  return stdout
    .split('\n')
    .flatMap((line) => (line.includes(` inet ${prefix}`) ? (/^\d+: (br-\w+) /.exec(line)?.[1] ?? []) : []));
}
