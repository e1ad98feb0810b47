import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { EngineClient } from './client.js';
import { LABELS } from './containers.js';
import { engineFailure } from './errors.js';
import type { EngineEvent } from './types.js';

const OPEN_LIMIT_MS = 10_000;

/** Without `exec_…`, of which every health check makes three. */
const ACTIONS = ['create', 'start', 'die', 'oom', 'restart', 'pause', 'unpause', 'destroy', 'health_status'];

const RawEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
  timeNano: z.number(),
});

/** One line of the engine's event stream, or undefined when it is none of ours. */
export function parseEvent(line: string): EngineEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = RawEvent.safeParse(value);
  if (!parsed.success) return undefined;
  const { Action, Actor, timeNano } = parsed.data;
  const service = Actor.Attributes[LABELS.service];
  if (service === undefined || Actor.Attributes[LABELS.oneOff] === 'True') return undefined;
  const exitCode = Actor.Attributes['exitCode'];
  return {
    containerId: Actor.ID,
    service,
    action: Action,
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
    at: timeNano / 1e6,
  };
}

/** See `Engine.events`. */
export async function* projectEvents(
  client: EngineClient,
  project: string,
  options: { sinceMs?: number; signal: AbortSignal },
): AsyncGenerator<EngineEvent> {
  const { signal, sinceMs } = options;
  const what = `events of ${project}`;
  // The signal of the call ends with the call; the stream is ended below, by the caller's own.
  const stream = (await client.call(what, OPEN_LIMIT_MS, signal, (docker) =>
    docker.getEvents({
      filters: { type: ['container'], event: ACTIONS, label: [`${LABELS.project}=${project}`] },
      ...(sinceMs === undefined ? {} : { since: sinceMs / 1000 }),
    }),
  )) as Readable;
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  const stop = () => {
    // A destroyed stream never ends, so that its reader would wait for ever.
    lines.close();
    stream.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    // readline swallows stream errors; the end of the loop is looked at instead.
    stream.on('error', () => undefined);
    for await (const line of lines) {
      // Closing the reader does not take back the lines that it holds.
      if (signal.aborted) break;
      const event = parseEvent(line);
      if (event) yield event;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
  if (!signal.aborted) throw engineFailure(new Error('socket hang up'), what, client.address);
}
