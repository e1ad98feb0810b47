/** Tells people. Whatever goes wrong here is a line in the log: a failing receiver never fails a deployment. */
import {
  movedCheckouts,
  noticeOfDeployment,
  noticeOfHeldUp,
  noticeOfJob,
  noticeOfLook,
  NoticeMemory,
  NOTHING_TOLD,
  tell,
  type EndedJob,
  type Notice,
} from '../notices/index.js';
import { readJson, writeJson } from '../shared/files.js';
import { redactUrls, type Redact } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import type { NoticeSettings } from '../stack/notify.js';
import type { StackState } from '../state/index.js';
import type { Activities } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { openConfiguration, redactorOf } from './open.js';
import { PlanRecord, readRecord } from './records.js';

const FILE = 'notices.json';

/** How deployment `number` ended, or what the newest look said. Twice: muted the second time. */
export async function sendNotices(
  { stack: name, number }: Parameters<Activities['sendNotices']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['sendNotices']> {
  const stack = await deps.state.stack(name);
  const { settings, redact } = await receiversOf(stack, deps, step.signal);
  if (settings === undefined || settings.notify.length === 0) return { sent: [], failed: [] };
  const notice = number === undefined ? await ofLook(stack, deps) : await ofDeployment(stack, number, deps);
  return send(stack, notice, { settings, redact }, step);
}

/** That a step of deployment `number` has waited long for its surroundings. Muted for an hour like any other. */
export async function tellHeldUp(
  { stack: name, number, why }: { stack: string; number: number; why: string },
  step: Pick<Step, 'signal' | 'log'>,
  deps: Dependencies,
): Promise<void> {
  const stack = await deps.state.stack(name);
  const { settings, redact } = await receiversOf(stack, deps, step.signal);
  if (settings === undefined || settings.notify.length === 0) return;
  const notice = noticeOfHeldUp({ host: deps.host, stack: name, number, why, at: new Date().toISOString() });
  await send(stack, notice, { settings, redact }, step);
}

async function send(
  stack: StackState,
  notice: Notice | undefined,
  { settings, redact }: { settings: NoticeSettings; redact: Redact },
  step: Pick<Step, 'signal' | 'log'>,
  file = stack.path(FILE),
): ReturnType<Activities['sendNotices']> {
  const { memory, sent, failed } = await tell(await memoryIn(file), notice, { settings, redact, signal: step.signal });
  await writeJson(file, memory);
  for (const receiver of sent) step.log.info(`Told ${receiver}: ${notice?.title ?? ''}`);
  for (const sentence of failed) step.log.warn(sentence);
  return { sent, failed };
}

/** How a run of a job ended, or that it does not. What was told is remembered for each job by itself. */
export async function tellOfJob(
  { stack: name, job, trouble }: { stack: string; job: string; trouble: EndedJob['trouble'] },
  step: Pick<Step, 'signal' | 'log'>,
  deps: Dependencies,
): Promise<void> {
  const stack = await deps.state.stack(name);
  const file = stack.path('jobs', job, FILE);
  if (trouble === undefined && (await memoryIn(file)).bad === undefined) return;
  const { settings, redact } = await receiversOf(stack, deps, step.signal);
  if (settings === undefined || settings.notify.length === 0) return;
  const about = { host: deps.host, stack: name, job, at: new Date().toISOString() };
  const notice = noticeOfJob({ ...about, ...(trouble === undefined ? {} : { trouble }) });
  await send(stack, notice, { settings, redact }, step, file);
}

/** Whether somebody wants to be told anything, asked where it costs no activity. */
export async function wantsNotice(stack: StackState, deps: Dependencies, signal: AbortSignal): Promise<boolean> {
  const { settings } = await receiversOf(stack, deps, signal);
  return (settings?.notify.length ?? 0) > 0;
}

/** Whether the last that was told was bad: the first good look after that is told too. */
export async function wasToldBad(stack: StackState): Promise<boolean> {
  const { bad, unsure } = await memoryIn(stack.path(FILE));
  return bad !== undefined || unsure;
}

/** A memory that does not read costs a repeated notice, no more. */
const memoryIn = async (file: string): Promise<NoticeMemory> =>
  (await readJson(file, NoticeMemory).catch(() => undefined)) ?? NOTHING_TOLD;

interface Receivers {
  settings: NoticeSettings | undefined;
  redact: Redact;
}

/** A configuration that somebody broke is what people want to hear of: the receivers of the last good one stay. */
async function receiversOf(stack: StackState, deps: Dependencies, signal: AbortSignal): Promise<Receivers> {
  try {
    const view = await openConfiguration(stack, deps, signal);
    return { settings: view.settings, redact: redactorOf(view) };
  } catch {
    signal.throwIfAborted();
    const settings = (await stack.lastGood())?.notices;
    const redact = (text: string) => redactUrls(text);
    return { settings, redact };
  }
}

async function ofLook(stack: StackState, deps: Dependencies): Promise<Notice | undefined> {
  const look = await stack.look();
  if (!look) return undefined;
  const { word, reason, at } = look;
  return noticeOfLook({ host: deps.host, stack: stack.name, word, reason, at });
}

async function ofDeployment(stack: StackState, number: number, deps: Dependencies): Promise<Notice | undefined> {
  const record = (await stack.deployments()).find((candidate) => candidate.number === number);
  if (!record) return undefined;
  const { outcome, phase, message, reason, by, from, to, endedAt } = record;
  const plan = await readRecord(stack, number, 'plan.json', PlanRecord);
  return noticeOfDeployment({
    ...{ host: deps.host, stack: stack.name, number, outcome, phase, message, reason },
    ...(by === undefined ? {} : { by }),
    ...(plan === undefined ? {} : { waiting: plan }),
    checkouts: movedCheckouts(from, to),
    at: endedAt,
  });
}
