import { appendFileSync, chmodSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunLog, type RunLogOptions } from '../../../worker/deployment-log.js';

let dir: string;
let problems: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-log-'));
  problems = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const startedAt = new Date('2026-11-24T10:00:00Z');
const run = { stack: 'web', run: 12 };
const frame = { ...run, startedAt, about: 'check: env is behind' };

/** Each call is a process that knows nothing of the former ones. */
const log = (options: Partial<RunLogOptions> = {}) =>
  createRunLog({
    directory: join(dir, 'log'),
    file: 'autodeploy.log',
    format: 'text',
    redact: (text) => text.replaceAll('hunter22', '***'),
    now: () => new Date('2026-11-24T10:01:30Z'),
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
const written = (file = 'autodeploy.log') => readFile(join(dir, 'log', file), 'utf8');

describe('worker/deployment-log', () => {
  it('frames a deployment as log watchers know it', async () => {
    log().openFrame(frame);
    log().line(run, 'pull', 'web: pulled');
    log().closeFrame({ ...frame, about: 'deployed' });
    expect(await written()).toBe(
      [
        '==========',
        'triggerdeploy START_TIME=2026-11-24T10:00:00+00:00',
        '2026-11-24T10:00:00+00:00 [web 12 begin] check: env is behind',
        '2026-11-24T10:01:30+00:00 [web 12 pull] web: pulled',
        '2026-11-24T10:01:30+00:00 [web 12 end] deployed',
        '',
        'triggerdeploy finished START_TIME=2026-11-24T10:00:00+00:00',
        'triggerdeploy finished   END_TIME=2026-11-24T10:01:30+00:00',
        '',
      ].join('\n'),
    );
    expect((await stat(join(dir, 'log', 'autodeploy.log'))).mode & 0o777).toBe(0o644);
    expect(problems).toEqual([]);
  });

  it.each(['text', 'json'] as const)('writes nothing when a step runs twice (%s)', async (format) => {
    log({ format }).openFrame(frame);
    const later = new Date('2026-11-24T10:00:50Z');
    expect(log({ format }).openFrame({ ...frame, startedAt: later })).toEqual({ startedAt });
    const open = await written();
    log({ format }).closeFrame(frame);
    const closed = await written();
    log({ format }).closeFrame({ ...frame, startedAt: later });
    expect(await written()).toBe(closed);
    expect(open.match(/START_TIME/g)).toHaveLength(1);
    expect(closed).toContain('END_TIME');
  });

  it('goes on on a line of its own after a crash cut one short', async () => {
    log().openFrame(frame);
    appendFileSync(join(dir, 'log', 'autodeploy.log'), '2026-11-24T10:00:10+00:00 [web 12 en');
    log().closeFrame(frame);
    const lines = (await written()).split('\n');
    expect(lines).toContain('2026-11-24T10:00:10+00:00 [web 12 en');
    expect(lines).toContain('triggerdeploy finished   END_TIME=2026-11-24T10:01:30+00:00');
  });

  it('finds its frame behind the output of a long build', async () => {
    log().openFrame(frame);
    log().line(run, 'pull', 'x'.repeat(100).concat('\n').repeat(15_000), 'output');
    expect(log().openFrame({ ...frame, startedAt: new Date(0) })).toEqual({ startedAt });
  });

  it('leaves a rotated file at once and closes the frame in the new one', async () => {
    const writer = log();
    writer.openFrame(frame);
    await rename(join(dir, 'log', 'autodeploy.log'), join(dir, 'log', 'autodeploy.log.1'));
    writer.closeFrame(frame);
    expect(await written()).toContain('finished START_TIME=2026-11-24T10:00:00+00:00');
  });

  it('redacts', async () => {
    log().line(run, 'apply', 'password hunter22');
    expect(await written()).toContain('password ***');
  });

  it('tells a look that found nothing in one line without a frame', async () => {
    log().remark('web', 'up to date');
    expect(await written()).toBe('2026-11-24T10:01:30+00:00 [web - check] up to date\n');
  });

  it('labels backups and notebooks with their own words', async () => {
    log({ file: 'backup.log' }).openFrame({ ...frame, run: 'a' });
    log({ file: 'notebookdeploy.log' }).openFrame({ ...frame, run: 'a' });
    expect(await written('backup.log')).toContain('\nbackup START_TIME=');
    expect(await written('notebookdeploy.log')).toContain('\nnotebookdeploy START_TIME=');
  });

  it('does not end a deployment when it cannot be written, and says so once', async () => {
    await writeFile(join(dir, 'log'), 'a file where the directory should be');
    chmodSync(join(dir, 'log'), 0o400);
    const writer = log();
    expect(writer.openFrame(frame)).toEqual({ startedAt });
    writer.line(run, 'pull', 'x');
    writer.closeFrame(frame);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('autodeploy.log cannot be written');
  });
});
