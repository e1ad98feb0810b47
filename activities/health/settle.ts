/**
 * When are services settled? Pure: a state is fed with what the engine says (events as they come, and full looks), and a
 * verdict is read from it at any time. All times are milliseconds of one clock, the observer's.
 */
import type { ServiceHealth } from '../../workflows/model.js';
import type { EngineEvent } from '../docker/types.js';
import { type SeenContainer, serviceHealth, wordOf } from './words.js';

export interface WatchedService {
  service: string;
  /** How many containers it should have. */
  replicas: number;
  /** It was just made or restarted, so its restart count began at nought. */
  touched: boolean;
}

export interface Windows {
  /** Quiet time for a service with a health check, in seconds. */
  settleSeconds: number;
  settleSecondsNoHealthcheck: number;
}

export type Observation =
  | { kind: 'look'; at: number; containers: readonly SeenContainer[] }
  | { kind: 'event'; at: number; event: Pick<EngineEvent, 'containerId' | 'service' | 'action' | 'exitCode'> };

interface Seen {
  watched: WatchedService;
  containers: SeenContainer[];
  /** Restart counts at the first look of containers that were not touched. */
  baseRestarts: Record<string, number>;
  /** Deaths seen as events, by container. */
  deaths: Record<string, number>;
  /** Status with which each container ended last, seen as an event: one that was started again has none. */
  statuses: Record<string, number>;
  /** Since when it is good without a disturbance. */
  quietSince?: number;
}

export interface SettleFailure {
  service: string;
  containerId?: string;
  /** A clause: `exited with status 1`. */
  what: string;
}

export interface SettleState {
  services: Record<string, Seen>;
  failure?: SettleFailure;
}

export type Verdict =
  | { kind: 'settled' }
  | { kind: 'failed'; failure: SettleFailure }
  /** Nothing changes by itself before this time. */
  | { kind: 'waits'; until: number };

/** A restart may be a service that waits for another; the second is a loop. */
const LOOP = 2;

export function startSettle(services: readonly WatchedService[]): SettleState {
  return {
    services: Object.fromEntries(
      services.map((watched) => [
        watched.service,
        { watched, containers: [], baseRestarts: {}, deaths: {}, statuses: {} },
      ]),
    ),
  };
}

export function settle(state: SettleState, observation: Observation): SettleState {
  if (state.failure) return state;
  const services = Object.fromEntries(
    Object.entries(state.services).map(([name, seen]) => [
      name,
      observation.kind === 'look' ? afterLook(seen, observation) : afterEvent(seen, observation),
    ]),
  );
  const failure = Object.values(services)
    .map(failureOf)
    .find((found) => found !== undefined);
  return { services, ...(failure === undefined ? {} : { failure }) };
}

function afterLook(seen: Seen, { at, containers }: Extract<Observation, { kind: 'look' }>): Seen {
  const own = containers.filter(({ service, oneOff }) => service === seen.watched.service && !oneOff);
  const baseRestarts = Object.fromEntries(
    own.map(({ id, restartCount }) => [id, seen.baseRestarts[id] ?? (seen.watched.touched ? 0 : restartCount)]),
  );
  const before = new Map(seen.containers.map((container) => [container.id, container]));
  const disturbed = own.some(({ id, restartCount }) => {
    const former = before.get(id);
    return former === undefined || restartCount > former.restartCount;
  });
  return withQuiet({ ...seen, containers: own, baseRestarts }, disturbed, at);
}

function afterEvent(seen: Seen, { at, event }: Extract<Observation, { kind: 'event' }>): Seen {
  const known = seen.containers.find(({ id }) => id === event.containerId);
  if (event.service !== seen.watched.service || !known) return seen;
  const change = changeBy(event, known);
  if (!change) return seen;
  const containers = seen.containers.map((container) =>
    container === known ? { ...container, ...change } : container,
  );
  const dead = event.action === 'die';
  const deaths = dead ? { ...seen.deaths, [known.id]: (seen.deaths[known.id] ?? 0) + 1 } : seen.deaths;
  const statuses = dead ? { ...seen.statuses, [known.id]: event.exitCode ?? 0 } : seen.statuses;
  return withQuiet({ ...seen, containers, deaths, statuses }, event.action !== 'health_status: healthy', at);
}

