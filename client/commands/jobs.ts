/** `birdkeeper jobs …`: what a stack runs on schedules besides looking for deployments. */
import { resolve } from 'node:path';
import { EXIT, type ScheduleKind } from '../../workflows/contract.js';
import { isWorkerPolling, noWorker, withSession, type Session } from '../connection.js';
import { describeSchedule } from '../describe-schedule.js';
import { CommandEnd, wrongUse, type ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { calledName, idsOf } from '../job-names.js';
import { renderDiagnostics } from '../render/configuration.js';
import { renderJobs } from '../render/jobs.js';
import type { ScheduleReport } from '../schedule-schemas.js';
import { stackSchedules } from '../schedules.js';
import { findStack, serverFor, type KnownStack } from '../stack.js';
import { oneLine } from '../text.js';
import { showJobLog } from './logs.js';
import { stackPlace } from './up.js';

export interface JobOptions extends CommonOptions {
  reason?: string;
  follow?: boolean;
}

type Act = (context: CommandContext, options: JobOptions, words: readonly string[]) => Promise<ExitStatus>;

/** Each with its schedule, when it runs next, how it ended last. */
export const list: Act = async (context, options) =>
  withJobs(context, options, async ({ jobs, stack }) => {
    const answer = { ...stack.ref, jobs };
    if (options.json) printJson(context.io, answer);
    else printLines(context.io, renderJobs(answer, context.io.now()));
    return EXIT.done;
  });

/** Starts a run now, by the schedule's own rules. */
export const run: Act = async (context, options, [name = '']) =>
  withJob(context, options, name, async ({ job, stack, session }) => {
    const { host } = stack.ref;
    if (!(await isWorkerPolling(session, host))) throw noWorker(host, session.choice, stack.directory);
    const { info, policies } = await session.within(() => describeSchedule(session.client.schedule, job.id));
    const [open] = info.runningActions;
    if (open !== undefined && policies.overlap === 'SKIP') {
      throw new CommandEnd(EXIT.blocked, `${name} runs already (${open.workflow.workflowId}); nothing was started.`);
    }
    await session.within(() => session.client.schedule.getHandle(job.id).trigger());
    context.io.out(`${name} is started. What it says: birdkeeper jobs logs ${name} --follow`);
    return EXIT.done;
  });

export const pause: Act = async (context, options, [name = '']) =>
  withJob(context, options, name, async ({ job, session }) => {
    if (job.paused !== null)
      throw wrongUse(`${name} is paused already${job.paused === '' ? '' : ` (${oneLine(job.paused)})`}.`);
    const why = `${options.reason ?? 'no reason was given'} (by ${context.settings.by})`;
    await session.within(() => session.client.schedule.getHandle(job.id).pause(why));
    context.io.out(
      `${name} is paused: it does not run until birdkeeper jobs resume ${name}. What runs of it ends as it would.`,
    );
    return EXIT.done;
  });

export const resume: Act = async (context, options, [name = '']) =>
  withJob(context, options, name, async ({ job, session }) => {
    if (job.paused === null) throw wrongUse(`${name} is not paused.`);
    await session.within(() => session.client.schedule.getHandle(job.id).unpause(`resumed by ${context.settings.by}`));
    context.io.out(`${name} runs on its schedule again.`);
    return EXIT.done;
  });

/** The newest run. Needs neither server nor worker. */
export const logs: Act = async (context, options, [name = '']) => showJobLog(context, options, name);

/** What is wrong with the jobs of a file, or of the stack. Needs no server; ends with 1 when a job does not run. */
export const lint: Act = async ({ io, handlers, settings }, options, [file]) => {
  const reading = { ...(await stackPlace(options)), basic: false, environment: settings.environment };
  const answer = await handlers.lintJobs({
    ...reading,
    asWorker: true,
    ...(file === undefined ? {} : { file: resolve(file) }),
  });
  if (options.json) printJson(io, answer);
  else {
    for (const { name, schedule, where } of answer.jobs) io.out(`ok ${name}: ${schedule}, ${oneLine(where)}`);
    printLines(io, renderDiagnostics(answer.diagnostics));
  }
  return answer.diagnostics.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.done;
};

/** Not a job: it is what `birdkeeper check` and `schedules` tell of. */
const LOOKING: ScheduleKind = 'autodeploy';

async function withJobs(
  { settings }: CommandContext,
  options: JobOptions,
  act: (found: { jobs: ScheduleReport[]; stack: KnownStack; session: Session }) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, stack.directory, async (session) => {
    const all = await stackSchedules(session, stack.ref);
    return act({ jobs: all.filter(({ kind }) => kind !== LOOKING), stack, session });
  });
}

async function withJob(
  context: CommandContext,
  options: JobOptions,
  name: string,
  act: (found: { job: ScheduleReport; stack: KnownStack; session: Session }) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  return withJobs(context, options, async ({ jobs, stack, session }) => {
    const [job] = idsOf(name, stack.ref).flatMap((id) => jobs.find((each) => each.id === id) ?? []);
    if (job !== undefined) return act({ job, stack, session });
    const known = jobs.map(calledName).join(', ') || 'none';
    throw wrongUse(`${stack.ref.stack} has no job ${JSON.stringify(name)} (it has: ${known}).`);
  });
}
