/**
 * Holds a command of the product at the moment it is started, so that something can be killed exactly there: a `git` and
 * a `docker` first on PATH, which ask before they become the real one. Nothing in the product knows of it.
 */
import { chmod, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isProcessAlive } from '../../../activities/shared/process.js';
import { findOnPath } from './find-on-path.js';

export interface Call {
  program: string;
  args: readonly string[];
}

export interface Held extends Call {
  /** Process that waits, and that becomes the real program. */
  pid: number;
  /** Lets it become the real program. */
  release(): Promise<void>;
  /** SIGKILL of it and of everything that was started with it. */
  kill(): Promise<void>;
  /** Stops or continues it and everything that was started with it. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
}

const EVERY_MS = 2;

export class Gate {
  private constructor(
    private readonly dir: string,
    /** PATH of who is to be held. */
    readonly path: string,
  ) {}

  static async make(dir: string, programs: readonly string[] = ['git', 'docker']): Promise<Gate> {
    await mkdir(join(dir, 'bin'), { recursive: true });
    await mkdir(join(dir, 'asks'));
    for (const program of programs) {
      const file = join(dir, 'bin', program);
      await writeFile(file, script(dir, program, await findOnPath(program)));
      await chmod(file, 0o755);
    }
    return new Gate(dir, [join(dir, 'bin'), process.env.PATH ?? ''].join(delimiter));
  }

  /**
   * Waits for the first call that matches, and holds it; those that do not go on at once. `matches` is asked one call at
   * a time, in the order of their start as far as that can be told.
   */
  async hold(
    what: string,
    matches: (call: Call) => boolean | Promise<boolean>,
    { within, until }: { within: number; until?: () => Promise<boolean> },
  ): Promise<Held> {
    const deadline = Date.now() + within;
    await writeFile(join(this.dir, 'armed'), '');
    try {
      for (let round = 1; ; round += 1) {
        for (const pid of await this.asking()) {
          const call = await this.read(pid);
          if (await matches(call)) return this.held(pid, call);
          await this.answer(pid);
        }
        if (Date.now() > deadline) throw new Error(`${what}: no such command within ${within / 1000} s`);
        if (round % 250 === 0 && (await until?.()))
          throw new Error(`${what}: it is over, and no such command was seen`);
        await pause(EVERY_MS);
      }
    } finally {
      await rm(join(this.dir, 'armed'), { force: true });
    }
  }

  /** Lets everything go that still waits, whatever it is. */
  async open(): Promise<void> {
    await rm(join(this.dir, 'armed'), { force: true });
    for (const pid of await this.asking()) await this.answer(pid);
  }

  private held(pid: number, call: Call): Held {
    const group = async (): Promise<number> => -(await processGroup(pid));
    return {
      ...call,
      pid,
      release: async () => {
        await this.answer(pid);
        await this.open();
      },
      kill: async () => {
        const target = await group().catch(() => 0);
        await rm(join(this.dir, 'asks', String(pid)), { force: true });
        if (target < -1) process.kill(target, 'SIGKILL');
        await this.open();
      },
      signal: async (name) => {
        process.kill(await group(), name);
      },
    };
  }

  private async asking(): Promise<number[]> {
    const names = await readdir(join(this.dir, 'asks'));
    return names.filter((name) => /^\d+$/.test(name)).map(Number);
  }

  private async read(pid: number): Promise<Call> {
    const [program = '', ...args] = (await readFile(join(this.dir, 'asks', String(pid)), 'utf8')).split('\0');
    return { program, args: args.slice(0, -1) };
  }

  /** The reader opens its end right after it asked; one that was killed never does. */
  private async answer(pid: number): Promise<void> {
    const fifo = join(this.dir, `answer.${pid}`);
    while (await isProcessAlive(pid, undefined)) {
      try {
        const pipe = await open(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
        await pipe.write('go\n');
        await pipe.close();
        break;
      } catch {
        await pause(EVERY_MS);
      }
    }
    await rm(join(this.dir, 'asks', String(pid)), { force: true });
    await rm(fifo, { force: true });
  }
}

/** `exec` keeps the number: who is released under it is the real program. */
const script = (dir: string, program: string, real: string) => `#!/bin/sh
if [ -e '${dir}/armed' ]; then
  mkfifo '${dir}/answer.'$$
  printf '%s\\0' ${program} "$@" >'${dir}/asks/.'$$
  mv '${dir}/asks/.'$$ '${dir}/asks/'$$
  read -r answer <'${dir}/answer.'$$
fi
exec '${real}' "$@"
`;

/** Field 5 of /proc/PID/stat. */
async function processGroup(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}
