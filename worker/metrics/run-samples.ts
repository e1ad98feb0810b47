/** The added-up runs as samples, each combination of labels from its beginning. Pure. */
import { RESULTS, TASKS, type Result } from './families.js';
import { emptyCounts, RUN_TRIGGERS, type Ledger } from './runs.js';
import type { RunKey } from './schedules.js';
import type { Sample, Samples } from './text.js';

/** Every stack has these, whether they are scheduled or not. */
const PER_STACK = TASKS.filter((task) => !['deployment', 'job', 'data'].includes(task));

/** What is told of a stack: `jobs` are those that it has now; those that were are told no more. */
export const keysOf = (stack: string, jobs: readonly Omit<RunKey, 'stack'>[]): RunKey[] => [
  ...PER_STACK.map((task) => ({ stack, task, name: '' })),
  ...jobs.map(({ task, name }) => ({ stack, task, name })),
];

export function runSamples(keys: readonly RunKey[], ledger: Ledger): Samples {
  const values: Sample[] = [];
  const distributions: Samples['distributions'] = [];
  for (const { stack, task, name } of keys) {
    const labels = { stack, task, name };
    const results = ledger.tasks.find((runs) => runs.task === task && runs.name === name)?.results ?? {};
    for (const result of RESULTS) {
      const totals = results[result];
      for (const trigger of RUN_TRIGGERS)
        values.push({
          name: 'birdkeeper_runs_total',
          labels: { ...labels, result, trigger },
          value: totals?.[trigger] ?? 0,
        });
      const last = lastOf(results, result);
      values.push({ name: 'birdkeeper_last_run_timestamp_seconds', labels: { ...labels, result }, value: last });
      distributions.push({
        name: 'birdkeeper_run_duration_seconds',
        labels: { ...labels, result },
        counts: totals?.counts ?? emptyCounts(),
        sum: totals?.sum ?? 0,
      });
    }
    const value = lastOf(results, 'success');
    values.push({ name: 'birdkeeper_last_success_timestamp_seconds', labels, value });
  }
  return { values, distributions };
}

type Results = Ledger['tasks'][number]['results'];
const lastOf = (results: Results, result: Result): number => (results[result]?.last ?? 0) / 1_000;

/** What the newest verifications say of the backups. */
export function verificationSamples(stack: string, ledger: Ledger): Sample[] {
  const results = ledger.tasks.find(({ task }) => task === 'verify')?.results ?? {};
  const verified = lastOf(results, 'success');
  return [
    { name: 'birdkeeper_backup_verified_timestamp_seconds', labels: { stack }, value: verified },
    {
      name: 'birdkeeper_backup_verification_failed',
      labels: { stack },
      value: Number(lastOf(results, 'failure') > verified),
    },
  ];
}
