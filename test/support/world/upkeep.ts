/** The `birdkeeper up` of a world: a child that outlives nothing but SIGKILL of itself. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDetached, type Detached } from '../../../activities/shared/run-command.js';
import { waitFor } from './wait.js';

export interface UpOptions {
  env?: Record<string, string>;
  /** Further stacks that it keeps. */
  beside?: readonly string[];
  /** Milliseconds until it must be up. */
  within?: number;
}

export class Upkeep {
  private child: Detached | undefined;
  private end: { status: number | null; signal: string | null } | undefined;

  constructor(
    dir: string,
    private readonly stackDirectory: string,
    private readonly env: Record<string, string>,
    readonly program = builtProgram(),
  ) {
    this.outputFile = join(dir, 'up.log');
  }

  private readonly outputFile: string;

  get pid(): number {
    if (this.child === undefined) throw new Error('birdkeeper up was not started');
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.end === undefined;
  }

  /** Starts it and waits until it says that it is up. Throws with its output when it ends before. */
  async up({ env = {}, beside = [], within = 60_000 }: UpOptions = {}): Promise<void> {
    const before = (await this.printed()).length;
    await this.launch(env, beside);
    await waitFor(
      'birdkeeper up says that it is up',
      async () => {
        const printed = (await this.printed()).slice(before);
        if (this.end !== undefined) return 'ended';
        return READY.test(printed) && 'up';
      },
      { within },
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}:\n${await this.printed()}`);
    });
    if (this.end !== undefined) {
      throw new Error(`birdkeeper up ended with status ${this.end.status}:\n${(await this.printed()).slice(before)}`);
    }
  }

  private async launch(env: Record<string, string>, beside: readonly string[]): Promise<void> {
    if (this.isRunning) throw new Error('birdkeeper up runs already');
    this.end = undefined;
    const stacks = [this.stackDirectory, ...beside].flatMap((directory) => ['--stack', directory]);
    const child = await startDetached(
      { file: process.execPath, args: [this.program, 'up', ...stacks] },
      { env: { ...this.env, ...env }, outputFile: this.outputFile },
    );
    this.child = child;
    void child.ended.then((end) => {
      if (this.child === child) this.end = end;
    });
  }

  /** SIGKILL, and waits until it is gone. The Temporal server stays. */
  kill9(): Promise<void> {
    return this.endWith('SIGKILL', 10_000);
  }

  /** What ^C sends, and waits for the end. */
  interrupt(within = 30_000): Promise<void> {
    return this.endWith('SIGINT', within);
  }

  /** What a service manager sends, and waits for the end. Gives the exit status. */
  async terminate(within = 60_000): Promise<number | null | undefined> {
    await this.endWith('SIGTERM', within);
    return this.end?.status;
  }

  private async endWith(signal: NodeJS.Signals, within: number): Promise<void> {
    if (this.child === undefined || this.end !== undefined) return;
    process.kill(this.child.pid, signal);
    await waitFor(`the end of birdkeeper up after ${signal}`, () => this.end, { within, every: 20 });
  }

  /** Everything that every start of it printed. */
  printed(): Promise<string> {
    return readFile(this.outputFile, 'utf8').catch(() => '');
  }
}

/** The last thing that it says at its start. */
const READY = /(?:is|are) kept\. /;

/** The program as it is shipped: built, from the root of this repository, wherever this file runs from. */
function builtProgram(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const program = join(folder, 'dist', 'bin', 'birdkeeper.js');
  if (!existsSync(program)) throw new Error(`${program} is not there: build first (npx tsc)`);
  return program;
}
