/** Watches services until they are settled, by the engine's event stream. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceHealth } from '../../workflows/model.js';
import type { Engine } from '../docker/types.js';
import { elapsedMs } from '../shared/elapsed.js';
import { FAILURES, StepFailure, isStepFailure } from '../shared/failures.js';
import type { Redact } from '../shared/redact.js';
import { Mailbox } from './mailbox.js';
import {
  type SettleFailure,
  type SettleState,
  type WatchedService,
  type Windows,
  healthOfState,
  settle,
  startSettle,
  verdict,
} from './settle.js';

export interface WatchInput {
  engine: Engine;
  /** Compose project name. */
  project: string;
  services: readonly WatchedService[];
  windows: Windows;
  timeoutSeconds: number;
  signal: AbortSignal;
  /** Called when the health of a service has changed, and once at the start. */
  onChange?: (health: ServiceHealth[]) => void;
  /** Applied to what a container wrote before it becomes part of an error. */
  redact: Redact;
}

/** Events may be lost when the stream breaks; a look this often finds what they would have said. */
const LOOK_EVERY_MS = 5_000;
const ENGINE_RETRY_MS = 500;
const LOG_LINES = 15;

/**
 * Returns the health of the services once all are good and have been quiet for their windows. Throws Unhealthy as soon as one
 * fails, or at the end of the time, with the last lines of its log; EngineUnavailable when the engine stays away until then.
 */
export async function watchUntilSettled(input: WatchInput): Promise<ServiceHealth[]> {
  if (input.services.length === 0) return [];
  const stop = new AbortController();
  const signal = AbortSignal.any([input.signal, stop.signal]);
  const mailbox = new Mailbox();
  const reading = readEvents(input, signal, mailbox);
  try {
    return await watch(input, mailbox);
  } finally {
    stop.abort();
    await reading;
  }
}

async function watch(input: WatchInput, mailbox: Mailbox): Promise<ServiceHealth[]> {
  const limits = { ...input.windows, deadline: elapsedMs() + input.timeoutSeconds * 1000 };
  const tell = reporter(input.onChange);
  let state = await look(input, startSettle(input.services), limits.deadline);
  let lookedAt = elapsedMs();
  for (;;) {
    tell(state);
    const now = verdict(state, elapsedMs(), limits);
    if (now.kind === 'failed') throw await failure(now.failure, input);
    if (now.kind === 'settled') {
      // The stream may have been silent because it was broken.
      state = await look(input, state, limits.deadline);
      if (verdict(state, elapsedMs(), limits).kind === 'settled') return healthOfState(state);
      continue;
    }
    const events = await mailbox.wait(Math.min(now.until, lookedAt + LOOK_EVERY_MS) - elapsedMs(), input.signal);
    for (const event of events) state = settle(state, { kind: 'event', at: elapsedMs(), event });
    tell(state);
    if (events.length > 0 || elapsedMs() >= lookedAt + LOOK_EVERY_MS) {
      state = await look(input, state, limits.deadline);
      lookedAt = elapsedMs();
    }
  }
}

/** A look that outlives a restart of the engine. */
async function look(input: WatchInput, state: SettleState, deadline: number): Promise<SettleState> {
  for (;;) {
    try {
      const containers = await input.engine.containers(input.project, { signal: input.signal });
      return settle(state, { kind: 'look', at: elapsedMs(), containers });
    } catch (error) {
      if (!isStepFailure(error, FAILURES.engineUnavailable) || elapsedMs() >= deadline) throw error;
      await sleep(ENGINE_RETRY_MS, undefined, { signal: input.signal });
    }
  }
}

async function readEvents(input: WatchInput, signal: AbortSignal, mailbox: Mailbox): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of input.engine.events(input.project, { signal })) mailbox.put(event);
    } catch {
      // The engine went: looks say so, and the stream is opened again when it is back.
      await sleep(ENGINE_RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function reporter(onChange: WatchInput['onChange']): (state: SettleState) => void {
  let told = '';
  return (state) => {
    const health = healthOfState(state);
    const text = JSON.stringify(health);
    if (text === told) return;
    told = text;
    onChange?.(health);
  };
}

async function failure({ service, containerId, what }: SettleFailure, input: WatchInput): Promise<StepFailure> {
  const said = containerId === undefined ? '' : await lastWords(containerId, input);
  return new StepFailure(FAILURES.unhealthy, input.redact(`Service ${service} ${what}${said}`));
}

/** What the health check and the container said last; an event tells neither. */
async function lastWords(containerId: string, { engine, project, signal }: WatchInput): Promise<string> {
  try {
    const containers = await engine.containers(project, { signal });
    const check = containers.find(({ id }) => id === containerId)?.healthOutput;
    const lines = await engine.logs(containerId, LOG_LINES, { signal });
    const says = check === undefined ? '.' : ` (its health check says: ${check}).`;
    return lines.length === 0 ? `${says} It wrote nothing.` : `${says} The last it wrote:\n${lines.join('\n')}`;
  } catch {
    return '. What it wrote cannot be read.';
  }
}
