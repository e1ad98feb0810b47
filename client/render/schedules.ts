/** When what runs by itself, for people. Pure. */
import type { SchedulesAnswer } from '../schedule-schemas.js';
import { age, columns, oneLine, until } from '../text.js';

export function renderSchedules({ stack, schedules }: SchedulesAnswer, now: Date): string[] {
  if (schedules.length === 0) {
    return [
      `${stack} has no schedule: every frequency in its configuration is empty, or birdkeeper up never ran for it.`,
    ];
  }
  const rows = schedules.map(({ kind, name, frequency, next, last, paused }) => [
    name === undefined ? kind : `${kind} ${name}`,
    frequency === '' ? 'not known' : frequency,
    paused !== null ? 'paused' : next === null ? 'never' : `in ${until(next, now)} (${next})`,
    last === null ? 'not yet' : `${last.outcome}, ${age(last.at, now)} ago`,
  ]);
  const paused = schedules.flatMap(({ kind, id, paused: note }) => (note === null ? [] : [{ kind, id, note }]));
  return [
    ...columns([['schedule', 'frequency', 'next', 'last'], ...rows]),
    ...paused.map(({ kind, id, note }) => {
      const why = note === '' ? 'nobody wrote down why' : oneLine(note);
      return `to do: ${kind} is paused (${why}). It goes on with: temporal schedule toggle --schedule-id ${id} --unpause`;
    }),
  ];
}
