/**
 * Refuses to serve the queue of a host that another birdkeeper serves on the same Temporal server, out of a state directory
 * of its own: both would take steps of one deployment, each with records of its own. It happens to two machines of one
 * name, and to a second `up` under another user.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { POLLER_FRESH_MS, whoPolls, type Poller } from '../client/pollers.js';
import type { HostSettings } from './host-settings.js';

const LOOK_AGAIN_MS = 1_000;

export interface WorkerPlace {
  readonly pid: number;
  readonly machine: string;
  readonly stateId: string;
}

/** What the server, its UI and its command line show of who polls. Short: half of the events of a history hold it. */
export const workerIdentity = ({ pid, machine, stateId }: WorkerPlace): string => `${pid}@${machine}#${stateId}`;

const OURS = /^(\d+)@(.*)#([0-9a-f]{8})$/;

export function readIdentity(identity: string): WorkerPlace | undefined {
  const [, pid, machine, stateId] = OURS.exec(identity) ?? [];
  return pid === undefined || machine === undefined || stateId === undefined
    ? undefined
    : { pid: Number(pid), machine, stateId };
}

/** Workers out of other state directories that may still poll. Who polls under a name that is none of ours is no rival. */
export function rivals(seen: readonly Poller[], stateId: string, now: number): (Poller & WorkerPlace)[] {
  return seen.flatMap((each) => {
    const place = readIdentity(each.identity);
    return place === undefined || place.stateId === stateId || now - each.at > POLLER_FRESH_MS
      ? []
      : [{ ...each, ...place }];
  });
}

/** The one that has polled since the first look. */
export const stillThere = <T extends Poller>(before: readonly Poller[], after: readonly T[]): T | undefined =>
  after.find(({ identity, at }) => before.some((first) => first.identity === identity && at > first.at));

/**
 * Returns at once when no other worker was seen within the last 75 s. One that was is waited for until it polls again or
 * counts as gone. Throws `StepFailure` of type BadInput when it polls again, and the signal's reason on abort.
 */
export async function refuseOtherWorker(
  client: Client,
  settings: Pick<HostSettings, 'host' | 'stateId'>,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const { host, stateId } = settings;
  const look = async () => rivals(await whoPolls(client, host), stateId, Date.now());
  const before = await look();
  if (before.length > 0) {
    say(
      `${describe(before)} served host ${host} within the last ${POLLER_FRESH_MS / 1_000} s: looking whether it still does, before this one begins.`,
    );
  }
  for (let now = before; now.length > 0; now = await look()) {
    const rival = stillThere(before, now);
    if (rival) throw refusal(rival, host);
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
}

const describe = (places: readonly WorkerPlace[]): string =>
  `Another birdkeeper, with a state directory of its own (${places.map(({ pid, machine }) => `process ${pid} on ${machine}`).join(', ')}),`;

const refusal = (rival: WorkerPlace, host: string): StepFailure =>
  new StepFailure(
    FAILURES.badInput,
    `${describe([rival])} serves host ${host} on this Temporal server: two would deploy one stack, each with records of its own. Stop that one, or give this machine a name of its own: BIRDKEEPER_HOST.`,
  );
