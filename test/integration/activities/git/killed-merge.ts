/** Moves of git that are killed at a chosen place, and what a move makes of what they left. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { advance, back, forward, reverse, type MoveRequest } from '../../../../activities/git/advance.js';
import { git } from '../../../support/git-checkout.js';
import { makePair } from './checkout-pair.js';

/**
 * Kills merges (or resets, as a pin needs them) over three times `size` files, a third of them removed, changed and added, at `kills` places from the lock
 * to the last file, and moves on or back in turns. Returns the results of the moves.
 */
export async function killMerges(
  root: string,
  { size, kills, moves }: { size: number; kills: number; moves?: 'reset' },
): Promise<string[]> {
  const many = (first: number, text: string | null) =>
    Object.fromEntries(
      Array.from({ length: size }, (_, n) => [path(first + n), text === null ? text : `${text} ${n}\n`.repeat(400)]),
    );
  const { dir, from, to } = await makePair(
    join(root, `kills-${moves ?? 'merge'}`),
    { ...many(0, 'from'), ...many(size, 'from') },
    { ...many(0, null), ...many(size, 'to'), ...many(2 * size, 'to') },
  );
  const request: MoveRequest = {
    checkout: { name: 'platform', dir },
    from,
    to,
    guard: { lock: join(root, 'lock'), waitSeconds: 10, limitSeconds: 60 },
    interrupted: true,
    rendered: [],
    ...(moves === undefined ? {} : { moves, pin: to }),
    signal: new AbortController().signal,
    timeoutMs: 30_000,
  };
  // git writes in the order of names. Told by what is there rather than by the clock, a place is the same under load.
  const added = Object.keys(many(2 * size, '')).sort();
  const results: string[] = [];
  for (let round = 0; round < kills; round += 1) {
    const place = added[Math.floor((added.length * (round - 1)) / (kills - 1))];
    await startAndKill(
      dir,
      moves === 'reset' ? back(to) : forward(to),
      place === undefined ? '.git/index.lock' : place,
    );
    const finish = round % 2 === 0;
    results.push(finish ? await advance(request) : (await reverse(request)).result);
    await expectClean(dir, finish ? to : from);
    await git(dir, ['reset', '--hard', '--quiet', from]);
  }
  return results;
}

const path = (n: number) => `d${n % 7}/f${String(n).padStart(4, '0')}`;

/** Starts the command of the product and kills it as soon as something lies at the place. */
async function startAndKill(dir: string, args: string[], place: string): Promise<void> {
  const child = spawn('git', ['-c', 'gc.auto=0', ...args], { cwd: dir, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const over = () => child.exitCode !== null || child.signalCode !== null;
  while (!existsSync(join(dir, place)) && !over()) await new Promise(setImmediate);
  child.kill('SIGKILL');
  await ended;
}

async function expectClean(dir: string, at: string): Promise<void> {
  expect(await git(dir, ['rev-parse', 'HEAD'])).toBe(at);
  expect(await git(dir, ['status', '--porcelain', '--untracked-files=all'])).toBe('');
  for (const lock of ['index.lock', 'HEAD.lock', 'refs/heads/main.lock']) {
    expect(existsSync(join(dir, '.git', lock))).toBe(false);
  }
}
