/** What runs of jobs ask of the engine about their containers, which are known by labels. */
import type { RunEngine } from '../jobs/containers.js';
import { engineAddress } from './address.js';
import { EngineClient } from './client.js';
import { statusOf } from './errors.js';
import { unlessMissing } from './missing.js';

const LIMIT_MS = 120_000;

/** `dockerHost`: as the variable DOCKER_HOST has it. Throws Configuration when that cannot be used. */
export function createRunEngine(dockerHost?: string): RunEngine {
  const client = new EngineClient(engineAddress(dockerHost));
  return {
    find: async (label, status, { signal }) => {
      const filters = { label: [...label], ...(status.length === 0 ? {} : { status: [...status] }) };
      const found = await client.call('containers of a job', LIMIT_MS, signal, (docker, abortSignal) =>
        docker.listContainers({ all: true, filters, abortSignal }),
      );
      return found.map(({ Id }) => Id);
    },
    stop: async (id, seconds, { signal }) => {
      await settled(() =>
        client.call(`stop ${id.slice(0, 12)}`, LIMIT_MS, signal, (docker) =>
          docker.getContainer(id).stop({ t: seconds }),
        ),
      );
    },
    remove: async (id, force, { signal }) => {
      await settled(() =>
        client.call(`remove ${id.slice(0, 12)}`, LIMIT_MS, signal, (docker) =>
          docker.getContainer(id).remove({ force, v: true }),
        ),
      );
    },
  };
}

/** Answers of the engine: it was not running; somebody else removes it. */
const SETTLED: readonly (number | undefined)[] = [304, 409];

async function settled(ask: () => Promise<unknown>): Promise<void> {
  await unlessMissing(ask).catch((error: unknown) => {
    if (!SETTLED.includes(statusOf(error instanceof Error ? error.cause : undefined))) throw error;
  });
}
