import { setTimeout as pause } from 'node:timers/promises';

export interface Polled {
  asked: number;
  failed: number;
  /** Longest time without an answer, in seconds. */
  longestGap: number;
  /** Different answers, in the order in which they were first seen. */
  answers: string[];
}

/** Asks a service all the time and counts what went wrong, so that "it still answers" is a number. */
export class Poller {
  private readonly polled: Polled = { asked: 0, failed: 0, longestGap: 0, answers: [] };
  private stopped = false;
  private readonly loop: Promise<void>;

  constructor(private readonly ask: () => Promise<string>) {
    this.loop = this.run();
  }

  async stop(): Promise<Polled> {
    this.stopped = true;
    await this.loop;
    return this.polled;
  }

  private async run(): Promise<void> {
    let lastAnswer = Date.now();
    while (!this.stopped) {
      this.polled.asked += 1;
      const answer = await this.ask().catch(() => undefined);
      if (answer === undefined) {
        this.polled.failed += 1;
        this.polled.longestGap = Math.max(this.polled.longestGap, (Date.now() - lastAnswer) / 1000);
      } else {
        lastAnswer = Date.now();
        if (!this.polled.answers.includes(answer)) this.polled.answers.push(answer);
      }
      await pause(EVERY_MS);
    }
  }
}

const EVERY_MS = 100;
