/** The whole page: what is known of each stack, as samples. Pure. */
import type { ServiceHealth } from '../../workflows/model.js';
import { deploymentSamples, releaseSamples, secondsOf } from './deployments.js';
import { cowbirdSamples, weaverSamples } from './follow-ups.js';
import type { StackRecords } from './records.js';
import { keysOf, runSamples, verificationSamples } from './run-samples.js';
import { EMPTY } from './runs.js';
import { progressSamples, scheduleSamples } from './schedules.js';
import { healthSamples, stackSamples } from './stack.js';
import type { Samples } from './text.js';
import type { Watched } from './watch.js';

export interface KnownStack {
  name: string;
  records: StackRecords;
  /** A deployment without the server runs. */
  isLocal: boolean;
  unreadable: number;
  /** Empty where the engine could not be asked. */
  health: readonly ServiceHealth[];
}

export interface Known {
  version: string;
  host: string;
  /** Milliseconds since 1970. */
  now: number;
  stacks: readonly KnownStack[];
  watched: Watched;
}

export function samplesOf({ version, host, now, stacks, watched }: Known): Samples {
  const parts = stacks.map((stack) => samplesOfStack(stack, watched));
  const names = stacks.map(({ name }) => name);
  return {
    values: [
      { name: 'birdkeeper_build_info', labels: { version, host }, value: 1 },
      { name: 'birdkeeper_server_reachable', labels: {}, value: Number(watched.reachable) },
      ...parts.flatMap(({ values }) => values),
      ...scheduleSamples(
        watched.schedules.filter(({ stack }) => names.includes(stack)),
        now,
      ),
    ],
    distributions: parts.flatMap(({ distributions }) => distributions),
  };
}

function samplesOfStack({ name: stack, records, isLocal, unreadable, health }: KnownStack, watched: Watched): Samples {
  const { deployments, release, quarantined, snapshotAt, local, weaver, cowbird } = records;
  const ledger = watched.ledgers.get(stack) ?? EMPTY;
  const keys = keysOf(stack, watched.jobs(stack));
  const deployment = { stack, task: 'deployment', name: '' } as const;
  const open = isLocal
    ? [...watched.open, { ...deployment, startedAt: secondsOf(local?.startedAt) * 1_000 }]
    : watched.open;
  const [told, runs] = [deploymentSamples(stack, deployments), runSamples(keys, ledger)];
  return {
    values: [
      { name: 'birdkeeper_records_unreadable', labels: { stack }, value: unreadable },
      ...told.values,
      ...runs.values,
      ...progressSamples([deployment, ...keys], open),
      { name: 'birdkeeper_queued_requests', labels: { stack }, value: watched.queued[stack] ?? 0 },
      ...releaseSamples(stack, release, quarantined),
      ...healthSamples(stack, health),
      ...stackSamples(stack, { ...records, newest: deployments.at(-1) }),
      { name: 'birdkeeper_backup_last_snapshot_timestamp_seconds', labels: { stack }, value: secondsOf(snapshotAt) },
      ...verificationSamples(stack, ledger),
      ...weaverSamples(stack, weaver),
      ...cowbirdSamples(stack, cowbird),
    ],
    distributions: [...told.distributions, ...runs.distributions],
  };
}
