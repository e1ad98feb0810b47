/** Puts the worker together: settings, logger, engine, state, activities. */
import { Runtime, type BufferedMetricUpdate } from '@temporalio/worker';
import { FAILURES, isStepFailure, messageOf } from '../activities/shared/failures.js';
import { redactUrls, type Redact } from '../activities/shared/redact.js';
import { createActivities } from '../activities/index.js';
import type { Dependencies } from '../activities/deployment/dependencies.js';
import { tellHeldUp } from '../activities/deployment/notices.js';
import { openConfigurationTogether } from '../activities/deployment/open.js';
import { createEngine } from '../activities/docker/engine.js';
import { StateDirectory, type StackState } from '../activities/state/index.js';
import type { StepLog } from '../activities/shared/step.js';
import type { StepActivities } from '../activities/types.js';
import { deploymentId, SIGNALS } from '../workflows/contract.js';
import type { TemporalClient } from './client.js';
import { logDirectoryChooser, readHostSettings, type HostSettings } from './host-settings.js';
import type { StackPlace } from '../client/handlers.js';
import { LogFiles, type Remembered } from './journal.js';
import { createLogger, temporalLogger, type Logger } from './logger.js';
import { createBuffer } from './metrics/sdk.js';
import { registerStack } from './register.js';
import { temporalSchedules } from './schedule-client.js';
import { deploymentPhase, workflowState } from './workflow-state.js';
import { toTemporalActivities } from './temporal-activities.js';

export interface Composition {
  settings: HostSettings;
  state: StateDirectory;
  /** What activities stand on, without a server. */
  dependencies: Dependencies;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** What Temporal's library has to tell since it was asked last. */
  sdkMetrics: () => Iterable<BufferedMetricUpdate>;
  /** Aborted when the process is to end at once. */
  signal: AbortSignal;
  /** Labels of the steps that run now. */
  running: Set<string>;
  /** The worker takes no more work: who waits may end. */
  leave(): void;
  /** A line for the person at the terminal. */
  say: (line: string) => void;
  registerStack(place: StackPlace): Promise<StackState>;
  /** The activities as plain functions; with a client they reach the schedules. */
  steps(client?: TemporalClient): StepActivities;
  activities(client: TemporalClient): Record<string, (input: unknown) => Promise<unknown>>;
  /** What is taken out of messages about a stack. */
  redactFor: (stack: string) => Redact;
  /** Log of one activity. */
  logFor: (activity: string, input: { stack: string; number?: number }) => StepLog;
  close(): Promise<void>;
}

/** While a server is away, each retry of each poll would be a line; that it is away is told once, by `server.ts`. */
const QUIET_CORE = { logging: { filter: 'temporalio_sdk_core=WARN,temporalio_client=OFF', forward: {} } };

export interface CompositionOptions {
  /** Nothing is said on the terminal: `plan` prints its answer and nothing else. */
  quiet?: boolean;
  /** No Temporal library is set up: nothing of it is used. */
  plainSteps?: boolean;
  /** State directory in the place of the host's. */
  scratch?: string;
}

