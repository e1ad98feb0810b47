import { appendFile, chmod, mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../../../activities/state/index.js';
import { LogLine } from '../../../../client/schemas.js';
import { createRunLog, type RunLog } from '../../../../worker/deployment-log.js';
import { birdkeeper } from '../../../support/command-line.js';

let dir: string;
let logDir: string;
let personal: string;
let stack: string;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-test-logs-')));
  [logDir, personal, stack] = [join(dir, 'log'), join(dir, 'own'), join(dir, 'web')];
  await mkdir(stack);
  await mkdir(logDir);
  const state = await new StateDirectory(join(dir, 'state')).register({ name: 'web', directory: stack });
  await state.setLastGood({ checkouts: [], logDir });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const line = () => ({
  settings: { stateDirectories: [join(dir, 'state')], personalLogDirectory: personal },
  cwd: stack,
});
const run = (...args: string[]) => birdkeeper(line(), 'logs', ...args);

const aLog = (directory: string, format: 'text' | 'json' = 'text'): RunLog =>
  createRunLog({
    directory,
    file: 'autodeploy.log',
    format,
    redact: (text) => text,
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });

let minutes = 0;
/** One deployment in a log, begun a minute after the one before. */
function deployment(log: RunLog, number: number, name = 'web', close = true) {
  const startedAt = new Date(Date.parse('2026-11-24T10:00:00Z') + (minutes += 1) * 60_000);
  const key = { stack: name, run: number };
  log.openFrame({ ...key, startedAt, about: `check: ${name} is behind` });
  log.line(key, 'pull', `pulls for ${number}`);
  const end = () => log.closeFrame({ ...key, startedAt, about: 'deployed' });
  if (close) end();
  return end;
}

describe('client/commands/logs', { timeout: 30_000 }, () => {
  it('looks where the configuration that was read last has its logs, deployed or not', async () => {
    const elsewhere = join(dir, 'elsewhere');
    await mkdir(elsewhere);
    const state = await new StateDirectory(join(dir, 'state')).stack('web');
    await state.noteLogDirectory(elsewhere);
    deployment(aLog(elsewhere), 7);
    expect((await run('7')).out).toContain('pulls for 7');
    deployment(aLog(logDir), 6);
    expect((await run('6')).out).toContain('pulls for 6');
  });

  it('prints the newest deployment and all after it, without what other stacks wrote', async () => {
    const log = aLog(logDir);
    deployment(log, 1);
    deployment(log, 2);
    deployment(log, 9, 'other');
    log.remark('web', 'up to date: every checkout is level.');
    const { status, out } = await run();
    expect(status).toBe(0);
    expect(out).toMatch(/^={10}\ntriggerdeploy START_TIME=\S+\n\S+ \[web 2 begin\] check: web is behind\n/);
    expect(out).toMatch(/END_TIME=\S+\n\S+ \[web - check\] up to date: every checkout is level\.$/);
    expect(out).not.toContain('other');
    expect(out).not.toContain('pulls for 1');
  });

  it.each(['text', 'json'] as const)(
    'finds a deployment in rotated files of the %s form, packed ones too',
    async (format) => {
      const log = aLog(logDir, format);
      const path = join(logDir, 'autodeploy.log');
      deployment(log, 1);
      await writeFile(`${path}.2.gz`, gzipSync(await readAndRemove(path)));
      const end = deployment(log, 2, 'web', false);
      await rename(path, `${path}.1`);
      end();
      deployment(log, 3);
      expect((await run('1')).out).toContain('pulls for 1');
      const two = await run('2', '--json');
      const lines = two.out.split('\n').map((text) => LogLine.strict().parse(JSON.parse(text)));
      expect(lines.map(({ phase, run: number }) => `${number} ${phase}`)).toEqual(['2 begin', '2 pull', '2 end']);
      expect(lines.at(-1)?.END_TIME).toBeDefined();
    },
  );

  it('says which deployments there are when it does not find one', async () => {
    expect(await run()).toMatchObject({
      status: 2,
      err: expect.stringContaining('No deployment of web is in') as string,
    });
    const log = aLog(logDir);
    deployment(log, 4);
    deployment(log, 5);
    const { status, err } = await run('3');
    expect(status).toBe(2);
    expect(err).toContain('Deployment 3 of web is not in');
    expect(err).toContain('4 to 5 are');
    expect((await run('x')).status).toBe(2);
  });

  it('looks in the own directory too, and takes the newer', async () => {
    deployment(aLog(logDir), 1);
    deployment(aLog(personal), 2);
    expect((await run()).out).toContain('pulls for 2');
    expect((await run('1')).out).toContain('pulls for 1');
  });

  it.skipIf(process.getuid?.() === 0)('says so when the log may not be read', async () => {
    deployment(aLog(logDir), 1);
    await chmod(join(logDir, 'autodeploy.log'), 0);
    expect((await run()).err).toContain('Run this as the user that runs birdkeeper');
  });

  it('follows a deployment over a rotation until its frame is closed', async () => {
    const log = aLog(logDir);
    const path = join(logDir, 'autodeploy.log');
    const end = deployment(log, 1, 'web', false);
    const heard: string[] = [];
    const following = birdkeeper({ ...line(), heard }, 'logs', '1', '--follow');
    await expect.poll(() => heard.join('\n')).toContain('pulls for 1');
    await rename(path, `${path}.1`);
    log.line({ stack: 'web', run: 1 }, 'apply', 'after the rotation');
    await expect.poll(() => heard.join('\n')).toContain('after the rotation');
    end();
    const { status, out } = await following;
    expect(status).toBe(0);
    expect(out).toContain('triggerdeploy finished   END_TIME=');
  });

  it('waits for a deployment that has yet to begin, and ends with ^C', async () => {
    const log = aLog(logDir);
    deployment(log, 1);
    const controller = new AbortController();
    const heard: string[] = [];
    const interruption = { signal: controller.signal, done: () => undefined };
    const following = birdkeeper({ ...line(), heard, interruption }, 'logs', '2', '--follow');
    await appendFile(join(logDir, 'autodeploy.log'), 'nonsense\n');
    deployment(log, 2, 'web', false);
    await expect.poll(() => heard.join('\n')).toContain('pulls for 2');
    expect(heard.join('\n')).not.toContain('pulls for 1');
    controller.abort();
    expect(await following).toMatchObject({ status: 0, err: '' });
  });
});

async function readAndRemove(path: string): Promise<Buffer> {
  const { readFile } = await import('node:fs/promises');
  const content = await readFile(path);
  await rm(path);
  return content;
}
