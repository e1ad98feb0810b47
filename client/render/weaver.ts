/** A line per bird: wanted, registered, answers, processes, why not. Pure. */
import type { BirdSight, WeaverSight } from '../../workflows/bird-sight.js';
import { age, columns, oneLine } from '../text.js';

export function renderWeaver(sight: WeaverSight, now: Date): string[] {
  const { url, role, problem, birds, last } = sight;
  return [
    ...columns([
      ['weaver', `${url}${role === undefined ? '' : `, role ${role}`}`],
      ...(problem === undefined ? [] : [['problem', oneLine(problem)]]),
      ...(last === undefined
        ? [['last', 'nothing was registered by birdkeeper yet']]
        : [['last', `${last.inStep ? 'in step' : 'not in step'}, ${age(last.at, now)} ago: ${oneLine(last.summary)}`]]),
    ]),
    ...(birds.length === 0 ? ['No bird is wanted (WEAVER_WPS_PROVIDERS), and none is registered.'] : []),
    ...(birds.length === 0 || problem !== undefined ? [] : columns([HEADS, ...birds.map(rowOf)])),
    ...birds.flatMap(({ bird, todo }) => (todo === undefined ? [] : [`to do: ${bird}: ${oneLine(todo)}`])),
  ];
}

const HEADS = ['bird', 'wanted', 'registered', 'answers', 'processes', 'why not'];

const yesNo = (is: boolean | null): string => (is === null ? 'not seen' : is ? 'yes' : 'no');

function rowOf({ bird, wanted, registered, answers, processes, why }: BirdSight): string[] {
  const count = processes === undefined ? '-' : String(processes);
  return [bird, yesNo(wanted), yesNo(registered), yesNo(answers), count, why === undefined ? '' : oneLine(why)];
}
