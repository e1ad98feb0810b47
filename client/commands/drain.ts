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
/** An answer takes a moment; a worker that is busy or that was just replaced takes longer. */
const ANSWER_LIMIT_MS = 15_000;
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

async function untilNothingRuns(
  session: Session,
  refs: readonly StackRef[],
  { directory, limitMs, renew, say }: Waiting,
) {
  const [began, said] = [Date.now(), new Set<string>()];
  for (let renewed = began; ; await sleep(POLL_MS)) {
    const left: string[] = [];
    for (const ref of refs) {
      const running = await whatRuns(session, ref, directory, Date.now() - began > ANSWER_LIMIT_MS);
      if (running !== undefined) left.push(running);
    }
    if (left.length === 0) return;
    for (const line of left.filter((each) => !said.has(each))) say(`Waiting: ${line}`);
    left.forEach((line) => said.add(line));
    if (Date.now() - began > limitMs) {
      throw new CommandEnd(
        EXIT.failed,
        `After ${Math.round(limitMs / 60_000)} min not all has ended: ${left.join('; ')}. Nothing more is begun for ${HAND_OVER_MINUTES} minutes: ask again with a longer --limit, or take it back with: birdkeeper drain --undo`,
      );
    }
    if (Date.now() - renewed > RENEW_MS) {
      await renew();
      renewed = Date.now();
    }
  }
}

/** A clause, or undefined when the keeper has handed over. `late`: it has had the time to answer. */
async function whatRuns(
  session: Session,
  ref: StackRef,
  directory: string,
  late: boolean,
): Promise<string | undefined> {
  const children = await runningChildren(session, ref);
  // It was forgotten, or ended by hand.
  if (children === undefined) return undefined;
  if (children.length > 0) return `${children.join(', ')} runs`;
  const answer = await askKeeper(session, ref);
  if (answer.is === 'not found') return undefined;
  if (answer.is === 'no worker') {
    if (late) throw noWorker(ref.host, session.choice, directory);
    return `the keeper of ${ref.stack} has yet to answer`;
  }
  const { running, handedOver } = answer.value;
  if (running !== undefined) return `deployment ${running.number} of ${ref.stack} runs`;
  if (handedOver !== undefined) return undefined;
  if (late) {
    throw new CommandEnd(
      EXIT.failed,
      `The keeper of ${ref.stack} was told and shows nothing of it: its worker was started again meanwhile, or is of a version that cannot be drained. Ask once more; else wait until birdkeeper status shows that nothing runs, and stop it then.`,
    );
  }
  return `the keeper of ${ref.stack} has yet to hand over`;
}
