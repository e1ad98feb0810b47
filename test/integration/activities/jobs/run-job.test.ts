import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runJob } from '../../../../activities/jobs/run-job.js';
import { RunFolder } from '../../../../activities/jobs/run-folder.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { compileProduct, type Compiled } from '../../../support/compiled.js';
import { createImages, type Images } from '../../../support/images.js';
import { docker, JobWorld } from './job-world.js';

describe('activities/jobs/run-job', () => {
  let images: Images;
  beforeAll(async () => {
    images = await createImages();
  }, 120_000);
  afterAll(() => images.cleanup());

  let world: JobWorld;
  beforeEach(async () => {
    world = await JobWorld.create(images);
  });
  afterEach(() => world.remove());

  it('runs a container, hands its output on and leaves nothing', async () => {
    const result = await world.run(world.inImage(`command: sh -c 'echo one; echo two >&2; echo three'`));
    expect(result).toMatchObject({ outcome: 'done', exitStatus: 0 });
    // The engine hands the two streams on as they come.
    expect([...world.lines].sort()).toEqual(['one', 'three', 'two']);
    expect(result.lastLines).toEqual(world.lines);
    expect(await world.containers()).toBe('');
  });

  it('tells the exit status, and runs no trigger after a failure', async () => {
    const failing = world.inImage(
      `command: sh -c 'echo bad; exit 3'\n  trigger: [{command: "echo triggered > ${world.root}/trigger"}]`,
    );
    const result = await world.run(failing);
    expect(result).toMatchObject({ outcome: 'failed', exitStatus: 3, lastLines: ['bad'] });
    await expect(readFile(join(world.root, 'trigger'))).rejects.toThrow();
    expect(await world.containers()).toBe('');
  });

  it('scenario 27: triggers run in order after success', async () => {
    const text = `command: echo main\n  trigger:\n    - {command: echo first, image: ${images.base}}\n    - {command: "echo second $((1+1))"}`;
    expect(await world.run(world.inImage(text))).toMatchObject({ outcome: 'done' });
    expect(world.lines).toEqual(['main', 'first', 'second 2']);
  });

  it('expands the text with the environment at run time, as bash does', async () => {
    const text = `command: sh -c 'echo "$1"' -- "$GREETING $(echo sub)"\n  dockerargs: --env A=$GREETING\n  environment: [B="$GREETING"]`;
    await world.run(world.inImage(text.replace('--env A=$GREETING', '--env A="$GREETING"')));
    expect(world.lines).toEqual(['hello  world sub']);
  });

  it('redirections act beside the scheduler', async () => {
    await world.run(world.inImage(`command: sh -c 'hostname; cat /proc/1/cmdline' > ${world.root}/out`));
    expect(await readFile(join(world.root, 'out'), 'utf8')).toMatch(/^[0-9a-f]{12}\ncat/);
    expect(world.lines).toEqual([]);
  });

  it('row 32: a log that only the container could have is written where its mount is', async () => {
    await mkdir(join(world.root, 'log'));
    const text = `command: 'echo cleaned >> /no-such-logs/clean.log 2>&1'\n  dockerargs: --volume "${world.root}/log:/no-such-logs"`;
    expect(await world.run(world.inImage(text))).toMatchObject({ outcome: 'done' });
    expect(await readFile(join(world.root, 'log/clean.log'), 'utf8')).toBe('cleaned\n');
    expect(world.told.join('\n')).toMatch(/acts beside the scheduler, where \/no-such-logs is not: taken to/);
  });

  it('runs a command in a container that runs, and in each of a service', async () => {
    const [one, two] = [`${world.name}-one`, `${world.name}-two`];
    for (const each of [one, two]) {
      await docker(
        'run',
        '-d',
        '--name',
        each,
        '--label',
        `birdkeeper.job=birds/${world.name}`,
        '--label',
        `com.docker.compose.project=${world.name}`,
        '--label',
        'com.docker.compose.service=web',
        images.base,
        'sleep',
        '60',
      );
    }
    const text = `command: sh -c 'cat /etc/hostname > /seen'\n  container: ${one}\n  trigger: [{command: cat /seen, container: web, project: ${world.name}}]`;
    await docker('exec', two, 'sh', '-c', 'echo other > /seen');
    expect(await world.run(world.job(text))).toMatchObject({ outcome: 'done' });
    expect(world.lines).toHaveLength(2);
    expect(world.lines).toContain('other');
  }, 60_000);

  it('says when no container of the service runs', async () => {
    const result = await world.run(world.job(`command: x\n  container: web\n  project: ${world.name}`));
    expect(result).toMatchObject({ outcome: 'failed', exitStatus: 1 });
    expect(world.lines).toEqual([`birdkeeper: no container of service web of project ${world.name} runs`]);
  });

  it('stops at the time limit, with its container', async () => {
    const result = await world.run(world.inImage(`command: sh -c 'trap exit TERM; echo begun; sleep 600 & wait'`), {
      timeoutSeconds: 2,
    });
    expect(result).toMatchObject({ outcome: 'timed out', exitStatus: null, lastLines: ['begun'] });
    expect(await world.containers()).toBe('');
  }, 60_000);

  it('stops its container when the run is cancelled', async () => {
    const controller = new AbortController();
    const running = world.run(
      world.inImage(`command: sh -c 'trap exit TERM; echo begun; sleep 600 & wait'`),
      {},
      { signal: controller.signal },
    );
    await expect.poll(() => world.lines, { timeout: 20_000 }).toEqual(['begun']);
    controller.abort();
    await expect(running).rejects.toThrow(/cancelled/);
    expect(await world.containers()).toBe('');
  }, 60_000);

  it('is not run a second time when it has ended', async () => {
    const one = world.request({ job: world.inImage(`command: sh -c 'echo once'`) });
    const first = await runJob(one, world.step());
    expect(await runJob(one, world.step())).toEqual(first);
    expect(world.lines).toEqual(['once']);
  });

  it('runs beside each other have containers of their own when overlap allows them', async () => {
    const text = `command: sh -c 'echo begun; sleep 2'\n  x-birdkeeper: {overlap: allow-all}`;
    const both = ['aaaaaaaa-1', 'bbbbbbbb-1'].map((each) => world.run(world.inImage(text), { run: each }));
    await expect.poll(async () => (await world.containers()).split('\n').length, { timeout: 20_000 }).toBe(2);
    expect((await world.containers()).split('\n').sort()).toEqual([`${world.name}-aaaaaaaa`, `${world.name}-bbbbbbbb`]);
    expect(await Promise.all(both)).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }]);
    expect(await world.containers()).toBe('');
  }, 60_000);

  it('its folder holds the job, for a run whose job is taken out of the configuration', async () => {
    const given = world.inImage('command: echo x');
    await world.run(given);
    expect(await RunFolder.jobIn(join(world.root, 'runs/run-1'))).toEqual(given);
    expect(await RunFolder.jobIn(join(world.root, 'runs/run-2'))).toBeUndefined();
  });

  it('a worker that leaves hands a container over: no line is lost, none comes twice', async () => {
    const counting = world.inImage(`command: sh -c 'for i in $(seq 1 40); do echo $i; sleep 0.1; done; exit 4'`);
    const leaving = new AbortController();
    const first = world.run(counting, {}, { leaving: leaving.signal });
    await expect.poll(() => world.lines.length, { timeout: 20_000 }).toBeGreaterThan(5);
    leaving.abort();
    await expect(first).rejects.toMatchObject({ type: FAILURES.busy });
    const seen = world.lines.length;
    expect(seen).toBeLessThan(40);
    expect(await world.run(counting)).toMatchObject({ outcome: 'failed', exitStatus: 4 });
    expect(world.lines).toEqual(Array.from({ length: 40 }, (_, index) => String(index + 1)));
  }, 60_000);

  it('what is no container of its own is not begun twice after a crash', async () => {
    const text = world.job(`command: "echo x >> ${world.root}/count; echo begun; sleep 600"`);
    const controller = new AbortController();
    const first = world.run(text, {}, { signal: controller.signal });
    await expect.poll(() => world.lines, { timeout: 20_000 }).toEqual(['begun']);
    controller.abort();
    await expect(first).rejects.toThrow();
    expect(await world.run(text)).toMatchObject({ outcome: 'cut off', exitStatus: 1 });
    expect(await readFile(join(world.root, 'count'), 'utf8')).toBe('x\n');
  }, 60_000);

  describe('killed', () => {
    let compiled: Compiled;
    beforeAll(async () => {
      compiled = await compileProduct();
    }, 120_000);
    afterAll(() => compiled.remove());

    it('with SIGKILL, at any moment: one container, all of its output, its status', async () => {
      const counting = world.inImage(`command: sh -c 'for i in $(seq 1 60); do echo $i; sleep 0.1; done; exit 5'`);
      const given = world.request({ job: counting });
      const child = join(world.root, 'child.mjs');
      await writeFile(
        child,
        `import { runJob } from ${JSON.stringify(join(compiled.dir, 'activities/jobs/run-job.js'))};
import { createRunEngine } from ${JSON.stringify(join(compiled.dir, 'activities/docker/run-engine.js'))};
import { localStep } from ${JSON.stringify(join(compiled.dir, 'activities/shared/step.js'))};
const request = { ...JSON.parse(process.argv[2]), engine: createRunEngine() };
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
      expect(await world.containers()).toBe('');
    }, 120_000);
  });
});
