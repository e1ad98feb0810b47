/** A stack to back up: containers of a project of its own, a state directory, an empty repository. */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CreateBackupRequest } from '../../../../activities/backup/create.js';
import { createBackupEngine } from '../../../../activities/docker/backup-engine.js';
import { runCommand } from '../../../../activities/shared/run-command.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';
import { DATABASE_PASSWORD } from '../../../support/database-image.js';

export const PASSWORD = 'corr3ct-h0rse-battery';

export interface Snapshot {
  id: string;
  short_id: string;
  tags: string[] | null;
  hostname: string;
  paths: string[];
}

/** An empty repository: making one takes seconds, copying it none. */
export async function emptyRepository(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bk-test-repository-'));
  await output('restic', ['init', '--quiet', '--no-cache'], {
    RESTIC_REPOSITORY: directory,
    RESTIC_PASSWORD: PASSWORD,
    HOME: directory,
  });
  return directory;
}

export class BackupWorld {
  readonly project = `bk-test-${randomBytes(4).toString('hex')}`;
  readonly engine = createBackupEngine({ project: this.project });
  readonly volumes: string[] = [];
  readonly containers: string[] = [];
  /** Everything that was logged. */
  readonly told: string[] = [];

  private constructor(readonly root: string) {}

  static async create(repository?: string): Promise<BackupWorld> {
    const world = new BackupWorld(await realpath(await mkdtemp(join(tmpdir(), 'bk-test-backup-'))));
    await mkdir(join(world.root, 'stack'));
    await writeFile(join(world.root, 'password'), `${PASSWORD}\n`);
    if (repository !== undefined) await cp(repository, join(world.root, 'repository'), { recursive: true });
    return world;
  }

  request(changes: Partial<CreateBackupRequest> = {}): CreateBackupRequest {
    return {
      stack: this.project,
      host: 'host-1',
      release: 7,
      stackDirectory: join(this.root, 'stack'),
      directory: join(this.root, 'state'),
      repository: join(this.root, 'repository'),
      passwordFile: join(this.root, 'password'),
      cacheDir: join(this.root, 'cache'),
      environment: { PATH: process.env['PATH'] ?? '', HOME: this.root },
      engine: this.engine,
      declarations: [],
      selection: { application: '*' },
      variables: {},
      mountPointOf: async (volume) => (this.volumes.includes(volume) ? this.mountPoint(volume) : undefined),
      ...changes,
    };
  }

  step(signal = new AbortController().signal): Step {
    const tell = (message: string, fields?: Record<string, unknown>) =>
      void this.told.push(`${message} ${JSON.stringify(fields)}`);
    return localStep({
      signal,
      log: { output: (line) => void this.told.push(line), info: tell, warn: tell },
    });
  }

  async volume(name: string): Promise<string> {
    const full = `${this.project}_${name}`;
    await this.docker('volume', 'create', full);
    this.volumes.push(full);
    return full;
  }

  mountPoint(volume: string): Promise<string> {
    return this.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', volume);
  }

  /** Starts a container as Compose would label it. Returns its name. */
  async container(service: string, image: string, options: string[] = [], command: string[] = []): Promise<string> {
    const name = `${this.project}-${service}`;
    this.containers.push(name);
    const labels = [
      `com.docker.compose.project=${this.project}`,
      `com.docker.compose.service=${service}`,
      'com.docker.compose.oneoff=False',
    ].flatMap((label) => ['--label', label]);
    await this.docker(
      ...['run', '--detach', '--init', '--network', 'none', '--stop-timeout', '1', '--name', name],
      ...labels,
      ...options,
      image,
      ...command,
    );
    return name;
  }

  isRunning = async (container: string): Promise<boolean> =>
    (await this.docker('inspect', '--format', '{{.State.Running}}', container)) === 'true';

  startedAt = (container: string): Promise<string> =>
    this.docker('inspect', '--format', '{{.State.StartedAt}}', container);

  async docker(...args: string[]): Promise<string> {
    return (await output('docker', args, {})).trim();
  }

  /** A container of the image's PostgreSQL, which answers. */
  async database(image: string, service = 'db'): Promise<string> {
    const name = await this.container(service, image);
    const asks = () =>
      this.exec(service, 'pg_isready', '-q').then(
        () => true,
        () => false,
      );
    await expect.poll(asks, { timeout: 30_000, interval: 200 }).toBe(true);
    return name;
  }

  /** What the database answers, values only. */
  sql = (text: string, database = 'birds'): Promise<string> =>
    this.docker(
      ...['exec', '--env', `PGPASSWORD=${DATABASE_PASSWORD}`, `${this.project}-db`],
      ...['psql', '-XAtqU', 'bird', '-d', database, '-c', text],
    );

  /** What a program in a container prints. */
  exec = (service: string, ...argv: string[]): Promise<string> =>
    this.docker('exec', `${this.project}-${service}`, ...argv);

  restic = (...args: string[]): Promise<string> =>
    output('restic', args, {
      RESTIC_REPOSITORY: join(this.root, 'repository'),
      RESTIC_PASSWORD: PASSWORD,
      RESTIC_CACHE_DIR: join(this.root, 'cache'),
    });

  async snapshots(): Promise<Snapshot[]> {
    return (JSON.parse(await this.restic('snapshots', '--json')) as Snapshot[] | null) ?? [];
  }

  tags = async (): Promise<string[][]> => (await this.snapshots()).map(({ tags }) => [...(tags ?? [])].sort());

  /** Names in the directory of the stack's backups. */
  leftInState = (): Promise<string[]> => readdir(join(this.root, 'state')).catch(() => []);

  async remove(): Promise<void> {
    for (const name of this.containers) await this.docker('rm', '--force', '--volumes', name).catch(() => undefined);
    for (const name of this.volumes) await this.docker('volume', 'rm', '--force', name).catch(() => undefined);
    await rm(this.root, { recursive: true, force: true });
  }
}

export async function output(file: string, args: string[], variables: Record<string, string>): Promise<string> {
  const env = { ...(process.env as Record<string, string>), ...variables };
  const { stdout } = await runCommand(
    { file, args },
    { env, signal: new AbortController().signal, timeoutMs: 120_000 },
  );
  return stdout;
}
