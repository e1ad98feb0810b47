import { recordedJobs, recordJobs } from '../jobs/recorded.js';
import { dataJobOf } from '../jobs/data-job.js';
import type { Job } from '../jobs/model.js';
import { readSchedule } from '../jobs/schedule-text.js';
import { SCHEDULE_KINDS, type ScheduleKind } from '../../workflows/contract.js';
import type { FollowUpName } from '../../workflows/follow-up-model.js';
import { reconcile } from '../schedules/index.js';
import { wantedSchedule, type WantedSchedule } from '../schedules/plan.js';
import type { Step } from '../shared/step.js';
import { parseFrequency } from '../shared/frequency.js';
import type { StackSettings } from '../stack/settings.js';
import { SETTINGS } from '../stack/settings-table.js';
import type { Configuration } from '../stack/view.js';
import type { Activities, StackInput } from '../types.js';
import { jobsFile } from './container-jobs.js';
import { backupStops } from './backup-declarations.js';
import { doesDataItself } from './data-jobs.js';
import type { Dependencies } from './dependencies.js';
import { readJobs } from './job-texts.js';
import { hasCowbird } from './cowbird/reach.js';
import { askedFollowUps, forgetGone } from './follow-ups.js';
import { openConfiguration } from './open.js';
import { hasWeaver } from './weaver/reach.js';

/** What a schedule's frequency is read of. */
interface Source {
  settings: StackSettings;
  view: Configuration;
  /** Follow-ups that components of the stack ask for. */
  asked: readonly FollowUpName[];
}

const FREQUENCIES: Readonly<Record<ScheduleKind, (source: Source) => string>> = {
  autodeploy: ({ settings }) => settings.platformFrequency,
  notebooks: ({ settings }) => settings.notebookFrequency,
  backup: ({ settings }) => settings.backupFrequency,
  verify: ({ settings }) => settings.verifyFrequency,
  logrotate: ({ settings }) => settings.logrotateFrequency,
  weaver: ({ settings, view, asked }) =>
    hasWeaver(view) && isWanted('registerWeaverProviders', 'weaverFrequency', view, asked)
      ? settings.weaverFrequency
      : '',
  cowbird: ({ settings, view, asked }) =>
    hasCowbird(view) && isWanted('verifyCowbird', 'cowbirdFrequency', view, asked) ? settings.cowbirdFrequency : '',
};

/** A platform whose own component has a hook for it is left to that, unless its operators say how often. */
const isWanted = (
  name: FollowUpName,
  setting: 'weaverFrequency' | 'cowbirdFrequency',
  { variables }: Configuration,
  asked: readonly FollowUpName[],
): boolean => asked.includes(name) || SETTINGS[setting].names.some((variable) => variables[variable] !== undefined);

/**
 * Makes the schedules what the live configuration says: a commit is enough to change a frequency or a job. What is wrong with a
 * job is told in the log, and is no matter of the others. Twice: nothing differs.
 */
export async function reconcileSchedules(
  { stack: name }: StackInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['reconcileSchedules']> {
  const stack = await deps.state.stack(name);
  const view = await openConfiguration(stack, deps, step.signal);
  const { jobs, problems, warnings } = await readJobs(view);
  for (const { file, line, message } of [...problems, ...warnings]) step.log.warn(`${file}, line ${line}: ${message}`);
  const former = await recordedJobs(jobsFile(stack));
  // Both, until the schedules are made: a run of either kind finds its text.
  const gone = former.filter((job) => !jobs.some(({ name: known }) => known === job.name));
  await recordJobs(jobsFile(stack), [...jobs, ...gone]);
  const now = new Date();
  const builtIn = await doesDataItself(view.settings, deps, step);
  const wanted = [
    ...fixedSchedules(view, await askedFollowUps(view), now, await backupStops(view, stack)),
    ...jobs.flatMap((job) => jobSchedule(job, view, now, builtIn)),
  ];
  const names = former.map((job) => job.name);
  const changed = deps.schedules
    ? await reconcile({ host: deps.host, stack: name }, wanted, deps.schedules, names)
    : [];
  await recordJobs(jobsFile(stack), jobs);
  await forgetGone(stack, view);
  return { changed: changed.slice(0, MOST_TOLD) };
}

/** The result is part of a history. */
const MOST_TOLD = 50;

/** `stops`: a backup stops containers, so that it needs the stack for itself. */
const fixedSchedules = (
  view: Configuration,
  asked: readonly FollowUpName[],
  now: Date,
  stops: boolean,
): WantedSchedule[] =>
  SCHEDULE_KINDS.flatMap((kind) => {
    const { settings } = view;
    const text = FREQUENCIES[kind]({ settings, view, asked });
    const asks = kind === 'backup' && stops ? { asks: 'backup' as const } : {};
    return wantedSchedule({ kind }, text, parseFrequency(text), { now, timeZone: settings.timeZone, ...asks }) ?? [];
  });

/** Between tries, and for the engine to come back. */
const SPARE_SECONDS = 3_600;

function jobSchedule(
  job: Job,
  { settings, variables }: Pick<Configuration, 'settings' | 'variables'>,
  now: Date,
  builtIn: boolean,
): WantedSchedule[] {
  const reading = readSchedule(job.schedule);
  if (reading.kind === 'off') return [];
  const {
    overlap,
    catchUpSeconds,
    timeoutSeconds = settings.jobTimeoutSeconds,
    retries = settings.jobRetries,
    needsStackLock,
  } = job.options;
  const wanted = wantedSchedule({ kind: 'job', name: job.name }, job.schedule, reading.frequency, {
    ...{ now, timeZone: settings.timeZone, overlap, hash: job.hash },
    longestRunSeconds: (timeoutSeconds + SPARE_SECONDS) * (retries + 1),
    ...(catchUpSeconds === undefined ? {} : { catchUpSeconds }),
    ...(needsStackLock ? { asks: 'job' as const } : {}),
    ...(builtIn && !needsStackLock && dataJobOf(job, variables) ? { does: 'deployData' as const } : {}),
  });
  return wanted === undefined ? [] : [wanted];
}
