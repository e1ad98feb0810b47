/**
 * What an apply set out to do and what it found, written before its first command. A label on the containers would be
 * easier to look for, but it would change their definition: the operator's next `docker compose up` would make all of them
 * anew. So a container is recognised by what it was before:
 *
 * - recreated: none of the service's containers is one of before, all run the wanted image, none is merely created
 * - restarted: each has started since (another start time than before, or a new container)
 *
 * No clock is compared with another one.
 */
import { z } from 'zod';
import type { ServiceDecision } from '../../workflows/model.js';
import { SERVICE_ACTIONS } from '../../workflows/model.js';
import type { EngineContainer } from '../docker/types.js';
import { readJson, writeJson } from '../shared/files.js';
import { type RunningContainer, containersOf } from './running.js';

const Before = z.object({
  id: z.string(),
  service: z.string(),
  startedAt: z.string(),
  imageId: z.string(),
  state: z.string(),
});

export const ApplyJournal = z.object({
  decisions: z.array(
    z.object({
      service: z.string(),
      action: z.enum(SERVICE_ACTIONS),
      signal: z.string().exactOptional(),
      reason: z.string(),
    }),
  ),
  removed: z.array(z.string()),
  /** Every container of the project, one-off containers left out. */
  before: z.array(Before),
  /** The whole stack was stopped, as was asked for; what runs now was started since. */
  stopped: z.boolean().exactOptional(),
  /** Services that got their signal: the only thing that leaves no trace in a container. */
  signalled: z.array(z.string()),
});
export type ApplyJournal = z.infer<typeof ApplyJournal>;

/** Journal of an apply, or undefined when it never began. */
export const readJournal = (path: string): Promise<ApplyJournal | undefined> => readJson(path, ApplyJournal);

/** The journal that is there, else a new one. What was begun is finished, whatever a later plan says. */
export async function openJournal(
  path: string,
  plan: { decisions: readonly ServiceDecision[]; removed: readonly string[] },
  containers: () => Promise<readonly EngineContainer[]>,
): Promise<ApplyJournal> {
  const former = await readJournal(path);
  if (former) return former;
  const journal = newJournal(plan, await containers());
  await writeJson(path, journal);
  return journal;
}

export function newJournal(
  plan: { decisions: readonly ServiceDecision[]; removed: readonly string[] },
  containers: readonly RunningContainer[],
): ApplyJournal {
  return {
    decisions: [...plan.decisions],
    removed: [...plan.removed],
    before: containers
      .filter((container) => !container.oneOff)
      .map(({ id, service, startedAt, imageId, state }) => ({ id, service, startedAt, imageId, state })),
    signalled: [],
  };
}

/** `wantedImageId`: empty when it is not known. */
export function isRecreated(
  service: string,
  wanted: { replicas: number; imageId: string },
  journal: Pick<ApplyJournal, 'before'>,
  containers: readonly RunningContainer[],
): boolean {
  const own = containersOf(containers, service);
  const former = new Set(journal.before.map(({ id }) => id));
  return (
    own.length === wanted.replicas &&
    own.every(
      ({ id, state, imageId }) =>
        !former.has(id) && state !== 'created' && (wanted.imageId === '' || imageId === wanted.imageId),
    )
  );
}

export function isRestarted(
  service: string,
  journal: Pick<ApplyJournal, 'before'>,
  containers: readonly RunningContainer[],
): boolean {
  const startedBefore = new Map(journal.before.map(({ id, startedAt }) => [id, startedAt]));
  const own = containersOf(containers, service);
  return (
    own.length > 0 &&
    own.every(({ id, startedAt, state }) => state !== 'created' && startedBefore.get(id) !== startedAt)
  );
}

/**
 * Containers that a killed compose left behind: made to replace another that is still there, and never started. Compose
 * trips over their names. One that stands alone stays, since it may hold the anonymous volumes of the one it replaced.
 */
export function leftovers(services: readonly string[], containers: readonly RunningContainer[]): RunningContainer[] {
  return services.flatMap((service) => {
    const own = containersOf(containers, service);
    return own.filter(
      (container) =>
        container.state === 'created' &&
        own.some(
          (other) => other.id !== container.id && other.number === container.number && other.state !== 'created',
        ),
    );
  });
}
