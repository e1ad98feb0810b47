/** Lines of `replay --running`. Pure. */
import type { ReplayRunningAnswer } from '../schemas.js';
import { oneLine } from '../text.js';

export function renderRunning({ host, workflows, left, begins }: ReplayRunningAnswer): string[] {
  const differing = workflows.filter(({ replays }) => !replays);
  return [
    ...workflows.map(({ workflowId, workflowType, events, replays, difference }) =>
      oneLine(
        `${workflowId} (${workflowType}, ${events} events) ${replays ? 'replays' : `does not replay: ${difference ?? 'no reason given'}`}`,
      ),
    ),
    ...left.map((id) => oneLine(`${id} was not replayed: it is too long, or there are too many`)),
    endOf(host, workflows.length, differing.length, begins),
  ];
}

function endOf(host: string, all: number, differing: number, begins: boolean): string {
  if (all === 0) return `Nothing is open on host ${host}.`;
  if (differing === 0) return `All that is open on host ${host} replays with this code.`;
  return begins
    ? 'A worker of this code begins: it lets what does not replay begin anew, and nothing that runs is lost.'
    : 'A worker of this code refuses to begin: the former one has to finish what does not replay. Ask it to with: birdkeeper drain';
}
