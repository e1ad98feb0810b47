/** Doubles as programs, far from node_modules: in a container there are no packages. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileDoubles } from './compiled.js';

export interface DoublePrograms {
  /** Where they are, and room for files of theirs. */
  dir: string;
  /** A path below doubles/. On any free port unless `env` says which. */
  start(program: string, env?: Record<string, string>, ...args: string[]): Promise<DoubleProgram>;
  /** Those that still run. */
  endAll(): Promise<void>;
  remove(): Promise<void>;
}

export interface DoubleProgram {
  url: string;
  /** Exit status; null when a signal ended it. */
  end(): Promise<number | null>;
}

export async function doublePrograms(): Promise<DoublePrograms> {
  const compiled = await compileDoubles();
  const dir = await mkdtemp(join(tmpdir(), 'bk-test-doubles-'));
  await cp(compiled.dir, dir, { recursive: true });
  await compiled.remove();
  const running: ChildProcess[] = [];
  return {
    dir,
    start: async (program, env = {}, ...args) => {
      const child = spawn(process.execPath, [join(dir, 'test', 'support', 'doubles', program), ...args], {
        cwd: dir,
        env: { HOST: '127.0.0.1', PORT: '0', ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.push(child);
      for await (const line of createInterface(child.stdout)) {
        const port = /listens on port (\d+)/.exec(line)?.[1];
        if (port !== undefined) return { url: `http://127.0.0.1:${port}`, end: () => end(child) };
      }
      throw new Error(`${program} ended at once`);
    },
    endAll: async () => void (await Promise.all(running.splice(0).map(end))),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  child.kill('SIGTERM');
  return ((await once(child, 'exit')) as [number | null])[0];
}
