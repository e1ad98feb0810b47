/** Asks services over HTTP all the time, each at its own pace. */
import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sample } from './outage.js';

export interface Polled {
  service: string;
  port: number;
  /** Milliseconds from one request to the next. */
  every: number;
}

const LIMIT_MS = 1_000;

export class Poller {
  private readonly samples = new Map<string, Sample[]>();
  private readonly loops: Promise<void>[];
  private stopped = false;

  constructor(polled: readonly Polled[]) {
    this.loops = polled.map((each) => this.poll(each));
  }

  /** Ends it and returns what was seen, by service. */
  async stop(): Promise<ReadonlyMap<string, readonly Sample[]>> {
    this.stopped = true;
    await Promise.all(this.loops);
    return this.samples;
  }

  private async poll({ service, port, every }: Polled): Promise<void> {
    const samples: Sample[] = [];
    this.samples.set(service, samples);
    while (!this.stopped) {
      const sent = performance.now();
      const ok = await answers(port);
      const ended = performance.now();
      samples.push({ sent, ended, ok });
      await pause(Math.max(0, every - (ended - sent)));
    }
  }
}

/** Whether the whole answer came, with status 200. A connection of its own each time: one that is kept would hide a change of container. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, agent: false, timeout: LIMIT_MS }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200));
      response.once('error', () => resolve(false));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
