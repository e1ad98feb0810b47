import type { ServiceFingerprint } from '../../../../workflows/model.js';
import { type ComposeModel, parseModel } from '../../../../activities/compose/model.js';
import type { PlanInput } from '../../../../activities/compose/plan.js';
import type { RunningContainer } from '../../../../activities/compose/running.js';
import type { EngineContainer } from '../../../../activities/docker/types.js';

export const aModel = (services: Record<string, unknown>, rest: Record<string, unknown> = {}): ComposeModel =>
  parseModel(JSON.stringify({ name: 'stack', services, ...rest }));

export const aFingerprint = (overrides: Partial<ServiceFingerprint> = {}): ServiceFingerprint => ({
  definition: 'd1',
  content: 'c1',
  contents: {},
  image: 'app:1',
  imageId: 'sha256:aaaaaaaaaaaaaaaa',
  ...overrides,
});

let made = 0;

export const aContainer = (service: string, overrides: Partial<EngineContainer> = {}): EngineContainer => ({
  id: `id-${++made}`,
  name: `stack-${service}-1`,
  service,
  number: 1,
  oneOff: false,
  state: 'running',
  exitCode: 0,
  restartCount: 0,
  restarts: false,
  imageId: 'sha256:aaaaaaaaaaaaaaaa',
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:01Z',
  ports: [],
  ...overrides,
});

/** A stack that runs as recorded and whose wanted state is the recorded one. */
export function aPlan(services: Record<string, unknown>, overrides: Partial<PlanInput> = {}): PlanInput {
  const model = aModel(services);
  const names = Object.keys(services);
  const fingerprints = Object.fromEntries(names.map((name) => [name, aFingerprint()]));
  const running: RunningContainer[] = names.map((name) => aContainer(name));
  return {
    services: model.services,
    declared: names,
    recorded: fingerprints,
    wanted: fingerprints,
    running,
    images: [],
    options: { removeOrphans: false, repair: false },
    ...overrides,
  };
}
