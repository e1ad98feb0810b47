import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { isGrpcServiceError } from '@temporalio/client';
import { messageOf } from '../../activities/shared/failures.js';
import { EXIT } from '../../workflows/contract.js';
import { withSession } from '../connection.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import { printJson, type CommandContext, type CommonOptions } from '../io.js';
import type { ReplayAnswer } from '../schemas.js';
import { findStack, serverFor } from '../stack.js';
import { replayRunning } from './replay-running.js';

export interface ReplayOptions extends CommonOptions {
  running?: boolean;
}

/** Replays a history, from a file or from the server by workflow id, against this code. 1: it does not replay. */
export async function replay(context: CommandContext, options: ReplayOptions, source: string): Promise<ExitStatus> {
  const { io, handlers } = context;
  if ((source === '') === (options.running !== true))
    throw wrongUse('Say what is to be replayed: a file, the id of a workflow, or --running for all that is open.');
  if (options.running === true) return replayRunning(context, options);
  const { history, workflowId } = (await historyInFile(source)) ?? (await historyOnServer(context, options, source));
  const verdict = await handlers.replay(history, workflowId);
  const answer: ReplayAnswer = { workflowId, ...verdict };
  if (options.json) printJson(io, answer);
  else {
    const what = `${workflowId} (${verdict.workflowType}, ${verdict.events} events)`;
    io.out(verdict.replays ? `${what} replays` : `${what} does not replay: ${verdict.difference ?? 'no reason given'}`);
  }
  return verdict.replays ? EXIT.done : EXIT.failed;
}

/** gRPC status. */
const NOT_FOUND = 5;

interface Source {
  history: unknown;
  workflowId: string;
}

/** Undefined: there is no such file, so it is an id. */
async function historyInFile(path: string): Promise<Source | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return { history: JSON.parse(text), workflowId: basename(path, '.json') };
  } catch (error) {
    throw wrongUse(
      `${path} is not a history in JSON (${messageOf(error)}). Make one with: temporal workflow show -w ID --output json`,
    );
  }
}

async function historyOnServer(
  { settings }: CommandContext,
  options: CommonOptions,
  workflowId: string,
): Promise<Source> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, stack.directory, async (session) => {
    try {
      const fetched = await session.within(() => session.client.workflow.getHandle(workflowId).fetchHistory());
      const history: unknown = JSON.parse(historyToJSON(fetched));
      return { history, workflowId };
    } catch (error) {
      if (!isGrpcServiceError(error) || Number(error.code) !== NOT_FOUND) throw error;
      throw wrongUse(
        `${JSON.stringify(workflowId)} is neither a file nor a workflow on ${session.choice.sentence}. Ids are listed by: temporal workflow list`,
      );
    }
  });
}
