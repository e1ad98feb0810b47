/** What the Temporal UI shows of a run that deploys data. Pure. */
import type { DataJobResult } from '../../activities/types.js';
import { inline } from '../tables.js';
import { pauseSeconds } from '../tries.js';

/** Of a run that is over. */
export function outcomeOf(result: Exclude<DataJobResult, { failed: string }>): string {
  if (result === null) return 'removed';
  return 'late' in result ? 'too late' : 'deployed';
}

export function dataDetails(result: DataJobResult, attempt: number): string {
  if (result === null) return 'The stack has no such job any more.';
  if ('late' in result) return '**too late**: it waited for a worker for longer than it may. Nothing was done.';
  if ('failed' in result)
    return `**failed** (try ${attempt}): ${result.failed}\n\nIt is tried again in ${pauseSeconds(attempt)} s; tries left: ${result.retries}.`;
  return result.entries
    .map(
      ({ checkout, commit, changedFiles, maps, actions }) =>
        `- ${inline(checkout)} at ${commit}: ${changedFiles} files changed, ${maps} copied, ${actions} actions`,
    )
    .join('\n');
}
