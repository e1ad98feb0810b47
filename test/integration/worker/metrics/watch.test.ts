import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import type { EndedRun } from '../../../../worker/metrics/runs.js';
import type { Answers } from '../../../../worker/metrics/server.js';
import { LEDGER_FILE, Watch, type Ask } from '../../../../worker/metrics/watch.js';

let dir: string;
let stack: StackState;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bk-metrics-'));
  mkdirSync(join(dir, 'stack'));
  stack = await new StateDirectory(join(dir, 'state')).register({ name: 's', directory: join(dir, 'stack') });
});
afterEach(() => rmSync(dir, { recursive: true }));

const NOW = Date.now();
const run = (id: string, endedAt = NOW): EndedRun => ({
  ...{ id, task: 'job', name: 'tick', trigger: 'schedule', result: 'success', startedAt: endedAt - 1_000, endedAt },
});
const answers = (ended: EndedRun[], more: Partial<Answers> = {}): Answers => ({
  ...{ schedules: [], open: [], queued: {}, ended: { s: ended } },
  ...more,
});
const watch = (ask: Ask, tell: (error: unknown) => void = () => undefined) =>
  new Watch(ask, () => Promise.resolve([stack]), tell);
const counted = (watching: Watch) => watching.known().ledgers.get('s')?.tasks[0]?.results.success?.schedule;

describe('worker/metrics/watch', () => {
  it('goes on where an earlier worker was, and counts what both saw once', async () => {
    await watch(() => Promise.resolve(answers([run('1'), run('2')]))).look();
    const asked: number[] = [];
    const next = watch((until) => {
      asked.push(until['s'] ?? -1);
      return Promise.resolve(answers([run('2'), run('3', NOW + 5_000)]));
    });
    await next.look();
    expect(counted(next)).toBe(3);
    expect(asked).toEqual([NOW]);
  });

  it('tells what was added up before the server has answered', async () => {
    await watch(() => Promise.resolve(answers([run('1')]))).look();
    const next = watch(() => new Promise(() => undefined));
    await next.recall();
    expect(counted(next)).toBe(1);
    expect(next.known().reachable).toBe(false);
  });

  it('knows the jobs of before while the server is away', async () => {
    const schedules = [
      { stack: 's', task: 'data', name: 'b', intervalSeconds: 1, paused: false, due: [] },
      { stack: 's', task: 'job', name: 'a', intervalSeconds: 1, paused: false, due: [] },
      { stack: 's', task: 'check', name: '', intervalSeconds: 1, paused: false, due: [] },
      { stack: 'other', task: 'job', name: 'c', intervalSeconds: 1, paused: false, due: [] },
    ] as const;
    await watch(() => Promise.resolve(answers([], { schedules: [...schedules] }))).look();
    const next = watch(() => Promise.reject(new Error('away')));
    await next.look();
    expect(next.known().jobs('s')).toEqual([
      { task: 'job', name: 'a' },
      { task: 'data', name: 'b' },
    ]);
  });

  it('a server that does not answer is told once, until it does', async () => {
    const told: unknown[] = [];
    let away = true;
    const watching = watch(
      () => (away ? Promise.reject(new Error('away')) : Promise.resolve(answers([run('1')]))),
      (error) => told.push(error),
    );
    for (const is of [true, true, false, true]) {
      away = is;
      await watching.look();
      expect(watching.known().reachable).toBe(!is);
    }
    expect(told).toHaveLength(2);
    expect(counted(watching)).toBe(1);
  });

  it('writes nothing when nothing is new', async () => {
    const watching = watch(() => Promise.resolve(answers([run('1')])));
    await watching.look();
    const path = stack.path(LEDGER_FILE);
    writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
    const before = readFileSync(path, 'utf8');
    await watching.look();
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it.each(['{', '[]', '{"until":"x"}'])('a file that holds %j is left for a person, and told', async (text) => {
    mkdirSync(stack.path(), { recursive: true });
    writeFileSync(stack.path(LEDGER_FILE), text);
    const watching = watch(() => Promise.resolve(answers([run('1')])));
    await watching.look();
    expect(watching.isUnreadable('s')).toBe(true);
    expect(counted(watching)).toBe(1);
    expect(readFileSync(stack.path(LEDGER_FILE), 'utf8')).toBe(text);
  });

  it('what cannot be written is not told: after a crash it would be less', async () => {
    const watching = watch(() => Promise.resolve(answers([run('1')])));
    await watching.recall();
    mkdirSync(stack.path(LEDGER_FILE), { recursive: true });
    await watching.look();
    expect(counted(watching)).toBeUndefined();
    expect(watching.known().reachable).toBe(true);
  });

  it('who asks while it looks waits for that look', async () => {
    let asked = 0;
    const watching = watch(() => {
      asked += 1;
      return Promise.resolve(answers([]));
    });
    await Promise.all([watching.look(), watching.look(), watching.look()]);
    expect(asked).toBe(1);
  });
});