export async function composeWorker({
  quiet = false,
  plainSteps = false,
  scratch,
}: CompositionOptions = {}): Promise<Composition> {
  const settings = await readHostSettings();
  const logger = createLogger({ format: settings.logFormat, level: quiet ? 'error' : 'info' });
  for (const notice of settings.notices) logger.info(notice);
  // The worker is stopped by `untilStopped`, which lets a second ^C leave at once.
  const buffer = quiet || plainSteps ? undefined : createBuffer();
  if (buffer !== undefined)
    Runtime.install({
      logger: temporalLogger(logger),
      shutdownSignals: [],
      telemetryOptions: { ...QUIET_CORE, metrics: { buffer } },
    });

  const chooseLogDirectory = logDirectoryChooser(settings.personalLogDirectory, (notice) => logger.info(notice));
  const remembered = new Map<string, Remembered>();
  const journal = new LogFiles({
    format: settings.logFormat,
    logger,
    fallbackDir: await chooseLogDirectory(undefined),
    remembered: (stack) => remembered.get(stack),
  });
  const { dockerHost, host, stateDirectory, childEnvironment } = settings;
  const state = new StateDirectory(scratch ?? stateDirectory);
  const dependencies = (client?: TemporalClient): Dependencies => ({
    host,
    state,
    engine: createEngine(dockerHost === undefined ? {} : { dockerHost }),
    environment: childEnvironment,
    journal,
    logDirectory: chooseLogDirectory,
    remember: async (stack, { redact, logDir }) => {
      const chosen = await chooseLogDirectory(logDir);
      const isNew = remembered.get(stack)?.logDir !== chosen;
      remembered.set(stack, { redact, logDir: chosen });
      if (client !== undefined && isNew) await (await state.stack(stack)).noteLogDirectory(chosen);
    },
    ...(client === undefined ? {} : reachable(client, host)),
  });
  const running = new Set<string>();
  const controller = new AbortController();
  const leaving = new AbortController();

  return {
    settings,
    state,
    dependencies: dependencies(),
    logger,
    sdkMetrics: () => buffer?.retrieveUpdates() ?? [],
    signal: controller.signal,
    running,
    leave: () => leaving.abort(),
    say: (line) => logger.info(line),
    registerStack: ({ stackDir, envFile, era }) =>
      registerStack({
        stackDir,
        ...(envFile === undefined ? {} : { envFile }),
        ...(era === undefined ? {} : { era }),
        state,
        deps: dependencies(),
        signal: controller.signal,
      }),
    redactFor: (stack) => remembered.get(stack)?.redact ?? redactUrls,
    logFor: (activity, input) => journal.forActivity(activity, input),
    steps: (client) => createActivities(dependencies(client)),
    activities: (client) => {
      const deps = dependencies(client);
      return toTemporalActivities(createActivities(deps), {
        running,
        leaving: leaving.signal,
        redactFor: (stack) => remembered.get(stack)?.redact ?? redactUrls,
        logFor: (activity, input) => journal.forActivity(activity, input),
        prepare: (stack, signal) => readOnce(stack, deps, remembered, signal),
        heldUp: async (input, signal) => {
          const log = journal.forActivity('sendNotices', input);
          // The next try tells it, and whatever is wrong with a receiver is no failure of the step.
          await tellHeldUp(input, { log, signal }, deps).catch((error: unknown) => {
            log.warn(`Nobody was told that it is held up: ${messageOf(error)}`);
          });
        },
      });
    },
    close: async () => {
      controller.abort();
      await logger.close();
    },
  };
}

function reachable(
  { client }: TemporalClient,
  host: string,
): Pick<Dependencies, 'schedules' | 'isDeploymentOpen' | 'workflowState' | 'deploymentPhase' | 'drain'> {
  return {
    schedules: temporalSchedules(client.schedule),
    drain: async (keepers) => {
      for (const id of keepers) await client.workflow.getHandle(id).signal(SIGNALS.handOver, { by: 'a new worker' });
    },
    workflowState: (workflowId) => workflowState(client, workflowId),
    deploymentPhase: (stack) => deploymentPhase(client, { host, stack }),
    isDeploymentOpen: async (stack, number) => {
      try {
        const { status } = await client.workflow.getHandle(deploymentId({ host, stack }, number)).describe();
        return status.name === 'RUNNING';
      } catch {
        return false;
      }
    },
  };
}

/** A worker that comes back in the middle of a deployment must know what to keep out of its log before it writes to it. */
async function readOnce(
  stack: string,
  deps: Dependencies,
  remembered: Map<string, Remembered>,
  signal: AbortSignal,
): Promise<void> {
  if (remembered.has(stack)) return;
  try {
    await openConfigurationTogether(await deps.state.stack(stack), deps, signal);
  } catch (error) {
    // The activity itself will say so, in its own words.
    if (!isStepFailure(error, FAILURES.configuration) && !isStepFailure(error, FAILURES.badInput)) throw error;
  }
}
