import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type StackRef } from '../../workflows/contract.js';
import { HAND_OVER_MINUTES } from '../../workflows/keep-stack/hand-over.js';
import { isWorkerPolling, noWorker, withSession, type Session } from '../connection.js';
import { CommandEnd, type ExitStatus } from '../failures.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { askKeeper, runningChildren, tellKeeper } from '../keeper.js';
import { findStack, serverFor } from '../stack.js';

export interface DrainOptions extends CommonOptions {
  /** Minutes. */
  limit: number;
  undo?: boolean;
}

const POLL_MS = 250;
/** A signal is handled within a moment; a worker that is busy takes longer. */
const ANSWER_LIMIT_MS = 5_000;
const MOST_TELLINGS = 3;
/** A worker that is started again is there by then. */
const MUTE_LIMIT_MS = 30_000;
/** Told again before a keeper would go on by itself. */
const RENEW_MS = (HAND_OVER_MINUTES / 3) * 60_000;

/** Every keeper of the host begins nothing more and continues as new; ends when nothing runs. */
export async function drain(context: CommandContext, options: DrainOptions): Promise<ExitStatus> {
  const { io, settings } = context;
  const stack = await findStack(settings, options.stack, options.envFile);
  const { host } = stack.ref;
  const names = (await stack.stateDirectory.stacks()).map(({ name }) => name);
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, stack.directory, async (session) => {
    const payload = { by: settings.by };
    const tell = (signal: 'handOver' | 'takeOver') => tellAll(session, host, names, signal, payload);
    if (options.undo) {
      const told = await tell('takeOver');
      io.out(told.length === 0 ? `Host ${host} has no keeper.` : `Deploys again: ${namesOf(told)}.`);
      return EXIT.done;
    }
    if (!(await isWorkerPolling(session, host))) throw noWorker(host, session.choice, stack.directory);
    const told = await tell('handOver');
    io.err(
      `Nothing more is begun on host ${host}. ^C ends the waiting only; take it back with: birdkeeper drain --undo`,
    );
    await untilNothingRuns(session, told, {
      directory: stack.directory,
      limitMs: options.limit * 60_000,
      renew: () => tell('handOver'),
      say: (line) => io.err(line),
    });
    io.out(
      `Nothing runs on host ${host}, and nothing is begun within ${HAND_OVER_MINUTES} minutes: stop this version and start the other one.`,
    );
    return EXIT.done;
  });
}

const namesOf = (refs: readonly StackRef[]): string => refs.map(({ stack }) => stack).join(', ');

/** Gives those that have a keeper. */
async function tellAll(
  session: Session,
  host: string,
  names: readonly string[],
  signal: 'handOver' | 'takeOver',
  payload: { by: string },
): Promise<StackRef[]> {
  const told: StackRef[] = [];
  for (const stack of names)
    if (await tellKeeper(session, { host, stack }, signal, payload)) told.push({ host, stack });
  return told;
}

interface Waiting {
  /** Of the stack that was named, for messages. */
  directory: string;
  limitMs: number;
  renew: () => Promise<unknown>;
  say: (line: string) => void;
}

async function untilNothingRuns(session: Session, refs: readonly StackRef[], waiting: Waiting): Promise<void> {
  const { directory, limitMs, renew, say } = waiting;
  const [began, said] = [Date.now(), new Set<string>()];
  for (let [told, again] = [began, 0]; ; await sleep(POLL_MS)) {
    const left: Left[] = [];
    for (const ref of refs) left.push(...(await whatRuns(session, ref)));
    if (left.length === 0) return;
    const lines = left.map(({ line }) => line);
    for (const line of lines.filter((each) => !said.has(each))) say(`Waiting: ${line}`);
    lines.forEach((line) => said.add(line));
    if (Date.now() - began > limitMs) throw tooLong(lines, limitMs);
    const isUntold = left.some(({ why }) => why === 'not told');
    if (Date.now() - told < (isUntold ? ANSWER_LIMIT_MS : RENEW_MS)) {
      const isMute = left.some(({ why }) => why === 'no answer') && Date.now() - began > MUTE_LIMIT_MS;
      if (isMute && !(await isWorkerPolling(session, refs[0]?.host ?? ''))) {
        throw noWorker(refs[0]?.host ?? '', session.choice, directory);
      }
      continue;
    }
    // A worker that was started again meanwhile took the keepers over: they are told once more.
    if (isUntold && again === MOST_TELLINGS) throw cannot(lines);
    again += isUntold ? 1 : 0;
    await renew();
    told = Date.now();
  }
}

const tooLong = (lines: readonly string[], limitMs: number): CommandEnd =>
  new CommandEnd(
    EXIT.failed,
    `After ${Math.round(limitMs / 60_000)} min not all has ended: ${lines.join('; ')}. Nothing more is begun for ${HAND_OVER_MINUTES} minutes: ask again with a longer --limit, or take it back with: birdkeeper drain --undo`,
  );

const cannot = (lines: readonly string[]): CommandEnd =>
  new CommandEnd(
    EXIT.failed,
    `The keepers were told and show nothing of it (${lines.join('; ')}): the worker is of a version that cannot be drained. Wait until birdkeeper status shows that nothing runs, then stop it.`,
  );

interface Left {
  line: string;
  why: 'runs' | 'not told' | 'no answer';
}

/** What keeps it from having handed over; empty: nothing does. */
async function whatRuns(session: Session, ref: StackRef): Promise<Left[]> {
  const children = await runningChildren(session, ref);
  // It was forgotten, or ended by hand.
  if (children === undefined) return [];
  const answer = await askKeeper(session, ref);
  if (answer.is === 'not found') return [];
  if (answer.is === 'no worker') return [{ line: `the keeper of ${ref.stack} does not answer`, why: 'no answer' }];
  const { running, handedOver } = answer.value;
  if (handedOver === undefined) {
    return [{ line: `the keeper of ${ref.stack} has yet to hand over`, why: 'not told' }];
  }
  if (children.length > 0) return [{ line: `${children.join(', ')} runs`, why: 'runs' }];
  if (running !== undefined) return [{ line: `deployment ${running.number} of ${ref.stack} runs`, why: 'runs' }];
  return [];
}
