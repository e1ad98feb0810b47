import { randomUUID } from 'node:crypto';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { isGrpcDeadlineError, WorkflowFailedError } from '@temporalio/client';
import { messageOf } from '../../activities/shared/failures.js';
import { EXIT, taskQueueOf, type StackRef } from '../../workflows/contract.js';
import type { StackDecision } from '../../workflows/model.js';
import { noWorker, withSession, type Session } from '../connection.js';
import { CommandEnd, deepest, type ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { requireAnsweringWorker } from '../keeper.js';
import { renderDecision } from '../render/decision.js';
import { CheckAnswer } from '../schemas.js';
import { findStack, serverFor } from '../stack.js';

/** A look fetches every checkout, each with a time limit of its own. */
const LOOK_LIMIT_MS = 10 * 60_000;

export interface CheckOptions extends CommonOptions {
  exitCode?: boolean;
}

/** Looks now, through the worker, which tells the keeper what it saw. */
export async function check(context: CommandContext, options: CheckOptions): Promise<ExitStatus> {
  const { io, settings } = context;
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  const answer = await withSession(choice, stack.directory, async (session) => {
    await requireAnsweringWorker(session, stack.ref, stack.directory);
    return look(session, stack.ref, stack.directory);
  });
  if (options.json) printJson(io, answer);
  else printLines(io, renderDecision(answer.decision, answer.checkouts));
  return options.exitCode ? statusOfCheck(answer.decision) : EXIT.done;
}

/** 10: a deployment would mend it; 3: a person must. Pure. */
export function statusOfCheck(decision: Pick<StackDecision, 'word' | 'deploys'>): ExitStatus {
  if (decision.word === 'up to date') return EXIT.done;
  return decision.word === 'behind' || decision.deploys ? EXIT.behind : EXIT.blocked;
}

async function look(session: Session, ref: StackRef, directory: string): Promise<CheckAnswer> {
  const attribute = (name: string, value: string) => ({
    key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
    value,
  });
  try {
    const result: unknown = await session.within(
      () =>
        session.client.workflow.execute('checkStack', {
          workflowId: `check/${ref.host}/${ref.stack}/${randomUUID()}`,
          taskQueue: taskQueueOf(ref.host),
          args: [{ v: 1, ...ref }],
          workflowExecutionTimeout: LOOK_LIMIT_MS,
          typedSearchAttributes: new TypedSearchAttributes([
            attribute('Stack', ref.stack),
            attribute('Host', ref.host),
          ]),
        }),
      LOOK_LIMIT_MS,
    );
    return CheckAnswer.parse(result);
  } catch (error) {
    if (isGrpcDeadlineError(error)) throw noWorker(ref.host, session.choice, directory);
    if (error instanceof WorkflowFailedError) {
      throw new CommandEnd(EXIT.failed, `The look failed: ${messageOf(deepest(error))}`);
    }
    throw error;
  }
}
