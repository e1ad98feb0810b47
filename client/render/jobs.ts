/** The jobs of a stack, for people. Pure. */
import { calledName } from '../job-names.js';
import type { JobsAnswer, ScheduleReport } from '../schedule-schemas.js';
import { age, columns, oneLine, until } from '../text.js';

export function renderJobs({ stack, jobs }: JobsAnswer, now: Date): string[] {
  if (jobs.length === 0)
    return [`${stack} has no job: none is in its configuration, or birdkeeper up never ran for it.`];
  const rows = jobs.map((job) => {
    const { frequency, next, last, paused } = job;
    return [
      calledName(job),
      frequency === '' ? 'not known' : frequency,
      paused !== null ? 'paused' : next === null ? 'never' : `in ${until(next, now)}`,
      last === null ? 'not yet' : `${last.outcome}, ${age(last.at, now)} ago`,
      last === null ? '' : last.seconds === null ? 'runs' : seconds(last.seconds),
      last === null ? '' : seconds(last.lagSeconds),
    ];
  });
  return [...columns([['job', 'schedule', 'next', 'last', 'took', 'lag'], ...rows]), ...jobs.flatMap(remarks)];
}

const seconds = (value: number): string => `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} s`;

function remarks(job: ScheduleReport): string[] {
  const { paused, skipped, missed } = job;
  const name = calledName(job);
  return [
    ...(paused === null
      ? []
      : [
          `to do: ${name} is paused (${paused === '' ? 'nobody wrote down why' : oneLine(paused)}): birdkeeper jobs resume ${name}`,
        ]),
    ...(skipped === 0 ? [] : [`${name}: ${skipped} runs were skipped because the one before still ran`]),
    ...(missed === 0 ? [] : [`${name}: ${missed} runs were missed`]),
  ];
}
