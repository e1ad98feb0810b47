/** Starts to keep a stack: adopts what runs, starts the keeper, reconciles the schedules, looks at once. */
import { randomUUID } from 'node:crypto';
import { WorkflowIdConflictPolicy } from '@temporalio/client';
import { FAILURES, isStepFailure } from '../activities/shared/failures.js';
import { localStep } from '../activities/shared/step.js';
import type { StackState } from '../activities/state/index.js';
import { jobsFile } from '../activities/deployment/container-jobs.js';
import { recordedJobs } from '../activities/jobs/recorded.js';
import { startJobs } from './start-jobs.js';
import { keeperId, SIGNALS, taskQueueOf, UPDATES, type StackRef } from '../workflows/contract.js';
import type { DeployAnswer, DeployAsk } from '../workflows/keep-stack/messages.js';
import { recalledMemory } from '../workflows/keep-stack/people.js';
import { attribute } from '../workflows/search-attributes.js';
import type { TemporalClient } from './client.js';
import type { Composition } from './composition.js';

export async function startKeeping(
  composition: Composition,
  connected: TemporalClient,
  stack: StackState,
): Promise<void> {
  const { client } = connected;
  const { host } = composition.settings;
  const ref: StackRef = { host, stack: stack.name };
  const { say } = composition;
  const steps = composition.steps(connected);
  const step = localStep({ signal: composition.signal });

  const adoption = await unlessUnreadable(() => steps.adoptStack({ stack: stack.name }, step), NOT_ADOPTED, say);
  if (adoption.adopted) say(`Adopted ${adoption.running} containers of ${stack.name} as release 0, untouched.`);
  for (const sentence of adoption.drift) say(`Differs from the checkouts: ${sentence}`);

  const recalled = await steps.recallKeeper({ stack: stack.name }, step);
  if (recalled.running !== undefined) say(`Deployment ${recalled.running} of ${stack.name} runs; it goes on.`);
  // A keeper that is there already may not know of deployments that were made without its server.
  await client.workflow.signalWithStart('keepStack', {
    workflowId: keeperId(ref),
    taskQueue: taskQueueOf(host),
    signal: SIGNALS.numbering,
    signalArgs: [{ nextNumber: recalled.nextNumber }],
    args: [{ v: 1, ...ref, memory: recalledMemory(recalled) }],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    typedSearchAttributes: [attribute('Stack', stack.name), attribute('Host', host)],
    staticSummary: `keeps ${stack.name} on ${host}`,
    staticDetails: `Owns the right to change **${stack.name}** on **${host}**. Signals forceDeploy, deploymentNeeded, approve, reject, pause, resume; updates deploy, rollback; query status.`,
  });
  const { changed } = await unlessUnreadable(
    () => steps.reconcileSchedules({ stack: stack.name }, step),
    { changed: [] },
    say,
  );
  for (const change of changed) say(`Schedule ${change}`);
  for (const job of await startJobs(client, ref, await recordedJobs(jobsFile(stack))))
    say(`Started job ${job} (onstart)`);

  const isEmpty = (await stack.latestRelease()) === undefined && adoption.running === 0;
  if (isEmpty && recalled.running === undefined) await deployFirst(client, ref);
  else await lookNow(client, ref);
}

const NOT_ADOPTED = { adopted: false, running: 0, drift: [] };

/** A configuration that somebody broke must not keep the keeper from fetching the push that mends it. */
async function unlessUnreadable<T>(work: () => Promise<T>, otherwise: T, say: (line: string) => void): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isStepFailure(error, FAILURES.configuration)) throw error;
    say(`The configuration cannot be read; the last good one is in force for looking: ${error.message}`);
    return otherwise;
  }
}

/** A stack of which nothing runs and nothing is recorded is deployed at the first `up`. */
async function deployFirst(client: TemporalClient['client'], ref: StackRef): Promise<void> {
  const ask: DeployAsk = { first: true, reason: 'first deployment: nothing runs and nothing is recorded' };
  await client.workflow
    .getHandle(keeperId(ref))
    .executeUpdate<DeployAnswer, [DeployAsk]>(UPDATES.deploy, { args: [ask] });
}

/** What was pushed while nothing ran is not left for the next tick of a daily schedule. */
async function lookNow(client: TemporalClient['client'], ref: StackRef): Promise<void> {
  await client.workflow.start('checkStack', {
    workflowId: `check/${ref.host}/${ref.stack}/${randomUUID()}`,
    taskQueue: taskQueueOf(ref.host),
    args: [{ v: 1, ...ref }],
    typedSearchAttributes: [attribute('Stack', ref.stack), attribute('Host', ref.host)],
    staticSummary: `looks at ${ref.stack} at start`,
  });
}
