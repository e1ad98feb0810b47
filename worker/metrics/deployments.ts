/** What the records of all deployments tell. Pure: counters are counted anew from what is on disk, so nothing resets. */
import { PHASES, TRIGGERS, type Outcome, type Phase } from '../../workflows/contract.js';
import type { DeploymentRecord, QuarantinedRelease, Release } from '../../workflows/model.js';
import { RESULTS, type Result } from './families.js';
import { bucketOf, emptyCounts } from './runs.js';
import type { Distribution, Sample, Samples } from './text.js';

/** A record that waited may be rewritten as rejected: both are the same result, or a counter would go back. */
export const RESULT_OF: Readonly<Record<Outcome, Result>> = {
  deployed: 'success',
  'up to date': 'success',
  blocked: 'failure',
  degraded: 'failure',
  failed: 'failure',
  'rolled back': 'failure',
  'roll back failed': 'failure',
  'roll back withheld': 'failure',
  quarantined: 'skipped',
  waiting: 'skipped',
  rejected: 'skipped',
  cancelled: 'cancelled',
};

const ROLLBACKS = ['rolled back', 'roll back failed', 'roll back withheld'] as const satisfies readonly Outcome[];

/** Seconds since 1970; 0 for what is no time. */
export const secondsOf = (time: string | undefined): number => {
  const at = time === undefined ? NaN : Date.parse(time);
  return Number.isNaN(at) ? 0 : at / 1_000;
};

const durationOf = ({ startedAt, endedAt }: DeploymentRecord): number =>
  Math.max(0, secondsOf(endedAt) - secondsOf(startedAt));

/** `records`: oldest first. */
export function deploymentSamples(stack: string, records: readonly DeploymentRecord[]): Samples {
  const run = { stack, task: 'deployment', name: '' };
  const of = (result: Result) => records.filter(({ outcome }) => RESULT_OF[outcome] === result);
  const newest = (some: readonly DeploymentRecord[]) => Math.max(0, ...some.map(({ endedAt }) => secondsOf(endedAt)));
  const values: Sample[] = RESULTS.flatMap((result) => [
    ...TRIGGERS.map((trigger): Sample => {
      const value = of(result).filter((record) => record.trigger === trigger).length;
      return { name: 'birdkeeper_runs_total', labels: { ...run, result, trigger }, value };
    }),
    { name: 'birdkeeper_last_run_timestamp_seconds', labels: { ...run, result }, value: newest(of(result)) },
  ]);
  values.push({
    name: 'birdkeeper_last_success_timestamp_seconds',
    labels: run,
    value: newest(of('success')),
  });
  return {
    values: [...values, ...phaseSamples(stack, records), ...rollbackSamples(stack, records), ...last(stack, records)],
    distributions: RESULTS.map((result) => durations({ ...run, result }, of(result))),
  };
}

function durations(labels: Record<string, string>, records: readonly DeploymentRecord[]): Distribution {
  const counts = emptyCounts();
  let sum = 0;
  for (const record of records) {
    const seconds = durationOf(record);
    const at = bucketOf(seconds);
    counts[at] = (counts[at] ?? 0) + 1;
    sum += seconds;
  }
  return { name: 'birdkeeper_run_duration_seconds', labels, counts, sum };
}

/** One that was put back ended in `roll back`; what made it necessary is what counts. */
const failedIn = ({ phase, failedIn: recorded }: DeploymentRecord): Phase => recorded ?? phase;

function phaseSamples(stack: string, records: readonly DeploymentRecord[]): Sample[] {
  const failed = records.filter(({ outcome }) => RESULT_OF[outcome] === 'failure');
  const phases = records.at(-1)?.phases ?? {};
  return PHASES.flatMap((phase): Sample[] => [
    {
      name: 'birdkeeper_phase_failures_total',
      labels: { stack, phase },
      value: failed.filter((record) => failedIn(record) === phase).length,
    },
    {
      name: 'birdkeeper_last_deployment_phase_duration_seconds',
      labels: { stack, phase },
      value: phases[phase] ?? 0,
    },
  ]);
}

const rollbackSamples = (stack: string, records: readonly DeploymentRecord[]): Sample[] =>
  ROLLBACKS.map((outcome) => ({
    name: 'birdkeeper_rollbacks_total',
    labels: { stack, outcome },
    value: records.filter((record) => record.outcome === outcome).length,
  }));

function last(stack: string, records: readonly DeploymentRecord[]): Sample[] {
  const record = records.at(-1);
  const when: Sample[] = [
    { name: 'birdkeeper_last_deployment_timestamp_seconds', labels: { stack }, value: secondsOf(record?.endedAt) },
    {
      name: 'birdkeeper_last_deployment_duration_seconds',
      labels: { stack },
      value: record === undefined ? 0 : durationOf(record),
    },
    {
      name: 'birdkeeper_last_successful_deployment_number',
      labels: { stack },
      value: records.findLast(({ outcome }) => RESULT_OF[outcome] === 'success')?.number ?? 0,
    },
  ];
  if (record === undefined) return when;
  const { number, outcome, phase } = record;
  return [
    ...when,
    { name: 'birdkeeper_last_deployment_info', labels: { stack, number: String(number), outcome, phase }, value: 1 },
    ...lastFailed(stack, records),
  ];
}

/**
 * The newest of each bad outcome: a release that could not be put back is not over because a later one fails otherwise. The
 * number is the value, so that an alert stays one and the same when the next try fails likewise.
 */
function lastFailed(stack: string, records: readonly DeploymentRecord[]): Sample[] {
  const failed = records.filter(({ outcome }) => RESULT_OF[outcome] === 'failure');
  const newest = new Map(failed.map((record) => [record.outcome, record]));
  return [...newest.values()].map(({ number, outcome, phase }) => {
    return { name: 'birdkeeper_last_failed_deployment_number', labels: { stack, outcome, phase }, value: number };
  });
}

/** The release that runs, and what is held back. */
export function releaseSamples(
  stack: string,
  release: Release | undefined,
  quarantined: readonly QuarantinedRelease[],
): Sample[] {
  const held: Sample = { name: 'birdkeeper_quarantined_releases', labels: { stack }, value: quarantined.length };
  if (release === undefined) return [held];
  const { number, containers, oneShots = [] } = release;
  // A service of which nothing ran when the release was found good is not meant to run: its scale is 0, or its profile is off.
  const expected = Object.entries(containers)
    .filter(([service, ids]) => ids.length > 0 && !oneShots.includes(service))
    .map(([service]): Sample => {
      return { name: 'birdkeeper_service_expected', labels: { stack, project: stack, service }, value: 1 };
    });
  return [held, { name: 'birdkeeper_release_info', labels: { stack, number: String(number) }, value: 1 }, ...expected];
}
