import {
  ApplicationFailure,
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { FAILURES, keeperId, SIGNALS, WORK_KINDS } from '../contract.js';
import { attribute } from '../search-attributes.js';
import { isObject, isStackInput } from '../validate.js';
import { workBegunSignal, workDoneSignal, type RequestWorkInput, type WorkResult } from './messages.js';

/** A withdrawal and the beginning of the work may cross each other. */
const CROSSING = '10s';

/**
 * Asks the keeper for work that needs the stack for itself, and waits for its end. Work that has not begun by the deadline is
 * taken back.
 */
export async function requestWork(input: RequestWorkInput): Promise<unknown> {
  if (!isStackInput(input) || !isRequest(input)) {
    const needs = 'requestWork needs {v: 1, host, stack, kind, deadlineSeconds, input}';
    throw ApplicationFailure.nonRetryable(needs, FAILURES.badInput);
  }
  let begun = false;
  let done: WorkResult | undefined;
  setHandler(workBegunSignal, () => void (begun = true));
  setHandler(workDoneSignal, (payload) => {
    if (isResult(payload)) done = payload;
  });
  const { kind, deadlineSeconds } = input;
  const id = workflowInfo().workflowId;
  const keeper = getExternalWorkflowHandle(keeperId(input));
  await ask(() => keeper.signal(SIGNALS.requestWork, { kind, id, input: input.input }));
  setCurrentDetails(`Waits for its turn: the keeper of **${input.stack}** runs one piece of work at a time.`);
  const hasBegun = () => begun || done !== undefined;
  if (!(await condition(hasBegun, deadlineSeconds * 1_000))) {
    await ask(() => keeper.signal(SIGNALS.withdrawWork, { id }));
    if (!(await condition(hasBegun, CROSSING))) throw notBegun(input);
  }
  setCurrentDetails('It runs.');
  await condition(() => done !== undefined);
  return concluded(done);
}

async function ask(send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch {
    const message = 'The stack has no keeper, so nothing was done. Start it with: birdkeeper up';
    throw ApplicationFailure.nonRetryable(message, FAILURES.blocked);
  }
}

function notBegun({ kind, deadlineSeconds, stack }: RequestWorkInput): ApplicationFailure {
  upsertSearchAttributes([attribute('Outcome', 'not begun')]);
  const message = `The ${kind} was not begun within ${deadlineSeconds} s, because other work on ${stack} took so long. It comes again at its next time.`;
  return ApplicationFailure.nonRetryable(message, FAILURES.busy);
}

function concluded(done: WorkResult | undefined): unknown {
  upsertSearchAttributes([attribute('Outcome', done?.outcome ?? 'failed')]);
  if (done?.outcome === 'done') {
    setCurrentDetails('**done**');
    return done.result;
  }
  throw ApplicationFailure.nonRetryable(done?.message ?? 'It ended without a result.', FAILURES.applyFailed);
}

const isRequest = ({ kind, deadlineSeconds, input }: RequestWorkInput): boolean =>
  WORK_KINDS.includes(kind) &&
  Number.isSafeInteger(deadlineSeconds) &&
  deadlineSeconds > 0 &&
  isObject(input) &&
  Object.values(input).every((text) => typeof text === 'string');

const isResult = (value: unknown): value is WorkResult =>
  isObject(value) && (value.outcome === 'done' || (value.outcome === 'failed' && typeof value.message === 'string'));
