/** The whole page: what is known of each stack, as samples. Pure. */
import { deploymentSamples, releaseSamples, secondsOf } from './deployments.js';
import type { StackRecords } from './records.js';
import { stackSamples } from './stack.js';
import type { Samples } from './text.js';

export interface Known {
  version: string;
  host: string;
  stacks: readonly { name: string; records: StackRecords }[];
}

export function samplesOf({ version, host, stacks }: Known): Samples {
  const parts = stacks.map(({ name, records }) => samplesOfStack(name, records));
  return {
    values: [
      { name: 'birdkeeper_build_info', labels: { version, host }, value: 1 },
      ...parts.flatMap(({ values }) => values),
    ],
    distributions: parts.flatMap(({ distributions }) => distributions),
  };
}

function samplesOfStack(stack: string, records: StackRecords): Samples {
  const { deployments, release, quarantined, snapshotAt, unreadable } = records;
  const told = deploymentSamples(stack, deployments);
  return {
    values: [
      { name: 'birdkeeper_records_unreadable', labels: { stack }, value: unreadable },
      ...told.values,
      ...releaseSamples(stack, release, quarantined),
      ...stackSamples(stack, { ...records, newest: deployments.at(-1) }),
      {
        name: 'birdkeeper_backup_last_snapshot_timestamp_seconds',
        labels: { stack },
        value: secondsOf(snapshotAt),
      },
    ],
    distributions: told.distributions,
  };
}
