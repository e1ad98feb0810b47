/** Directories, clocks and writers for the tests of the log rotation. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { rotateLogs, type LogRotationRequest } from '../../../../activities/log-rotation/index.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';

export const DAY_MS = 24 * 60 * 60 * 1000;
export const KIB = 1024;

/** A file system that takes no blocks off files. */
export const TMPFS = '/dev/shm';

/** The first of these directories whose file system does. */
function placeToCut(): string {
  const places = [tmpdir(), '/var/tmp', join(import.meta.dirname, '../../../../node_modules')];
  const place = places.find((parent) => {
    const probe = join(parent, `bk-test-rotation-probe-${process.pid}`);
    writeFileSync(probe, Buffer.alloc(64 * KIB));
    try {
      const length = String(statfsSync(parent).bsize);
      return spawnSync('fallocate', ['--collapse-range', '--offset', '0', '--length', length, probe]).status === 0;
    } finally {
      rmSync(probe);
    }
  });
  if (place === undefined) throw new Error(`none of ${places.join(', ')} is on ext4 or xfs: set TMPDIR to one that is`);
  return place;
}

export class World {
  /** Moved by `pass`. */
  now = new Date('2026-03-02T04:05:06Z');
  warnings: string[] = [];
  output: string[] = [];

  private constructor(
    readonly root: string,
    readonly logs: string,
  ) {}

  /** On a file system that takes blocks off files, unless another one is named. */
  static async make(parent?: string): Promise<World> {
    const root = await realpath(await mkdtemp(join(parent ?? placeToCut(), 'bk-test-rotation-')));
    const world = new World(root, join(root, 'logs'));
    await mkdir(world.logs);
    return world;
  }

  remove = (): Promise<void> => rm(this.root, { recursive: true, force: true });

  get request(): LogRotationRequest {
    return {
      logDir: this.logs,
      stateDir: join(this.root, 'state'),
      environment: { PATH: process.env['PATH'] ?? '' },
      now: () => this.now,
    };
  }

  step = (overrides: Partial<Step> = {}): Step =>
    localStep({
      log: {
        output: (line) => this.output.push(line),
        info: () => undefined,
        warn: (message, fields) => this.warnings.push(`${message} ${JSON.stringify(fields ?? {})}`),
      },
      ...overrides,
    });

  rotate = (changes: Partial<LogRotationRequest> = {}, step = this.step()) =>
    rotateLogs({ ...this.request, ...changes }, step);

  pass(days: number): void {
    this.now = new Date(this.now.getTime() + days * DAY_MS);
  }

  path = (...parts: string[]): string => join(this.logs, ...parts);
  names = async (): Promise<string[]> => (await readdir(this.logs)).sort();
  write = (name: string, text: string | Buffer): Promise<void> => writeFile(this.path(name), text);

  /** Text of a file, decompressed. */
  async text(name: string): Promise<string> {
    const bytes = await readFile(this.path(name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  }

  /** All lines of a log, rotated ones first, without the blank line that a cut leaves. */
  async lines(log: string): Promise<string[]> {
    const names = (await this.names()).filter((name) => name.startsWith(`${log}-`));
    const texts = [];
    for (const name of [...names.sort(byTurn), log]) texts.push(await this.text(name));
    return texts
      .join('')
      .split('\n')
      .filter((line) => line.trim() !== '');
  }
}

/** `x-20260302` before `x-20260302-2` before `x-20260302-10`. */
function byTurn(a: string, b: string): number {
  const key = (name: string) => {
    const [, day = '', turn = '1'] = /-(\d{8})(?:-(\d+))?(?:\.gz)?$/.exec(name) ?? [];
    return day + turn.padStart(6, '0');
  };
  return key(a) < key(b) ? -1 : 1;
}

export const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => lineOf(from + i)).join('');
export const lineOf = (number: number): string => `line ${number} ${'x'.repeat(number % 60)}\n`;

/** Writes numbered lines through one descriptor until it is stopped; tells how many there were. */
export class Writer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly told: string[],
  ) {}

  static async start(path: string, flags = 'a'): Promise<Writer> {
    const script = `
      const { openSync, writeSync } = require('node:fs');
      const file = openSync(${JSON.stringify(path)}, ${JSON.stringify(flags)});
      let n = 0, ends = false;
      process.stdin.on('end', () => { ends = true; }).resume();
      const go = () => {
        for (let i = 0; i < 200; i += 1) { writeSync(file, 'line ' + n + ' ' + 'x'.repeat(n % 60) + '\\n'); n += 1; }
        if (ends) console.log(n); else setImmediate(go);
      };
      go();`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const told: string[] = [];
    child.stdout.on('data', (text: Buffer) => told.push(text.toString()));
    await once(child, 'spawn');
    return new Writer(child, told);
  }

  /** How many lines it wrote. */
  async stop(): Promise<number> {
    const closed = once(this.child, 'close');
    this.child.stdin?.end();
    await closed;
    return Number(this.told.join(''));
  }
}

export async function until(holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
