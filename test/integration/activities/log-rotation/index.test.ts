import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NginxLogs } from '../../../../activities/log-rotation/index.js';
import { createImages, type Images } from '../../../support/images.js';
import { needsRoot } from '../../../support/needs.js';
import { numbered, until, World } from './world.js';

const run = promisify(execFile);
const big = numbered(0, 15_000);
const MINUTES = 1 / (24 * 60);

describe('activities/log-rotation/index', () => {
  let world: World;
  beforeEach(async () => void (world = await World.make()));
  afterEach(() => world.remove());

  describe('logs of nginx', () => {
    let own: Required<NginxLogs>['create'];
    let signals: number;
    const nginx = (changes: Partial<NginxLogs> = {}): NginxLogs => ({
      directory: world.logs,
      rules: { minimumBytes: 1000, everyDays: 0, keep: 3, quietMinutes: 5 },
      create: own,
      signalNginx: async () => void (signals += 1),
      ...changes,
    });
    const rotate = (changes: Partial<NginxLogs> = {}) =>
      world.rotate({ logDir: join(world.root, 'none'), nginx: nginx(changes) });
    beforeEach(() => {
      own = { mode: 0o640, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
      signals = 0;
    });

    it('are renamed by size, made anew, and told of by one signal', async () => {
      await world.write('access.log', big);
      await world.write('error.log', big);
      await world.write('empty.log', '');
      expect(await rotate()).toMatchObject({ rotated: [{ to: 'access.log-20260302' }, { to: 'error.log-20260302' }] });
      expect(signals).toBe(1);
      expect(await stat(world.path('access.log'))).toMatchObject({ size: 0, mode: 0o100640 });
      expect(await rotate()).toMatchObject({ rotated: [], skipped: 3 });
      expect(signals).toBe(1);
      await world.write('access.log', big);
      world.pass(10 * MINUTES);
      expect(await rotate()).toMatchObject({
        rotated: [{ to: 'access.log-20260302-2' }],
        compressed: ['access.log-20260302.gz', 'error.log-20260302.gz'],
      });
    });

    it('by default from 20 MB, fifty are kept, 0640 root root', async (context) => {
      needsRoot(context);
      const plain = { directory: world.logs, signalNginx: async () => void (signals += 1) };
      const at = (nginxLogs: NginxLogs) => world.rotate({ logDir: join(world.root, 'none'), nginx: nginxLogs });
      await world.write('access.log', Buffer.alloc(20 * 1024 * 1024 - 1));
      expect(await at(plain)).toMatchObject({ rotated: [], skipped: 1 });
      await world.write('access.log', Buffer.alloc(20 * 1024 * 1024));
      expect(await at(plain)).toMatchObject({ rotated: [{ file: 'access.log' }] });
      expect(await stat(world.path('access.log'))).toMatchObject({ mode: 0o100640, uid: 0, gid: 0 });
    });

    it('a signal that fails fails the run, nothing is compressed, and the next run sends it again', async () => {
      await world.write('access.log', big);
      const failed = rotate({ signalNginx: () => Promise.reject(new Error('no such container')) });
      await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type: 'ApplyFailed' });
      await expect(failed).rejects.toThrow(/no such container.*still writes to the renamed file.*Nothing is lost/);
      world.pass(1);
      const again = rotate({ signalNginx: () => Promise.reject(new Error('no such container')) });
      await expect(again).rejects.toThrow('no such container');
      expect(await world.names()).toEqual(['access.log', 'access.log-20260302']);
      expect((await rotate()).compressed).toEqual([]);
      expect(signals).toBe(1);
      world.pass(6 * MINUTES);
      expect((await rotate()).compressed).toEqual(['access.log-20260302.gz']);
      expect(signals).toBe(1);
    });

    it('a log that fails does not keep nginx from being told of the others, nor platform logs from being rotated', async () => {
      const logDir = join(world.root, 'platform');
      await mkdir(logDir);
      await writeFile(join(logDir, 'a.log'), big);
      await world.rotate({ logDir });
      world.pass(7);
      await world.write('access.log', big);
      await world.write('error.log', big);
      const heartbeat = (details: unknown) => {
        if (JSON.stringify(details).includes('"create","file":"access.log"')) throw new Error('no');
      };
      await expect(world.rotate({ logDir, nginx: nginx() }, world.step({ heartbeat }))).rejects.toThrow(
        /access\.log in .*\(no\)/,
      );
      expect(signals).toBe(1);
      expect(await world.names()).toEqual(['access.log-20260309', 'error.log', 'error.log-20260309']);
      await stat(join(logDir, 'a.log-20260309.gz'));
      await world.rotate({ logDir, nginx: nginx() });
      expect(await world.names()).toContain('access.log');
      expect(signals).toBe(2);
    });

    describe('a container that writes and is told by USR1', () => {
      let images: Images;
      beforeAll(async () => void (images = await createImages()));
      afterAll(() => images.cleanup());

      it('loses no line', async () => {
        const name = `bk-test-rotation-nginx-${process.pid}`;
        const script = `open() { exec >>/logs/access.log; }; open; trap open USR1; i=0
          while [ ! -e /logs/stop ]; do echo "line $i of the container"; i=$((i+1)); done; echo $i >/logs/count`;
        const signalNginx = async () => void (await run('docker', ['kill', '--signal', 'USR1', name]));
        const flags = ['--name', name, '--network', 'none', '--volume', `${world.logs}:/logs`];
        try {
          await run('docker', ['run', '--detach', ...flags, images.base, 'sh', '-c', script]);
          for (let i = 0; i < 4; i += 1) {
            await until(async () => (await stat(world.path('access.log'))).size > 300_000);
            expect(await rotate({ signalNginx })).toMatchObject({ rotated: [{ file: 'access.log' }] });
            world.pass(10 * MINUTES);
          }
          await world.write('stop', '');
          await run('docker', ['wait', name]);
        } finally {
          await run('docker', ['rm', '--force', name]);
        }
        const lines = await world.lines('access.log');
        expect(lines.length).toBeGreaterThan(1000);
        const count = Number(await readFile(world.path('count'), 'utf8'));
        // The oldest ones were removed: three are kept.
        expect(lines.at(0)).toBe(`line ${count - lines.length} of the container`);
        expect(lines.findIndex((line, i) => line !== `line ${count - lines.length + i} of the container`)).toBe(-1);
      });
    });
  });

  describe("the operator's own file", () => {
    let operatorFile: string;
    beforeEach(async (context) => {
      needsRoot(context);
      operatorFile = join(world.root, 'birdhouse-deploy.logrotate');
    });
    const rules = (text: string) =>
      writeFile(operatorFile, `${world.logs}/*.log {\n  su root root\n  rotate 3\n  size 1\n${text}}\n`, {
        mode: 0o666,
      });

    it('is run by logrotate, with its rules and a state of ours', async () => {
      await rules('  missingok\n  dateext\n  compress\n');
      await world.write('a.log', big);
      expect(await world.rotate({ operatorFile })).toEqual({ rotated: [], compressed: [], removed: [], skipped: 0 });
      expect((await world.names()).find((name) => /^a\.log-\d{8}\.gz$/.test(name))).toBeDefined();
      expect(world.output.join('\n')).toMatch(/considering log .*a\.log/);
      expect(world.warnings).toEqual([]);
      const directory = join(world.root, 'state', 'log-rotation');
      expect(await readFile(join(directory, 'logrotate.status'), 'utf8')).toContain('a.log');
      expect(await stat(join(directory, 'operator.logrotate'))).toMatchObject({ uid: 0, mode: 0o100644 });
    });

    it('its copytruncate is told once', async () => {
      await rules('  copytruncate\n');
      await world.write('a.log', big);
      await world.rotate({ operatorFile });
      await world.rotate({ operatorFile });
      expect(world.warnings).toEqual([expect.stringMatching(/copytruncate.*loses lines.*birdhouse-deploy\.logrotate/)]);
      await rules('  copytruncate\n  compress\n');
      await world.rotate({ operatorFile });
      expect(world.warnings).toHaveLength(2);
    });

    it('fails the run with what logrotate says', async () => {
      await rules('  postrotate\n    exit 7\n  endscript\n');
      await world.write('a.log', big);
      const failed = world.rotate({ operatorFile });
      await expect(failed).rejects.toMatchObject({ type: 'ApplyFailed' });
      await expect(failed).rejects.toThrow(/birdhouse-deploy\.logrotate \(status 1\): error:.*postrotate/);
    });

    it('that is gone is named', async () => {
      await rules('');
      await rename(operatorFile, `${operatorFile}.gone`);
      const failed = world.rotate({ operatorFile });
      await expect(failed).rejects.toMatchObject({ type: 'Configuration' });
      await expect(failed).rejects.toThrow('cannot be read');
    });

    it('is tried again while another logrotate works by it', async () => {
      await rules('  postrotate\n    sleep 2\n  endscript\n');
      await world.write('a.log', big);
      const first = world.rotate({ operatorFile });
      await until(() => world.output.some((line) => line.includes('running postrotate')));
      await expect(world.rotate({ operatorFile })).rejects.toMatchObject({ type: 'Busy' });
      await first;
    });
  });

  it('a step that is cancelled ends, and the next run does the rest', async () => {
    for (const name of ['a.log', 'b.log']) await world.write(name, big);
    await world.rotate();
    world.pass(7);
    const controller = new AbortController();
    const heartbeat = (details: unknown) => {
      if (JSON.stringify(details).includes('"collapse"')) controller.abort();
    };
    await expect(world.rotate({}, world.step({ heartbeat, signal: controller.signal }))).rejects.toThrow();
    expect(await world.text('a.log')).toBe(big);
    expect(await world.rotate()).toMatchObject({ rotated: [{ file: 'a.log' }, { file: 'b.log' }] });
    expect((await world.lines('a.log')).join('\n')).toBe(big.trimEnd());
  });
});
