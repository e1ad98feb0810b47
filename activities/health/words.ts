/** One word for how a service is. Pure. */
import type { HealthWord, ServiceHealth } from '../../workflows/model.js';
import type { EngineContainer } from '../docker/types.js';

export type SeenContainer = Pick<
  EngineContainer,
  'id' | 'service' | 'oneOff' | 'state' | 'health' | 'healthOutput' | 'exitCode' | 'restartCount' | 'restarts'
>;

/** Worst first: a service of several containers is as its worst one. */
const WORST_FIRST: readonly HealthWord[] = [
  'missing',
  'exited',
  'restarting',
  'unhealthy',
  'starting',
  'running',
  'healthy',
  'done',
];

export function wordOf(container: Pick<SeenContainer, 'state' | 'health' | 'exitCode'>): HealthWord {
  switch (container.state) {
    case 'running':
      return container.health ?? 'running';
    case 'restarting':
      return 'restarting';
    case 'exited':
      return container.exitCode === 0 ? 'done' : 'exited';
    case 'created':
    case 'paused':
      return 'starting';
    case 'removing':
    case 'dead':
      return 'exited';
  }
}

export function serviceHealth(service: string, containers: readonly SeenContainer[], replicas = 1): ServiceHealth {
  const own = containers.filter((container) => container.service === service && !container.oneOff);
  if (own.length < replicas) {
    return own.length === 0
      ? { service, health: 'missing' }
      : { service, health: 'missing', detail: `${own.length} of ${replicas} containers` };
  }
  if (own.length === 0) return { service, health: 'done', detail: 'asks for no container' };
  const [worst] = own.toSorted((a, b) => WORST_FIRST.indexOf(wordOf(a)) - WORST_FIRST.indexOf(wordOf(b)));
  if (!worst) return { service, health: 'missing' };
  const detail = detailOf(worst);
  return { service, health: wordOf(worst), ...(detail === undefined ? {} : { detail }) };
}

function detailOf(container: SeenContainer): string | undefined {
  if (container.state === 'exited' && container.exitCode !== 0) return `exited with status ${container.exitCode}`;
  if (container.state === 'restarting') return `restarted ${container.restartCount} times`;
  if (container.state === 'paused') return 'paused';
  if (container.health === 'unhealthy') return container.healthOutput;
  return undefined;
}

const SICK: readonly HealthWord[] = ['missing', 'exited', 'restarting', 'unhealthy'];

export const isSick = ({ health }: Pick<ServiceHealth, 'health'>): boolean => SICK.includes(health);
