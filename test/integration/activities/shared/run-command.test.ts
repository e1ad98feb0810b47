import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { guarded, LIMIT_STATUS, LOCK_BUSY_STATUS } from '../../../../activities/shared/guarded.js';
import { CommandFailed, runCommand, type Command, type RunOptions } from '../../../../activities/shared/run-command.js';

const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
const sh = (script: string, ...args: string[]): Command => ({ file: 'sh', args: ['-c', script, 'sh', ...args] });
const run = (command: Command, options: Partial<RunOptions> = {}) =>
  runCommand(command, { env, signal: new AbortController().signal, timeoutMs: 20_000, ...options });

async function failureOf(work: Promise<unknown>): Promise<CommandFailed> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof CommandFailed) return error;
  throw new Error(`no CommandFailed but ${String(error)}`);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('activities/shared/run-command', () => {
  let directory: string;
  /** Ended after each test, however it went. */
  let pids: number[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'birdkeeper-run-command-'));
    pids = [];
  });
  afterEach(async () => {
    for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  /** Waits for a child to write its process id. */
  async function pidIn(name: string): Promise<number> {
    const pid = await vi.waitFor(
      async () => {
        const text = await readFile(join(directory, name), 'utf8');
        if (!text.endsWith('\n')) throw new Error('not written yet');
        return Number(text);
      },
      { timeout: 10_000, interval: 20 },
    );
    pids.push(pid);
    return pid;
  }
  const gone = (pid: number) =>
    vi.waitFor(() => expect(isAlive(pid), `process ${pid}`).toBe(false), { timeout: 10_000, interval: 20 });

  it('returns status and both streams', async () => {
    expect(await run(sh('echo out; echo err >&2'))).toEqual({ status: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments through no shell', async () => {
    const hostile = '$(touch x); `id` "\' && *';
    expect((await run({ file: 'printf', args: ['%s', hostile] })).stdout).toBe(hostile);
  });

  it('gives the child the environment it is told and no more', async () => {
    const { stdout } = await run({ file: 'env', args: [] }, { env: { ...env, ONLY: 'this' } });
    expect(stdout.trim().split('\n').sort()).toEqual([`ONLY=this`, `PATH=${env.PATH}`]);
  });

  it('writes the input, and a child that does not read it is no failure', async () => {
    expect((await run(sh('cat'), { input: 'héllo' })).stdout).toBe('héllo');
    expect((await run(sh('exit 0'), { input: Buffer.alloc(1_000_000) })).status).toBe(0);
  });

  it('tells each line as it comes, a last one without an end too', async () => {
    const lines: string[] = [];
    await run(sh('printf "a\\nb"; echo c >&2'), { onLine: (line, stream) => lines.push(`${stream} ${line}`) });
    expect(lines.sort()).toEqual(['stderr c', 'stdout a', 'stdout b']);
  });

  it('a status is a failure unless it is an answer', async () => {
    const failure = await failureOf(run(sh('echo why >&2; exit 3')));
    expect(failure).toMatchObject({ status: 3, reason: 'status', stderr: 'why\n' });
    expect(failure.message).toMatch(/ended with status 3:\nwhy$/);
    expect((await run(sh('exit 3'), { okStatuses: [0, 3] })).status).toBe(3);
  });

  it('a signal from elsewhere is named', async () => {
    expect(await failureOf(run(sh('kill -KILL $$')))).toMatchObject({ status: null, reason: 'signal' });
  });

  it.each([
    ['a program that does not exist', { file: 'birdkeeper-no-such-program', args: [] }],
    ['arguments that are too long', { file: 'true', args: ['x'.repeat(4_000_000)] }],
    ['a NUL byte in an argument', { file: 'true', args: ['a\0b'] }],
  ])('%s is told as not started', async (_, command) => {
    const failure = await failureOf(run(command));
    expect(failure.reason).toBe('not started');
    expect(failure.message).toContain('could not be started');
  });

  it('a time-out ends the whole group, also what ignores a polite end', async () => {
    const script = `sh -c 'trap "" TERM; echo $$ > "$1/grandchild"; while :; do sleep 1; done' sh "$1" & wait`;
    const failing = failureOf(run(sh(script, directory), { timeoutMs: 500, graceMs: 200 }));
    const grandchild = await pidIn('grandchild');
    expect(await failing).toMatchObject({ reason: 'timed out' });
    await gone(grandchild);
  });

  it('an abort ends the whole group', async () => {
    const controller = new AbortController();
    const script = 'sleep 60 & echo $! > "$1/grandchild"; wait';
    const failing = failureOf(run(sh(script, directory), { signal: controller.signal, graceMs: 200 }));
    const grandchild = await pidIn('grandchild');
    controller.abort();
    expect(await failing).toMatchObject({ reason: 'aborted' });
    await gone(grandchild);
  });

  it('starts nothing when aborted before', async () => {
    await expect(run(sh('echo > "$1/started"', directory), { signal: AbortSignal.abort() })).rejects.toThrow();
    await expect(readFile(join(directory, 'started'))).rejects.toThrow('ENOENT');
  });

  it('a daemon that keeps the output open does not hold up the command that left it', async () => {
    const script = `setsid sh -c 'echo $$ > "$1/daemon"; exec sleep 60' sh "$1" & while ! [ -s "$1/daemon" ]; do :; done; echo done`;
    const started = Date.now();
    const result = await run(sh(script, directory), { graceMs: 100 });
    expect(result).toMatchObject({ status: 0, stdout: 'done\n' });
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(isAlive(await pidIn('daemon'))).toBe(true);
  });

  it('what a command leaves running in its group is ended with it where that is wanted', async () => {
    const script = `sh -c 'trap "" TERM; echo $$ > "$1/left"; while :; do sleep 1; done' sh "$1" & while ! [ -s "$1/left" ]; do :; done; echo done`;
    const started = Date.now();
    const result = await run(sh(script, directory), { leavesNothing: true });
    expect(result).toMatchObject({ status: 0, stdout: 'done\n' });
    expect(Date.now() - started).toBeLessThan(4_000);
    await gone(await pidIn('left'));
  });

  describe('guarded', () => {
    const guard = (lock: string, waitSeconds = 0, limitSeconds = 20) => ({ lock, waitSeconds, limitSeconds });

    it('passes on status and output of what it guards', async () => {
      const failure = await failureOf(run(guarded(sh('echo no >&2; exit 7'), guard(join(directory, 'lock')))));
      expect(failure).toMatchObject({ status: 7, stderr: 'no\n' });
    });

    it('a limit ends the command', async () => {
      const failure = await failureOf(
        run(guarded({ file: 'sleep', args: ['60'] }, guard(join(directory, 'lock'), 0, 1))),
      );
      expect(failure.status).toBe(LIMIT_STATUS);
    });

    it('an abort reaches through guard and limit', async () => {
      const controller = new AbortController();
      const command = guarded(
        sh('echo $$ > "$1/guarded"; exec sleep 60', directory),
        guard(join(directory, 'lock'), 0, 60),
      );
      const failing = failureOf(run(command, { signal: controller.signal, graceMs: 200 }));
      const pid = await pidIn('guarded');
      controller.abort();
      expect(await failing).toMatchObject({ reason: 'aborted' });
      await gone(pid);
    });

    it('the lock is held by an orphan after its parent was killed, and free when the orphan ends', async () => {
      const lock = join(directory, 'lock');
      const release = join(directory, 'release');
      const script = 'echo $$ > "$1/orphan"; while ! [ -e "$2" ]; do sleep 0.05; done';
      const parent = join(directory, 'parent.mjs');
      const orphan = guarded(sh(script, directory, release), guard(lock, 0, 30));
      // A parent of its own: to be killed without warning, as a worker is.
      await writeFile(
        parent,
        `import { spawn } from 'node:child_process';
         const { file, args } = JSON.parse(process.argv[2]);
         spawn(file, args, { detached: true, stdio: 'ignore' });
         setInterval(() => undefined, 1000);`,
      );
      const child = spawn(process.execPath, [parent, JSON.stringify(orphan)], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const pid = await pidIn('orphan');
      child.kill('SIGKILL');
      await ended;

      expect(isAlive(pid)).toBe(true);
      expect((await failureOf(run(guarded(sh('exit 0'), guard(lock))))).status).toBe(LOCK_BUSY_STATUS);

      const waiting = run(guarded(sh('echo mine'), guard(lock, 15)));
      await writeFile(release, '');
      expect((await waiting).stdout).toBe('mine\n');
      await gone(pid);
    });

    it('a daemon left behind does not keep the lock', async () => {
      const lock = join(directory, 'lock');
      const script = 'setsid sleep 60 >/dev/null 2>&1 & echo $! > "$1/daemon"';
      await run(guarded(sh(script, directory), guard(lock)));
      expect(isAlive(await pidIn('daemon'))).toBe(true);
      expect((await run(guarded(sh('echo mine'), guard(lock)))).stdout).toBe('mine\n');
    });
  });
});
