import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseJobs } from '../../../../activities/jobs/parse.js';
import { runJob, type RunRequest } from '../../../../activities/jobs/run-job.js';
import { RunFolder } from '../../../../activities/jobs/run-folder.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { compileProduct, type Compiled } from '../../../support/compiled.js';
import { createImages, type Images } from '../../../support/images.js';

const run = promisify(execFile);
const docker = async (...args: string[]) => (await run('docker', args)).stdout.trim();

describe('activities/jobs/run-job', () => {
  let images: Images;
  beforeAll(async () => {
    images = await createImages();
  }, 120_000);
  afterAll(() => images.cleanup());

  let root: string;
  let name: string;
  let lines: string[];
  let told: string[];
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-jobs-')));
    name = `bk-test-job-${randomBytes(4).toString('hex')}`;
    [lines, told] = [[], []];
  });
  afterEach(async () => {
    const left = await docker('ps', '-aq', '--filter', `label=birdkeeper.job=birds/${name}`);
    if (left !== '') await docker('rm', '-f', ...left.split('\n'));
    await rm(root, { recursive: true, force: true });
  });

  const job = (fields: string) => {
    const { jobs, problems } = parseJobs([{ file: 'x', text: `- name: ${name}\n  schedule: '@daily'\n  ${fields}\n` }]);
    expect(problems).toEqual([]);
    return jobs[0] ?? expect.fail('no job');
  };
  const image = (fields: string) => job(`image: ${images.base}\n  ${fields}`);
  const request = (fields: Partial<RunRequest> & Pick<RunRequest, 'job'>): RunRequest => ({
    stack: 'birds',
    run: 'run-1',
    folder: join(root, 'runs'),
    environment: { PATH: process.env['PATH'] ?? '', HOME: root, GREETING: 'hello  world' },
    timeoutSeconds: 60,
    onLines: (some) => lines.push(...some),
    ...fields,
  });
  const step = (changes: Partial<Step> = {}) =>
    localStep({
      log: { output: () => undefined, info: (text) => told.push(text), warn: (text) => told.push(text) },
      ...changes,
    });
  const containers = async () =>
    docker('ps', '-a', '--filter', `label=birdkeeper.job=birds/${name}`, '--format', '{{.Names}}');

  it('runs a container, hands its output on and leaves nothing', async () => {
    const result = await runJob(request({ job: image(`command: sh -c 'echo one; echo two >&2; echo three'`) }), step());
    expect(result).toMatchObject({ outcome: 'done', exitStatus: 0 });
    // The engine hands the two streams on as they come.
    expect([...lines].sort()).toEqual(['one', 'three', 'two']);
    expect(result.lastLines).toEqual(lines);
    expect(await containers()).toBe('');
  });

  it('tells the exit status, and runs no trigger after a failure', async () => {
    const failing = image(
      `command: sh -c 'echo bad; exit 3'\n  trigger: [{command: "echo triggered > ${root}/trigger"}]`,
    );
    const result = await runJob(request({ job: failing }), step());
    expect(result).toMatchObject({ outcome: 'failed', exitStatus: 3, lastLines: ['bad'] });
    await expect(readFile(join(root, 'trigger'))).rejects.toThrow();
    expect(await containers()).toBe('');
  });

  it('scenario 27: triggers run in order after success', async () => {
    const text = `command: echo main\n  trigger:\n    - {command: echo first, image: ${images.base}}\n    - {command: "echo second $((1+1))"}`;
    expect(await runJob(request({ job: image(text) }), step())).toMatchObject({ outcome: 'done' });
    expect(lines).toEqual(['main', 'first', 'second 2']);
  });

  it('expands the text with the environment at run time, as bash does', async () => {
    const text = `command: sh -c 'echo "$1"' -- "$GREETING $(echo sub)"\n  dockerargs: --env A=$GREETING\n  environment: [B="$GREETING"]`;
    await runJob(request({ job: image(text.replace('--env A=$GREETING', '--env A="$GREETING"')) }), step());
    expect(lines).toEqual(['hello  world sub']);
  });

  it('redirections act beside the scheduler', async () => {
    await runJob(request({ job: image(`command: sh -c 'hostname; cat /proc/1/cmdline' > ${root}/out`) }), step());
    expect(await readFile(join(root, 'out'), 'utf8')).toMatch(/^[0-9a-f]{12}\ncat/);
    expect(lines).toEqual([]);
  });

  it('row 32: a log that only the container could have is written where its mount is', async () => {
    await mkdir(join(root, 'log'));
    const text = `command: 'echo cleaned >> /no-such-logs/clean.log 2>&1'\n  dockerargs: --volume "${root}/log:/no-such-logs"`;
    expect(await runJob(request({ job: image(text) }), step())).toMatchObject({ outcome: 'done' });
    expect(await readFile(join(root, 'log/clean.log'), 'utf8')).toBe('cleaned\n');
    expect(told.join('\n')).toMatch(/acts beside the scheduler, where \/no-such-logs is not: taken to/);
  });

  it('runs a command in a container that runs, and in each of a service', async () => {
    const [one, two] = [`${name}-one`, `${name}-two`];
    for (const each of [one, two]) {
      await docker(
        'run',
        '-d',
        '--name',
        each,
        '--label',
        `birdkeeper.job=birds/${name}`,
        '--label',
        `com.docker.compose.project=${name}`,
        '--label',
        'com.docker.compose.service=web',
        images.base,
        'sleep',
        '60',
      );
    }
    const text = `command: sh -c 'cat /etc/hostname > /seen'\n  container: ${one}\n  trigger: [{command: cat /seen, container: web, project: ${name}}]`;
    await docker('exec', two, 'sh', '-c', 'echo other > /seen');
    expect(await runJob(request({ job: job(text) }), step())).toMatchObject({ outcome: 'done' });
    expect(lines).toHaveLength(2);
    expect(lines).toContain('other');
  }, 60_000);

  it('says when no container of the service runs', async () => {
    const result = await runJob(request({ job: job(`command: x\n  container: web\n  project: ${name}`) }), step());
    expect(result).toMatchObject({ outcome: 'failed', exitStatus: 1 });
    expect(lines).toEqual([`birdkeeper: no container of service web of project ${name} runs`]);
  });

  it('stops at the time limit, with its container', async () => {
    const result = await runJob(
      request({ job: image(`command: sh -c 'trap exit TERM; echo begun; sleep 600 & wait'`), timeoutSeconds: 2 }),
      step(),
    );
    expect(result).toMatchObject({ outcome: 'timed out', exitStatus: null, lastLines: ['begun'] });
    expect(await containers()).toBe('');
  }, 60_000);

  it('stops its container when the run is cancelled', async () => {
    const controller = new AbortController();
    const running = runJob(
      request({ job: image(`command: sh -c 'trap exit TERM; echo begun; sleep 600 & wait'`) }),
      step({ signal: controller.signal }),
    );
    await expect.poll(() => lines, { timeout: 20_000 }).toEqual(['begun']);
    controller.abort();
    await expect(running).rejects.toThrow(/cancelled/);
    expect(await containers()).toBe('');
  }, 60_000);

  it('is not run a second time when it has ended', async () => {
    const one = request({ job: image(`command: sh -c 'echo once'`) });
    const first = await runJob(one, step());
    expect(await runJob(one, step())).toEqual(first);
    expect(lines).toEqual(['once']);
  });

  it('runs beside each other have containers of their own when overlap allows them', async () => {
    const text = `command: sh -c 'echo begun; sleep 2'\n  x-birdkeeper: {overlap: allow-all}`;
    const both = ['aaaaaaaa-1', 'bbbbbbbb-1'].map((each) => runJob(request({ job: image(text), run: each }), step()));
    await expect.poll(async () => (await containers()).split('\n').length, { timeout: 20_000 }).toBe(2);
    expect((await containers()).split('\n').sort()).toEqual([`${name}-aaaaaaaa`, `${name}-bbbbbbbb`]);
    expect(await Promise.all(both)).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }]);
    expect(await containers()).toBe('');
  }, 60_000);

  it('its folder holds the job, for a run whose job is taken out of the configuration', async () => {
    const given = image('command: echo x');
    await runJob(request({ job: given }), step());
    expect(await RunFolder.jobIn(join(root, 'runs/run-1'))).toEqual(given);
    expect(await RunFolder.jobIn(join(root, 'runs/run-2'))).toBeUndefined();
  });

  it('a worker that leaves hands a container over: no line is lost, none comes twice', async () => {
    const counting = image(`command: sh -c 'for i in $(seq 1 40); do echo $i; sleep 0.1; done; exit 4'`);
    const leaving = new AbortController();
    const first = runJob(request({ job: counting }), step({ leaving: leaving.signal }));
    await expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThan(5);
    leaving.abort();
    await expect(first).rejects.toMatchObject({ type: FAILURES.busy });
    const seen = lines.length;
    expect(seen).toBeLessThan(40);
    expect(await runJob(request({ job: counting }), step())).toMatchObject({ outcome: 'failed', exitStatus: 4 });
    expect(lines).toEqual(Array.from({ length: 40 }, (_, index) => String(index + 1)));
  }, 60_000);

  it('what is no container of its own is not begun twice after a crash', async () => {
    const text = job(`command: "echo x >> ${root}/count; echo begun; sleep 600"`);
    const controller = new AbortController();
    const first = runJob(request({ job: text }), step({ signal: controller.signal }));
    await expect.poll(() => lines, { timeout: 20_000 }).toEqual(['begun']);
    controller.abort();
    await expect(first).rejects.toThrow();
    expect(await runJob(request({ job: text }), step())).toMatchObject({ outcome: 'cut off', exitStatus: 1 });
    expect(await readFile(join(root, 'count'), 'utf8')).toBe('x\n');
  }, 60_000);

  describe('killed', () => {
    let compiled: Compiled;
    beforeAll(async () => {
      compiled = await compileProduct();
    }, 120_000);
    afterAll(() => compiled.remove());

    it('with SIGKILL, at any moment: one container, all of its output, its status', async () => {
      const counting = image(`command: sh -c 'for i in $(seq 1 60); do echo $i; sleep 0.1; done; exit 5'`);
      const given = request({ job: counting });
      const child = join(root, 'child.mjs');
      await writeFile(
        child,
        `import { runJob } from ${JSON.stringify(join(compiled.dir, 'activities/jobs/run-job.js'))};
import { localStep } from ${JSON.stringify(join(compiled.dir, 'activities/shared/step.js'))};
const request = JSON.parse(process.argv[2]);
const result = await runJob({ ...request, onLines: (lines) => process.stdout.write(lines.join('\\n') + '\\n') }, localStep());
process.stdout.write('RESULT ' + JSON.stringify(result) + '\\n');`,
      );
      let all = '';
      for (const after of [150, 700, 1500, 600_000]) {
        const started = spawn(process.execPath, [child, JSON.stringify(given)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        started.stdout.on('data', (chunk: Buffer) => (all += chunk.toString()));
        const timer = setTimeout(() => started.kill('SIGKILL'), after);
        await new Promise((resolve) => started.once('close', resolve));
        clearTimeout(timer);
      }
      const [result] = all.split('\n').filter((line) => line.startsWith('RESULT '));
      expect(JSON.parse((result ?? '').slice(7))).toMatchObject({ outcome: 'failed', exitStatus: 5 });
      const numbers = all
        .split('\n')
        .filter((line) => /^\d+$/.test(line))
        .map(Number);
      expect([...new Set(numbers)]).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
      expect(await containers()).toBe('');
    }, 120_000);
  });
});
