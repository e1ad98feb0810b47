/** The activities of one deployment in this process, for a story that is told without Temporal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isStepFailure, messageOf } from '../activities/shared/failures.js';
import type { Redact } from '../activities/shared/redact.js';
import type { StepLog } from '../activities/shared/step.js';
import type { Activities, DeploymentActivities, StepActivities } from '../activities/types.js';
import { RETRYABLE_FAILURES } from '../workflows/contract.js';
import type { FollowUpEnd } from '../workflows/deploy-stack/follow-up.js';
import type { Surroundings } from '../workflows/deploy-stack/run.js';
import type { PlannedFollowUp } from '../workflows/follow-up-model.js';
import { followUpHere } from './local-follow-ups.js';
import { waitingFor } from './waiting.js';

export interface LocalSurroundings {
  steps: StepActivities;
  redact: () => Redact;
  logFor: (activity: string, input: { stack: string; number?: number }) => StepLog;
  stack: string;
  number: number;
  /** A line for the person at the terminal. */
  say: (line: string) => void;
  /** Aborted when the person at the terminal wants the end. */
  stop: AbortSignal;
}

export interface LocalStory {
  activities: DeploymentActivities;
  around: Surroundings;
}

/** A hiccup of the surroundings is tried again as Temporal would, only not for hours: somebody is looking. */
const TRIES = 5;
const PAUSE_MS = 2_000;

class Stopped extends Error {}

export function localStory({ steps, redact, logFor, stop, stack, number, say }: LocalSurroundings): LocalStory {
  let shields = 0;
  const run = async (name: keyof DeploymentActivities, input: { stack: string; number?: number }) => {
    const step = steps[name] as (given: typeof input, step: unknown) => Promise<unknown>;
    for (let attempt = 1; ; attempt += 1) {
      // What was begun is put back or recorded also when the person wants the end.
      const signal = shields > 0 ? new AbortController().signal : stop;
      if (signal.aborted) throw new Stopped();
      try {
        return await step(input, { signal, attempt, heartbeat: () => undefined, log: logFor(name, input) });
      } catch (error) {
        if (signal.aborted) throw new Stopped();
        if (!mayPass(error) || attempt >= TRIES) throw error;
        const waits = waitingFor(error);
        if (waits !== undefined) logFor(name, input).warn(redact()(waits));
        await sleep((isStepFailure(error) ? error.retryAfterMs : undefined) ?? PAUSE_MS);
      }
    }
  };
  const names = Object.keys(steps) as (keyof DeploymentActivities)[];
  const table = names.map((name): [string, unknown] => [
    name,
    (input: { stack: string; number?: number }) => run(name, input),
  ]);
  const activities = Object.fromEntries<unknown>(table) as unknown as Activities;
  const followUp = (wanted: PlannedFollowUp): Promise<FollowUpEnd> =>
    followUpHere(wanted, { stack, number, activities, around });
  const around: Surroundings = {
    failureOf: (error) => ({
      type: isStepFailure(error) ? error.type : 'Unknown',
      message: redact()(messageOf(error)),
    }),
    isCancellation: (error) => error instanceof Stopped,
    isCancelled: () => stop.aborted,
    pause: async (milliseconds) => {
      await sleep(milliseconds, undefined, { signal: stop }).catch(() => {
        throw new Stopped();
      });
    },
    followUp,
    followUpLater: async (wanted) => {
      const end = await followUp(wanted);
      say(`${wanted.name}: ${end.well ? 'in step' : end.message}`);
    },
    shielded: async (work) => {
      shields += 1;
      try {
        return await work();
      } finally {
        shields -= 1;
      }
    },
  };
  return { activities, around };
}

const mayPass = (error: unknown): boolean => isStepFailure(error) && RETRYABLE_FAILURES.includes(error.type);
