import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  executeChild,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { deploymentId, FAILURES } from '../contract.js';
import { deployStack } from '../deploy-stack/deploy-stack.js';
import type { DeployStackResult } from '../deploy-stack/messages.js';
import { failureOf } from '../failure-of.js';
import type { DeployRequest, KeeperStatus } from '../model.js';
import { attribute } from '../search-attributes.js';
import { inline } from '../tables.js';
import { isStackInput } from '../validate.js';
import {
  deploymentNeededSignal,
  deployUpdate,
  forceDeploySignal,
  keeperStatusQuery,
  type KeeperMemory,
  type KeepStackInput,
} from './messages.js';
import { readMemory } from './memory.js';
import { keeperDetails } from './narrate.js';
import { afterDeployment, afterLook, enqueue, parseAsk, parseNeeded, requestFor } from './queue.js';

/**
 * Owns the right to change a stack, for ever: a queue, not a lock. One piece of work at a time, as a child that outlives
 * it; continues as new after each, when no child runs. Handlers never await, and survive any input.
 */
export async function keepStack(input: KeepStackInput): Promise<void> {
  const remembered = isStackInput(input) ? readMemory(input.memory) : undefined;
  if (remembered === undefined)
    throw ApplicationFailure.nonRetryable('keepStack needs {v: 1, host, stack, memory}', FAILURES.badInput);
  const { host, stack } = input;
  let memory = remembered;
  let running: DeployRequest | undefined;

  const status = (): KeeperStatus => {
    const { queue, ...rest } = memory;
    return { stack, host, ...(running ? { running } : {}), queued: queue, ...rest };
  };
  const change = (next: KeeperMemory) => {
    memory = next;
    setCurrentDetails(keeperDetails(status()));
  };

  setHandler(keeperStatusQuery, status);
  setHandler(forceDeploySignal, (payload) => change(enqueue(memory, requestFor(parseAsk(payload, true))).memory));
  setHandler(deploymentNeededSignal, (payload) => {
    const needed = parseNeeded(payload);
    if (needed) change(afterLook(memory, needed, new Date(), running));
    else log.warn('deploymentNeeded came with something else than {word, reason, commits, deploys}: ignored');
  });
  setHandler(deployUpdate, (payload) => {
    const { memory: next, answer } = enqueue(memory, requestFor(parseAsk(payload)));
    change(next);
    return answer;
  });
  change(memory);

  await condition(() => memory.queue.length > 0 || workflowInfo().continueAsNewSuggested);
  const [request, ...queue] = memory.queue;
  if (request) {
    running = request;
    change({ ...memory, queue });
    const result = await deploy(input, request);
    running = undefined;
    change(afterDeployment(memory, result, new Date()));
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof keepStack>({ v: 1, host, stack, memory });
}

async function deploy({ host, stack }: KeepStackInput, request: DeployRequest): Promise<DeployStackResult> {
  const { number, trigger, force, reason } = request;
  try {
    return await executeChild(deployStack, {
      workflowId: deploymentId({ host, stack }, number),
      args: [{ v: 1, host, stack, number, trigger, force, reason }],
      // A deployment that runs must not die with its keeper.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: [attribute('Stack', stack), attribute('Host', host), attribute('Trigger', trigger)],
      staticSummary: `deployment ${number} of ${stack}: ${reason}`.slice(0, 200),
      staticDetails: `Deployment **${number}** of stack **${stack}** on host **${host}**.\n\nTrigger: ${trigger}. Reason: ${inline(reason)}`,
    });
  } catch (error) {
    const { message } = failureOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
    log.error('a deployment ended without a result', { number, message });
    return { number, outcome: 'failed', phase: 'inspect', message, commits: {} };
  }
}
