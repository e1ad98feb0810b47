/** What a look at Cowbird saw. Pure. */
import type { CowbirdSight } from '../../workflows/cowbird-model.js';
import { age, columns, oneLine } from '../text.js';

export function renderCowbird(sight: CowbirdSight, now: Date): string[] {
  const { url, inStep, version, workerVersion, handlers, findings, withoutWorkspace, last } = sight;
  return [
    ...columns([
      ['cowbird', url],
      ['state', inStep ? 'in step' : 'not in step'],
      ['version', `${version ?? 'not told'}, worker ${workerVersion ?? 'not told'}`],
      ['handlers', handlers.length === 0 ? 'none are known' : handlers.join(', ')],
      ...(withoutWorkspace.length === 0 ? [] : [['users', `without a workspace: ${withoutWorkspace.join(', ')}`]]),
      [
        'last',
        last === undefined
          ? 'was not verified by birdkeeper yet'
          : `${last.inStep ? 'in step' : 'not in step'}, ${age(last.at, now)} ago`,
      ],
    ]),
    ...findings.map(({ what, why }) => `${what}: ${oneLine(why)}`),
    ...findings.map(({ what, todo }) => `to do: ${what}: ${oneLine(todo)}`),
  ];
}
