import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advance, forward, reverse, type MoveRequest } from '../../../../activities/git/advance.js';
import { git, makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { makePair } from './checkout-pair.js';

describe('activities/git/advance', () => {
  let root: string;
  let dir: string;
  let from: string;
  let to: string;

  beforeAll(async () => {
    root = await makeScratch('advance-killed');
  });
  afterAll(() => removeScratch(root));

  const request = (): MoveRequest => ({
    checkout: { name: 'platform', dir },
    from,
    to,
    guard: { lock: join(root, 'lock'), waitSeconds: 10, limitSeconds: 60 },
    interrupted: true,
    signal: new AbortController().signal,
    timeoutMs: 30_000,
  });

  async function expectClean(at: string): Promise<void> {
    expect(await git(dir, ['rev-parse', 'HEAD'])).toBe(at);
    expect(await git(dir, ['status', '--porcelain', '--untracked-files=all'])).toBe('');
    for (const lock of ['index.lock', 'HEAD.lock', 'refs/heads/main.lock']) {
      expect(existsSync(join(dir, '.git', lock))).toBe(false);
    }
  }

  it('SIGKILL inside git merge, at 25 points over 240 files: finished or reversed', { timeout: 300_000 }, async () => {
    const many = (first: number, text: string | null) =>
      Object.fromEntries(
        Array.from({ length: 80 }, (_, n) => [
          `d${n % 7}/f${first + n}`,
          text === null ? text : `${text} ${n}\n`.repeat(400),
        ]),
      );
    // A third is removed, a third changed, a third added.
    const [before, after] = [
      { ...many(0, 'from'), ...many(80, 'from') },
      { ...many(80, 'to'), ...many(160, 'to') },
    ];
    ({ dir, from, to } = await makePair(join(root, 'kills'), before, { ...many(0, null), ...after }));
    const duration = await mergeAndKill(dir, to, Infinity);
    await git(dir, ['reset', '--hard', '--quiet', from]);

    const results: string[] = [];
    for (let round = 0; round < 25; round += 1) {
      await mergeAndKill(dir, to, (duration * round) / 22);
      const finish = round % 2 === 0;
      results.push(finish ? await advance(request()) : (await reverse(request())).result);
      await expectClean(finish ? to : from);
      await git(dir, ['reset', '--hard', '--quiet', from]);
    }
    expect(results.filter((result) => result === 'repaired').length).toBeGreaterThan(3);
  });
});

/** Starts the merge of the product and kills it; returns the milliseconds from its lock to its end. */
async function mergeAndKill(dir: string, to: string, afterMs: number): Promise<number> {
  const child = spawn('git', ['-c', 'gc.auto=0', ...forward(to)], { cwd: dir, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const over = () => child.exitCode !== null || child.signalCode !== null;
  while (!existsSync(join(dir, '.git', 'index.lock')) && !over()) await new Promise(setImmediate);
  const locked = performance.now();
  while (performance.now() - locked < afterMs && !over()) await new Promise(setImmediate);
  child.kill('SIGKILL');
  await ended;
  return performance.now() - locked;
}