/** What an event tells of a container; the next look puts right what it leaves open. */
function changeBy(
  event: { action: string; exitCode?: number },
  known: SeenContainer,
): Partial<SeenContainer> | undefined {
  switch (event.action) {
    case 'die':
      return { state: known.restarts ? 'restarting' : 'exited', exitCode: event.exitCode ?? 0 };
    case 'start':
      return { state: 'running', ...(known.health === undefined ? {} : { health: 'starting' as const }) };
    case 'health_status: healthy':
      return { health: 'healthy' };
    case 'health_status: unhealthy':
      return { health: 'unhealthy' };
    case 'pause':
      return { state: 'paused' };
    case 'destroy':
      return { state: 'removing' };
    default:
      return undefined;
  }
}

function withQuiet(seen: Seen, disturbed: boolean, at: number): Seen {
  const { quietSince, ...rest } = seen;
  if (!isGood(rest)) return rest;
  return { ...rest, quietSince: disturbed ? at : (quietSince ?? at) };
}

function isGood({ watched, containers }: Omit<Seen, 'quietSince'>): boolean {
  return ['healthy', 'running', 'done'].includes(serviceHealth(watched.service, containers, watched.replicas).health);
}

function failureOf({ watched, containers, baseRestarts, deaths, statuses }: Seen): SettleFailure | undefined {
  for (const container of containers) {
    const fail = (what: string): SettleFailure => ({ service: watched.service, containerId: container.id, what });
    const restarts = Math.max(container.restartCount - (baseRestarts[container.id] ?? 0), deaths[container.id] ?? 0);
    const word = wordOf(container);
    if (container.restarts && restarts >= LOOP) {
      const status = container.state === 'running' ? statuses[container.id] : container.exitCode;
      const last = status === undefined ? '' : `, last with status ${status}`;
      return fail(`restarts over and over (${restarts} times${last})`);
    }
    // `removing`: a person or another command takes it away; the next look shows what is there instead.
    if (word === 'exited' && container.state !== 'removing') return fail(`exited with status ${container.exitCode}`);
    if (word === 'unhealthy') return fail('is unhealthy');
  }
  return undefined;
}

export function verdict(state: SettleState, now: number, limits: Windows & { deadline: number }): Verdict {
  if (state.failure) return { kind: 'failed', failure: state.failure };
  const ends = Object.values(state.services).map((seen) => quietEnd(seen, limits));
  if (ends.every((end) => end !== undefined && end <= now)) return { kind: 'settled' };
  if (now >= limits.deadline) return { kind: 'failed', failure: lateness(state, now, limits) };
  const next = ends.flatMap((end) => (end !== undefined && end > now ? [end] : []));
  return { kind: 'waits', until: Math.min(limits.deadline, ...next) };
}

/** When the window of a service is over if nothing happens until then; undefined while it is not good. */
function quietEnd({ containers, quietSince }: Seen, windows: Windows): number | undefined {
  if (quietSince === undefined) return undefined;
  if (containers.every((container) => wordOf(container) === 'done')) return quietSince;
  const checked = containers.every(({ state, health }) => state !== 'running' || health !== undefined);
  return quietSince + (checked ? windows.settleSeconds : windows.settleSecondsNoHealthcheck) * 1000;
}

function lateness(state: SettleState, now: number, windows: Windows): SettleFailure {
  const late = Object.values(state.services).find((seen) => (quietEnd(seen, windows) ?? Infinity) > now);
  if (!late) return { service: '', what: 'did not settle in time' };
  const { health } = serviceHealth(late.watched.service, late.containers, late.watched.replicas);
  const [container] = late.containers;
  const what =
    late.quietSince === undefined ? `is still ${health} at the end of the time` : 'did not stay quiet in the time';
  return { service: late.watched.service, what, ...(container === undefined ? {} : { containerId: container.id }) };
}

export const healthOfState = (state: SettleState): ServiceHealth[] =>
  Object.values(state.services).map(({ watched, containers }) =>
    serviceHealth(watched.service, containers, watched.replicas),
  );
