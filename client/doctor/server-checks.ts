/** Server, worker, keeper and schedules. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../activities/shared/failures.js';
import { isWorkerPolling, type Session } from '../connection.js';
import { askKeeper } from '../keeper.js';
import { describePause } from '../refusals.js';
import { stackSchedules } from '../schedules.js';
import type { Finding } from '../schemas.js';
import type { ScheduleReport } from '../schedule-schemas.js';
import { judgeClock } from './clock.js';
import { keptStack, type ClientContext } from './context.js';
import { fail, NotLooked, ok, warn } from './findings.js';
import type { Check } from './run-checks.js';

export const temporal: Check<ClientContext> = {
  name: 'Temporal',
  async run(context) {
    try {
      const { choice } = await context.session();
      return [ok('Temporal', `${choice.sentence}, namespace ${choice.namespace}`)];
    } catch (error) {
      const [what = '', ...start] = messageOf(error).split('\n');
      return [fail('Temporal', what, start.join(' '))];
    }
  },
};

const POLL_MS = 2_500;

/**
 * The server tells its time nowhere. It writes down when it last saw each poller: so we poll for a moment, on a queue that
 * nobody uses, and look.
 */
export const serverClock: Check<ClientContext> = {
  name: "Temporal's clock",
  async run(context, signal) {
    const session = await context.session().catch(() => {
      throw new NotLooked('no Temporal server answers');
    });
    const before = Date.now();
    const theirs = await seenPolling(session, signal);
    if (theirs === undefined) return [warn("Temporal's clock", 'the server did not tell it')];
    const ours = Math.min(Math.max(theirs, before), Date.now());
    return [judgeClock("Temporal's clock", theirs, ours)];
  },
};

async function seenPolling(session: Session, signal: AbortSignal): Promise<number | undefined> {
  const { workflowService, options } = session.client;
  const { namespace } = options;
  const identity = `doctor/${randomUUID()}`;
  const taskQueue = { name: 'birdkeeper.doctor' };
  const end = Date.now() + POLL_MS;
  const poll = session
    .within(() => workflowService.pollWorkflowTaskQueue({ namespace, taskQueue, identity }), POLL_MS)
    .catch(() => undefined);
  try {
    while (Date.now() < end && !signal.aborted) {
      const { pollers } = await session.within(() =>
        workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType: 1 }),
      );
      const seen = pollers?.find((poller) => poller.identity === identity)?.lastAccessTime;
      if (seen) return Number(seen.seconds ?? 0) * 1_000 + Math.round((seen.nanos ?? 0) / 1e6);
      await sleep(50);
    }
    return undefined;
  } finally {
    await poll;
  }
}

export const worker: Check<ClientContext> = {
  name: 'worker',
  async run(context) {
    const { session, stack } = await keptStack(context);
    const { host } = stack.ref;
    const start = `Start it with: birdkeeper up --stack ${context.directory}`;
    if (!(await isWorkerPolling(session, host))) return [fail('worker', `none of host ${host} polls`, start)];
    const answer = await askKeeper(session, stack.ref);
    return [
      answer.is === 'no worker'
        ? fail('worker', `one of host ${host} seems to poll and does not answer`, start)
        : ok('worker', answer.is === 'answer' ? `polls and answers for host ${host}` : `polls for host ${host}`),
    ];
  },
};

export const keeper: Check<ClientContext> = {
  name: 'keeper',
  async run(context) {
    const { session, stack } = await keptStack(context);
    const answer = await askKeeper(session, stack.ref);
    if (answer.is === 'no worker') throw new NotLooked('no worker answers for it');
    if (answer.is === 'not found') {
      return [fail('keeper', 'there is none', `Start it with: birdkeeper up --stack ${context.directory}`)];
    }
    const { paused, waiting } = answer.value;
    return [
      paused === undefined
        ? ok('keeper', 'is there and not paused')
        : warn('keeper', `paused ${describePause(paused, new Date())}`, 'It goes on with: birdkeeper resume'),
      ...(waiting === undefined
        ? []
        : [warn('keeper', `deployment ${waiting.number} waits: ${waiting.why}`, 'See: birdkeeper status')]),
    ];
  },
};

export const schedules: Check<ClientContext> = {
  name: 'schedules',
  async run(context) {
    const { session, stack } = await keptStack(context);
    return judgeSchedules(await stackSchedules(session, stack.ref), new Date());
  },
};

/** Pure. */
export function judgeSchedules(found: readonly ScheduleReport[], now: Date): Finding[] {
  const paused = found.flatMap(({ kind, id, paused: note }) =>
    note === null
      ? []
      : [
          warn(
            'schedules',
            `${kind} is paused (${note || 'nobody wrote down why'})`,
            `It goes on with: temporal schedule toggle --schedule-id ${id} --unpause`,
          ),
        ],
  );
  const late = found.flatMap(({ kind, next }) =>
    next !== null && Date.parse(next) < now.getTime() - LATE_MS
      ? [warn('schedules', `${kind} should have run at ${next}`, 'See whether the Temporal server is well.')]
      : [],
  );
  const hasLook = found.some(({ kind }) => kind === 'autodeploy');
  return [
    hasLook
      ? ok('schedules', found.map(({ kind, frequency }) => `${kind} ${frequency}`).join(', '))
      : warn('schedules', 'no look is scheduled, so pushes are not seen', 'Set AUTODEPLOY_PLATFORM_FREQUENCY.'),
    ...paused,
    ...late,
  ];
}

const LATE_MS = 5 * 60_000;
