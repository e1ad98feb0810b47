/** What a test does to a Weaver to see what becomes of its client. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pyramidAnswer } from './answers.js';
import type { Handler, Reply, Seen } from '../http.js';

/**
 * delayMs: before it works. fails: answers with that status and does nothing. drops the answer: does its work, and the client hears nothing
 * until it gives up. hangs up: before or after its work. dies after: answers, and is not there any more.
 */
export type Disturbing =
  { delayMs: number } | { fails: number } | 'drops the answer' | 'hangs up before' | 'hangs up after' | 'dies after';

export interface Disturbance {
  does: Disturbing;
  /** All requests unless given. Path without prefix. */
  of?: (asked: { method: string; path: string; seen: Seen }) => boolean;
  /** How many of them; 1 unless given. */
  times?: number;
}

export class Disturbances {
  private readonly waiting: { disturbance: Disturbance; left: number }[] = [];

  add(disturbance: Disturbance): void {
    this.waiting.push({ disturbance, left: disturbance.times ?? 1 });
  }

  clear(): void {
    this.waiting.length = 0;
  }

  /** `die` is called after the answer has been written. */
  async around(seen: Seen, path: string, work: Handler, die: () => void): Promise<Reply> {
    const does = this.next(seen, path);
    if (does === 'hangs up before') return 'hang up';
    if (typeof does === 'object' && 'fails' in does) return pyramidAnswer(seen, does.fails, 'Disturbed by a test.');
    // Who is not waited for any more goes on all the same, as Weaver does.
    if (typeof does === 'object') await sleep(does.delayMs);
    const reply = await work(seen);
    if (does === 'drops the answer') return 'silence';
    if (does === 'hangs up after') return 'hang up';
    if (does === 'dies after') setImmediate(die);
    return reply;
  }

  private next(seen: Seen, path: string): Disturbing | undefined {
    const found = this.waiting.find(
      ({ disturbance, left }) => left > 0 && (disturbance.of?.({ method: seen.method, path, seen }) ?? true),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.disturbance.does;
  }
}
