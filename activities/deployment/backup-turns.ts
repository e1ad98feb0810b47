/**
 * Backups that stop nothing are no work of the keeper: they run beside deployments, but never while services are changed, nor
 * while data are put back. Who comes second waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Phase } from '../../workflows/contract.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';

/** Phases in which services are being replaced: what is dumped then may go away, and may not be of one release. */
const CHANGING: readonly Phase[] = ['advance', 'apply', 'settle', 'hand over', 'roll back'];
const LOOK_EVERY_SECONDS = 1;
/** Within the limit of the activities that wait. */
const LONGEST_WAIT_SECONDS = 45 * 60;

type Pause = (seconds: number, signal: AbortSignal) => Promise<unknown>;

const pauseOfClock: Pause = (seconds, signal) => sleep(seconds * 1_000, undefined, { signal });

export class BackupTurns {
  /** By stack: backups that run. */
  private readonly reading = new Map<string, number>();
  /** Stacks whose data are being put back. */
  private readonly writing = new Set<string>();

  constructor(private readonly pause: Pause = pauseOfClock) {}

  /** Runs a backup that stops nothing. `phaseOf`: of the deployment that runs. */
  async read<T>(
    stack: string,
    step: Step,
    phaseOf: () => Promise<Phase | undefined>,
    work: () => Promise<T>,
  ): Promise<T> {
    for (let told = false; ; told = true) {
      // Counted before it is looked, as a deployment tells its phase before it looks: one of the two sees the other.
      this.count(stack, 1);
      const waitsFor = this.writing.has(stack) ? 'a restore' : changes(await phaseOf());
      if (waitsFor === undefined) break;
      this.count(stack, -1);
      if (!told) step.log.info(`The backup waits for ${waitsFor}`);
      step.heartbeat({ waitsFor });
      await this.pause(LOOK_EVERY_SECONDS, step.signal);
    }
    try {
      return await work();
    } finally {
      this.count(stack, -1);
    }
  }

  /** Returns when no backup of the stack runs. Throws Busy after 45 minutes: the next try goes on waiting. */
  async free(stack: string, step: Step): Promise<void> {
    const what = 'the backup that runs';
    for (let waited = 0; this.reading.has(stack); waited += LOOK_EVERY_SECONDS) {
      if (waited > LONGEST_WAIT_SECONDS)
        throw new StepFailure(FAILURES.busy, `A backup of ${stack} still runs: nothing is changed before its end.`);
      if (waited === 0) step.log.info(`Waits for ${what}: nothing is changed before its end`);
      step.heartbeat({ waitsFor: what });
      await this.pause(LOOK_EVERY_SECONDS, step.signal);
    }
  }

  /** Puts data back when no backup reads them; none begins meanwhile. */
  async write<T>(stack: string, step: Step, work: () => Promise<T>): Promise<T> {
    await this.free(stack, step);
    this.writing.add(stack);
    try {
      return await work();
    } finally {
      this.writing.delete(stack);
    }
  }

  private count(stack: string, by: 1 | -1): void {
    const left = (this.reading.get(stack) ?? 0) + by;
    if (left > 0) this.reading.set(stack, left);
    else this.reading.delete(stack);
  }
}

const changes = (phase: Phase | undefined): string | undefined =>
  phase !== undefined && CHANGING.includes(phase) ? `the deployment that runs (${phase})` : undefined;

/** Of this process, which alone serves its stacks. */
export const backupTurns = new BackupTurns();
