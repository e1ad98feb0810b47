import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../../activities/state/index.js';
import { freePorts } from '../../support/own-temporal.js';
import { compileProduct, type Compiled } from '../../support/compiled.js';

let compiled: Compiled;
let dir: string;
let stack: string;

beforeAll(async () => {
  compiled = await compileProduct();
  dir = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-test-bin-')));
  stack = join(dir, 'stack');
  await mkdir(stack);
  await new StateDirectory(join(dir, 'state')).register({ name: 'sample', directory: stack });
});
afterAll(async () => {
  await compiled.remove();
  await rm(dir, { recursive: true, force: true });
});

function birdkeeper(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(compiled.dir, 'bin', 'birdkeeper.js'), ...args],
    {
      cwd: stack,
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        PATH: process.env.PATH,
        HOME: dir,
        BIRDKEEPER_STATE_DIR: join(dir, 'state'),
        TEMPORAL_CONFIG_FILE: '/dev/null',
        ...env,
      },
    },
  );
  return { status, stdout, stderr };
}

describe('bin/birdkeeper', { timeout: 90_000 }, () => {
  it('helps', () => {
    const { status, stdout, stderr } = birdkeeper(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Exit status');
  });

  it('ends with 4 and two lines when nothing answers at TEMPORAL_ADDRESS', async () => {
    const { port } = await freePorts();
    const { status, stdout, stderr } = birdkeeper(['check'], { TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain('TEMPORAL_ADDRESS names it');
  });

  it('tells the status with neither server nor engine, and why it does not know more', () => {
    const { status, stdout, stderr } = birdkeeper(['status'], { DOCKER_HOST: `unix://${dir}/none.sock` });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('runs    no release is recorded');
    expect(stdout).toContain('note: Health is not known.');
    expect(stdout).toContain('note: From the state directory only.');
  });

  it('refuses a file that is no history without a trace', async () => {
    const file = join(dir, 'nonsense.json');
    await writeFile(file, '{"events":[]}');
    const { status, stderr } = birdkeeper(['replay', file]);
    expect(status).toBe(2);
    expect(stderr).toContain('no history in JSON');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('follows a log until ^C, and ends with 0 then', async () => {
    const log = join(dir, '.local/state/birdkeeper/log');
    await mkdir(log, { recursive: true });
    const line = '2026-11-24T10:00:00+00:00 [sample 1 begin] check';
    const frame = `triggerdeploy START_TIME=2026-11-24T10:00:00+00:00\n${line}\n`;
    await writeFile(join(log, 'autodeploy.log'), frame);
    const program = join(compiled.dir, 'bin', 'birdkeeper.js');
    const child = spawn(process.execPath, [program, 'logs', '--follow'], {
      cwd: stack,
      env: { PATH: process.env.PATH, HOME: dir, BIRDKEEPER_STATE_DIR: join(dir, 'state') },
    });
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await expect.poll(() => told, { timeout: 30_000 }).toContain(line);
    const ended = new Promise((resolve) => child.once('exit', (status, signal) => resolve({ status, signal })));
    child.kill('SIGINT');
    expect(await ended).toEqual({ status: 0, signal: null });
    expect(told).toBe(frame);
  });

  it('looks at a host on which nothing is right, line by line and without a trace', () => {
    const { status, stdout, stderr } = birdkeeper(['doctor', '--stack', join(dir, 'none')], {
      DOCKER_HOST: `unix://${dir}/none.sock`,
      PATH: dir,
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    for (const what of ['engine', 'compose plugin', 'git', 'ssh client', 'tools', 'Temporal']) {
      expect(stdout).toMatch(new RegExp(`^FAIL {2}${what}: `, 'm'));
    }
    expect(stdout).toMatch(/^warn {2}mount namespace: .*mapped paths/m);
    for (const each of stdout.trimEnd().split('\n').slice(0, -1))
      expect(each).toMatch(/^(ok {2}|warn|FAIL) {2}\S[^:]*: /);
  });

  it('ends quietly when whoever reads it leaves', () => {
    const program = join(compiled.dir, 'bin', 'birdkeeper.js');
    const { stdout, stderr } = spawnSync('/bin/sh', ['-c', '"$0" "$1" --help | head -n 1', process.execPath, program], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(stdout).toContain('Usage');
    expect(stderr).toBe('');
  });
});
