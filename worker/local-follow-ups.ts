/** What components asked for after a deployment, in this process and without Temporal. */
import type { Activities } from '../activities/types.js';
import type { FollowUpEnd } from '../workflows/deploy-stack/follow-up.js';
import type { Surroundings } from '../workflows/deploy-stack/run.js';
import type { FollowUpName, PlannedFollowUp } from '../workflows/follow-up-model.js';
import { registerUntilCurrent, type Registration } from '../workflows/register-weaver-providers/run.js';

export interface LocalFollowUps {
  stack: string;
  number: number;
  activities: Activities;
  around: Pick<Surroundings, 'failureOf' | 'isCancellation' | 'pause'>;
}

/** The same as their workflows do; a deployment without a server holds the stack meanwhile. */
export async function followUpHere({ name }: PlannedFollowUp, here: LocalFollowUps): Promise<FollowUpEnd> {
  const { around } = here;
  try {
    await STORIES[name](here);
    return { well: true };
  } catch (error) {
    if (around.isCancellation(error)) throw error;
    return { well: false, message: around.failureOf(error).message };
  }
}

const STORIES: Readonly<Record<FollowUpName, (here: LocalFollowUps) => Promise<void>>> = {
  registerWeaverProviders: async ({ stack, number, activities, around }) => {
    const registration: Registration = {
      ask: { stack, number },
      act: activities,
      around: {
        now: () => new Date(),
        pause: (milliseconds) => around.pause(milliseconds),
        messageOf: (error) => around.failureOf(error).message,
        isCancellation: (error) => around.isCancellation(error),
        restart: () => activities.restartWeaver({ stack }),
      },
      tell: () => undefined,
    };
    await registerUntilCurrent(registration, (result) => activities.concludeWeaver({ stack, number, result }));
  },
  verifyCowbird: async ({ stack, number, activities }) => {
    const { inStep, findings } = await activities.verifyCowbird({ stack, number });
    if (!inStep) throw new Error(findings.map(({ what, why, todo }) => `${what}: ${why} To do: ${todo}`).join('\n'));
  },
};
