/**
 * Makes Temporal activities of plain step functions: checks the input, beats on a timer, passes cancellation on, turns a
 * StepFailure into an ApplicationFailure of its type, and takes secrets out of whatever leaves.
 */
import { shortLine } from '../workflows/one-line.js';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { INPUTS } from '../activities/inputs.js';
import { FAILURES, isStepFailure, messageOf } from '../activities/shared/failures.js';
import type { Redact } from '../activities/shared/redact.js';
import type { Step, StepLog } from '../activities/shared/step.js';
import type { StepActivities } from '../activities/types.js';
import { RETRYABLE_FAILURES } from '../workflows/contract.js';
import { isHeldUp, waitingFor } from './waiting.js';

const HEARTBEAT_MS = 2_000;
/** An error that nobody classified is a defect of ours or a hiccup: some tries, then the deployment ends or rolls back. */
const TRIES_OF_UNKNOWN = 5;
/** The server cuts a failure between attempts at 4 kB. */
const MAX_MESSAGE = 3_500;
const MAX_INPUT_MESSAGE = 200;

export interface Surroundings {
  redactFor(stack: string): Redact;
  /** Reads what must be known of a stack before its log is written to; once per process. */
  prepare(stack: string, signal: AbortSignal): Promise<void>;
  /** Log of one activity of one deployment or job. */
  logFor(activity: string, input: { stack: string; number?: number; name?: string }): StepLog;
  /** Told when a step of a deployment waits for its surroundings for long, each time it has failed; never throws. */
  heldUp(input: { stack: string; number: number; why: string }, signal: AbortSignal): Promise<void>;
  /** Told when a step begins and ends, so that a shutdown can say what it waits for. */
  running: Set<string>;
  /** Aborted when the worker is told to leave. */
  leaving: AbortSignal;
}

type Name = keyof StepActivities;
type TemporalActivity = (input: unknown) => Promise<unknown>;

export function toTemporalActivities(steps: StepActivities, around: Surroundings): Record<Name, TemporalActivity> {
  const names = Object.keys(INPUTS) as Name[];
  return Object.fromEntries(names.map((name) => [name, temporalActivity(name, steps, around)])) as Record<
    Name,
    TemporalActivity
  >;
}

function temporalActivity(name: Name, steps: StepActivities, around: Surroundings): TemporalActivity {
  const run = steps[name] as (input: { stack: string; number?: number }, step: Step) => Promise<unknown>;
  return async (given) => {
    const input = checkedInput(name, given);
    const context = Context.current();
    // A beat without details would take away those that a person reads in the Temporal UI.
    let details: unknown;
    const beat = setInterval(() => context.heartbeat(details), HEARTBEAT_MS);
    const label = `${name} of ${input.stack}${input.number === undefined ? '' : ` (deployment ${input.number})`}`;
    around.running.add(label);
    try {
      await around.prepare(input.stack, context.cancellationSignal);
      return await run(input, {
        signal: context.cancellationSignal,
        leaving: around.leaving,
        attempt: context.info.attempt,
        heartbeat: (news) => {
          details = news;
          context.heartbeat(details);
        },
        log: around.logFor(name, input),
      });
    } catch (error) {
      // Aborted work throws whatever it was doing; what happened is the cancellation.
      if (context.cancellationSignal.aborted) throw cancellationOf(context);
      const redact = around.redactFor(input.stack);
      const waits = waitingFor(error);
      if (waits !== undefined) around.logFor(name, input).warn(redact(waits));
      if (input.number !== undefined && isHeldUp(error, Date.now() - context.info.scheduledTimestampMs)) {
        const held = { stack: input.stack, number: input.number, why: redact(messageOf(error)) };
        await around.heldUp(held, context.cancellationSignal);
      }
      throw toApplicationFailure(error, context.info.attempt, redact);
    } finally {
      clearInterval(beat);
      around.running.delete(label);
    }
  };
}

function checkedInput(name: Name, given: unknown): { stack: string; number?: number } {
  const parsed = INPUTS[name].safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.map(String).join('.') ?? '';
  const said = (issue?.message ?? 'malformed').replace('received undefined', 'found none');
  throw ApplicationFailure.nonRetryable(
    `${name}: input${where === '' ? '' : ` ${inLine(where)}`}: ${inLine(said)}`,
    FAILURES.badInput,
  );
}

/** What zod says quotes the keys that a stranger sent. */
const inLine = (text: string): string => shortLine(text, MAX_INPUT_MESSAGE);

function cancellationOf(context: Context): unknown {
  const reason: unknown = context.cancellationSignal.reason;
  return reason instanceof CancelledFailure ? reason : new CancelledFailure('cancelled');
}

export function toApplicationFailure(error: unknown, attempt: number, redact: Redact): ApplicationFailure {
  // A pair of surrogates that was cut in two is no text that the protocol carries.
  const message = redact(messageOf(error)).slice(0, MAX_MESSAGE).toWellFormed();
  if (!isStepFailure(error)) {
    // The stack is ours to read, in the worker's log; a history keeps the message alone.
    return ApplicationFailure.create({ message, type: 'Unknown', nonRetryable: attempt >= TRIES_OF_UNKNOWN });
  }
  const retryable = RETRYABLE_FAILURES.includes(error.type);
  return ApplicationFailure.create({
    message,
    type: error.type,
    nonRetryable: !retryable,
    ...(retryable && error.retryAfterMs !== undefined ? { nextRetryDelay: error.retryAfterMs } : {}),
  });
}
