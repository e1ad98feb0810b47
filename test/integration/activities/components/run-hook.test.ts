import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComponentHook } from '../../../../activities/components/hooks.js';
import { describeHookEnd, hookCommand, runHook, type HookRun } from '../../../../activities/components/run-hook.js';
import { createRedactor } from '../../../../activities/shared/redact.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';

const PASSWORD = 'correct horse';
let root: string;
let lines: string[];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'birdkeeper run-hook-')));
  lines = [];
});
afterEach(() => {
  for (const pid of pids()) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const variables = () => ({ PATH: process.env['PATH'] ?? '', COMPOSE_DIR: root, ADMIN_PASSWORD: PASSWORD });
const step = (): Step => {
  const quiet = localStep();
  return { ...quiet, log: { ...quiet.log, output: (line) => void lines.push(line) } };
};

function hookOf(script: string, rest: Partial<ComponentHook> = {}): ComponentHook {
  const file = join(root, 'pre-docker-compose-up');
  writeFileSync(file, script, { mode: 0o755 });
  return { component: 'proxy', hook: 'pre', dir: root, file, timeoutSeconds: 20, policy: 'stop', ...rest };
}

const run = (script: string, rest: Partial<ComponentHook> = {}, overrides: Partial<Step> = {}): Promise<HookRun> =>
  runHook(hookOf(script, rest), {
    view: { directory: root, variables: variables() },
    lock: join(root, 'lock'),
    step: { ...step(), ...overrides },
    redact: createRedactor(variables()),
  });

/** What the hooks wrote into `pids`, one a line. */
const pids = () =>
  existsSync(join(root, 'pids')) ? readFileSync(join(root, 'pids'), 'utf8').trim().split('\n').map(Number) : [];
const started = (count: number) =>
  vi.waitFor(() => expect(pids().length).toBe(count), { timeout: 10_000, interval: 20 });
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const allGone = () => vi.waitFor(() => expect(pids().filter(isAlive)).toEqual([]), { timeout: 10_000, interval: 20 });

describe('activities/components/run-hook', () => {
  it('runs in the stack directory with the variables of the stack and no others', async () => {
    const { status, tail } = await run('pwd; echo "$COMPOSE_DIR"; env | cut -d= -f1 | sort | tr "\\n" " "');
    expect(status).toBe(0);
    const [pwd, compose, names] = tail.split('\n');
    expect([pwd, compose]).toEqual([root, root]);
    expect(
      names
        ?.trim()
        .split(' ')
        .filter((name) => !['PWD', '_', 'OLDPWD', 'SHLVL'].includes(name)),
    ).toEqual(['ADMIN_PASSWORD', 'COMPOSE_DIR', 'PATH']);
  });

  it('tells the status, and hands each line to the log and the last ones back', async () => {
    const result = await run('#!/bin/sh\nfor i in $(seq 1 30); do echo "line $i"; done\necho no >&2\nexit 3\n');
    expect(result.status).toBe(3);
    expect(lines.length).toBe(31);
    expect(result.tail.split('\n').length).toBe(15);
    expect(result.tail).toMatch(/line 30|no$/);
    expect(describeHookEnd(hookOf(''), result)).toMatch(
      /^the pre hook of proxy \(.*pre-docker-compose-up\) ended with status 3 \(after [\d.]+ s\)\. It said last:\nline/,
    );
  });

  it.each([75, 124, 137, 126, 255])('does not take a status %d of the hook for one of ours', async (status) => {
    expect((await run(`exit ${status}`)).status).toBe(status);
  });

  it('is run by sh: without a first line, and whatever that line says', async () => {
    expect((await run('echo "by $(basename "$0")"')).tail).toBe('by pre-docker-compose-up');
    expect((await run('#!/bin/cat\necho ran')).tail).toBe('ran');
  });

  it('takes secrets out of what it hands back, also where it cuts a long line', async () => {
    const { tail } = await run(`echo "the password is $ADMIN_PASSWORD"; printf "%0495d%s\\n" 0 "$ADMIN_PASSWORD"`);
    expect(tail).not.toContain(PASSWORD.slice(0, 5));
    expect(tail).toContain('the password is ‹redacted›');
  });

  it('gives an empty input to who reads it', async () => {
    expect(await run('read answer || echo nobody answers')).toMatchObject({ status: 0, tail: 'nobody answers' });
  });

  it('takes ten megabytes of output', async () => {
    const result = await run('yes "0123456789012345678901234567890123456789" | head -c 10000000; echo; echo end');
    expect(result.status).toBe(0);
    expect(result.tail).toMatch(/\nend$/);
    expect(lines.length).toBeGreaterThan(240_000);
  });

  it('scenario 24: ends one that hangs, with all that it started', async () => {
    const result = await run('echo $$ >> pids; sleep 60 & echo $! >> pids; echo waiting; sleep 61', {
      timeoutSeconds: 1,
    });
    expect(result).toMatchObject({ status: null, tail: expect.stringContaining('waiting') as string });
    expect(result.seconds).toBeLessThan(5);
    await allGone();
    expect(describeHookEnd(hookOf('', { timeoutSeconds: 1 }), result)).toContain('did not end by itself within 1 s');
  });

  it('ends one that ignores a polite end', async () => {
    const script = 'trap "" TERM; echo $$ >> pids; sh -c \'trap "" TERM; echo $$ >> pids; while :; do sleep 1; done\'';
    const result = await run(script, { timeoutSeconds: 1 });
    expect(result.status).toBeNull();
    expect(result.seconds).toBeGreaterThan(5);
    await allGone();
  });

  it.each([
    ['that writes elsewhere', '>/dev/null 2>&1'],
    ['that holds the output', ''],
  ])('is done before a daemon %s, which lives on without the lock', async (_, redirection) => {
    const began = Date.now();
    const result = await run(`setsid sleep 60 ${redirection} & echo $! >> pids; echo done`);
    expect(result).toMatchObject({ status: 0, tail: 'done' });
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(pids().every(isAlive)).toBe(true);
    expect((await run('echo next')).tail).toBe('next');
  });

  it.each([
    ['the hook and all that it started are gone', ''],
    ['so do those that ignore a polite end', 'trap "" TERM; '],
  ])('ends with the step: %s', async (_, trap) => {
    const cancel = new AbortController();
    const running = run(`${trap}echo $$ >> pids; sleep 60 & echo $! >> pids; wait`, {}, { signal: cancel.signal });
    const ending = expect(running).rejects.toThrow('cancelled by a person');
    await started(2);
    cancel.abort(new Error('cancelled by a person'));
    await ending;
    await allGone();
  });

  it('waits for a hook that a killed worker left running, and runs it again', async () => {
    const script = 'echo $$ >> pids; while ! [ -e release ]; do sleep 0.05; done; echo "run $(wc -l < pids)"';
    const command = hookCommand(hookOf(script), join(root, 'lock'), 0);
    // A parent of its own: to be killed without warning, as a worker is.
    const parent = `const { file, args } = JSON.parse(process.argv[1]);
      require('node:child_process').spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      setInterval(() => undefined, 1000);`;
    const worker = spawn(process.execPath, ['-e', parent, JSON.stringify(command)], {
      cwd: root,
      env: variables(),
      stdio: 'ignore',
    });
    const killed = new Promise((resolve) => worker.once('exit', resolve));
    await started(1);
    worker.kill('SIGKILL');
    await killed;
    expect(pids().map(isAlive)).toEqual([true]);

    const again = run(script);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(pids().length).toBe(1);
    writeFileSync(join(root, 'release'), '');
    expect(await again).toMatchObject({ status: 0, tail: 'run 2' });
    await allGone();
  });

  it('says that it could not be started', async () => {
    const hook = hookOf('echo');
    const view = { directory: root, variables: { PATH: join(root, 'empty') } };
    const result = await runHook(hook, { view, lock: join(root, 'lock'), step: step(), redact: (text) => text });
    expect(result).toMatchObject({ status: null, tail: expect.stringContaining('could not be started') as string });
  });
});
