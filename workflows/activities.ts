import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/types.js';
import { ACTIVITY_OPTIONS, ACTIVITY_SUMMARIES } from './activity-options.js';

type Name = keyof Activities;

/** Each activity with its own limits and a summary that the Temporal UI shows. */
export const activities = Object.fromEntries(
  (Object.keys(ACTIVITY_OPTIONS) as Name[]).map((name) => [name, withSummary(name)]),
) as unknown as Activities;

function withSummary<N extends Name>(name: N): (input: Parameters<Activities[N]>[0]) => Promise<unknown> {
  return (input) => {
    const proxies = proxyActivities<Activities>({
      ...ACTIVITY_OPTIONS[name],
      summary: ACTIVITY_SUMMARIES[name](input),
    });
    const run: (given: typeof input) => Promise<unknown> = proxies[name] as never;
    return run(input);
  };
}
