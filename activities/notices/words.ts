/** What notices say, and alerts of Prometheus too: they are written of the same words (scripts/monitoring). Pure. */
import type { Outcome } from '../../workflows/contract.js';

export interface Words {
  /** The rest of `deployment 12 …`. */
  ends: (phase: string) => string;
  /** What a person must do. */
  todo?: string;
}

export const OUTCOME_WORDS = {
  deployed: { ends: () => 'succeeded' },
  failed: { ends: (phase) => `failed in ${phase}` },
  'rolled back': {
    ends: () => 'was rolled back',
    todo: 'Push a commit that mends it, or insist on this release with: birdkeeper deploy --force',
  },
  'roll back failed': {
    ends: () => 'failed and could not be rolled back',
    todo: 'The stack was left as it runs and needs a person now: birdkeeper status shows what is wrong.',
  },
  'roll back withheld': {
    ends: () => 'failed and waits for a person',
    todo: 'Mend it by a push, keep it with birdkeeper deploy --force, or go back with birdkeeper rollback',
  },
  blocked: { ends: () => 'is blocked' },
  degraded: { ends: () => 'could not look at every checkout' },
} satisfies Partial<Record<Outcome, Words>>;

export const NOTHING_CHANGED = 'Nothing was changed: what ran before still runs.';
export const RUNS_AGAIN = 'The former release runs again.';

/** A line of its own, about a stack, a deployment or a job; `who`: `STACK on HOST`. */
export const deploymentLine = (who: string, number: number | string, ends: string): string =>
  `${who}: deployment ${number} ${ends}`;
export const jobLine = (who: string, job: string, what: string): string => {
  const name = FOLLOW_UPS.get(job)?.name;
  if (name === undefined) return `${who}: job ${job} ${what}`;
  return `${who}: ${name} ${what === IS_DONE_AGAIN ? 'is in step again' : 'is not in step'}`;
};
export const blockedLine = (who: string): string => `${who} is blocked`;
export const unseenLine = (who: string): string => `${who}: not every checkout can be seen`;

export const jobTodo = (job: string): string =>
  FOLLOW_UPS.get(job)?.todo ?? `What it said: birdkeeper jobs logs ${job}. Once more: birdkeeper jobs run ${job}`;

/** How a job is told of that ended well after it had failed. */
export const IS_DONE_AGAIN = 'is done again';

/** Runs that prove something of a service: what does not hold of it is told, not that a run failed. */
const FOLLOW_UPS: ReadonlyMap<string, { name: string; todo: string }> = new Map([
  [
    'weaver',
    {
      name: 'Weaver',
      todo: 'What and why, bird by bird: birdkeeper weaver status. Once more: birdkeeper weaver register',
    },
  ],
  [
    'cowbird',
    {
      name: 'Cowbird',
      todo: 'What and why: birdkeeper cowbird status. Once more: birdkeeper cowbird verify',
    },
  ],
]);
