/** What a client of Temporal sees of an outage: a question that the database answers, each half second. */
import { Connection } from '@temporalio/client';
import { setTimeout as pause } from 'node:timers/promises';
import { NAMESPACE } from '../../../workflows/contract.js';

const EVERY_MS = 500;
const ANSWER_MS = 2_000;

export class Probe {
  private readonly failed: { from: number; to: number }[] = [];
  private asked = 0;
  private stopped = false;

  private constructor(
    private readonly connection: Connection,
    private readonly since: number,
  ) {}

  private loop: Promise<void> | undefined;

  static async start(address: string): Promise<Probe> {
    const probe = new Probe(await Connection.connect({ address }), Date.now());
    probe.loop = probe.run();
    return probe;
  }

  /** Whether the newest question was answered. */
  get isAnswered(): boolean {
    return this.gap === undefined;
  }

  private gap: { from: number; to: number } | undefined;

  private async run(): Promise<void> {
    while (!this.stopped) {
      const from = Date.now();
      const answered = await this.ask();
      this.asked += 1;
      if (!answered && this.gap === undefined) this.failed.push((this.gap = { from, to: from }));
      if (this.gap !== undefined) this.gap.to = Date.now();
      if (answered) this.gap = undefined;
      await pause(Math.max(0, from + EVERY_MS - Date.now()));
    }
  }

  private async ask(): Promise<boolean> {
    const { connection } = this;
    const describe = () => connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    return connection.withDeadline(Date.now() + ANSWER_MS, describe).then(
      () => true,
      () => false,
    );
  }

  /** Seconds without an answer, gap by gap; each from the first question that failed to the answer after it. */
  async stop(): Promise<{ asked: number; gaps: number[]; seconds: number }> {
    this.stopped = true;
    await this.loop;
    await this.connection.close();
    return {
      asked: this.asked,
      gaps: this.failed.map(({ from, to }) => Math.round((to - from) / 100) / 10),
      seconds: Math.round((Date.now() - this.since) / 1000),
    };
  }
}
