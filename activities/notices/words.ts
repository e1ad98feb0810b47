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
export const jobLine = (who: string, job: string, what: string): string => `${who}: job ${job} ${what}`;
export const blockedLine = (who: string): string => `${who} is blocked`;
export const unseenLine = (who: string): string => `${who}: not every checkout can be seen`;

export const jobTodo = (job: string): string =>
  `What it said: birdkeeper jobs logs ${job}. Once more: birdkeeper jobs run ${job}`;
