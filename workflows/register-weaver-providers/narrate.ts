/** What the Temporal UI shows of a registration. Pure. */
import { isRegistered, isWell, type BirdOutcome, type WeaverResult } from '../bird-model.js';
import { inline, table } from '../tables.js';
import { isInStep, summaryOf } from './judge.js';

/** `waitsFor`: birds that have no outcome yet. `ended`: nothing more comes. */
export function registrationDetails(result: WeaverResult, waitsFor: readonly string[], ended: boolean): string {
  const rows = [...result.birds.map(rowOf), ...waitsFor.map((bird) => [bird, 'is waited for', '', ''])];
  const registered = result.birds.filter(isRegistered).length;
  const head = ended
    ? `**${isInStep(result) ? 'in step' : 'not in step'}**`
    : `**registers**: ${registered} of ${rows.length} so far`;
  return [
    head,
    ...(ended
      ? [
          `**Next**: ${isInStep(result) ? 'Nothing to do.' : NEXT}`,
          summaryOf(result)
            .map((line) => `- ${inline(line)}`)
            .join('\n'),
        ]
      : []),
    ...(rows.length === 0 ? [] : [table(['bird', 'word', 'processes', 'why not, and what to do'], rows)]),
    ...workerLine(result),
    ...(result.others.length === 0 ? [] : [`Registered, and not wanted: ${result.others.map(inline).join(', ')}`]),
  ].join('\n\n');
}

const NEXT =
  'Mend what is named below, then: `birdkeeper weaver register`. It is tried again by its schedule and after the next deployment.';

function rowOf(outcome: BirdOutcome): string[] {
  const { bird, word, processes, why = '', todo = '' } = outcome;
  const what = [why, isWell(outcome) ? '' : todo].filter((part) => part !== '').join('; ');
  return [bird, word, processes === undefined ? '' : String(processes), what];
}

function workerLine({ worker }: WeaverResult): string[] {
  if (worker === undefined) return [];
  const why = worker.why === undefined ? '' : `: ${inline(worker.why)}`;
  return [`Worker: **${worker.state}**${worker.restarted ? ', after a restart' : ''}${why}`];
}
