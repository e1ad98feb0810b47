/**
 * Whether the new version of the worker goes on with what is open, asked of the new image itself before it takes over: it replays
 * the open histories of this host and changes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decideReplacement, WORKFLOW_KINDS, type Judged, type Replacement } from '../../workflows/take-over.js';
import type { OwnContainer } from '../docker/types.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { CommandFailed, runCommand, type Command } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';

const LIMIT_MS = 60_000;
const DRAIN_LOOK_MS = 5_000;
const ENTRY = '/usr/local/lib/birdkeeper/container/entry';

/** Answer of `birdkeeper replay --running --json`. */
const Answer = z.object({
  workflows: z.array(
    z.object({
      workflowId: z.string(),
      kind: z.enum(WORKFLOW_KINDS),
      stack: z.string().optional(),
      replays: z.boolean(),
      difference: z.string().optional(),
    }),
  ),
});

/** `unknown`: it could not be asked. A version of before does not know the question, and the helper puts back what does not poll. */
export type VersionVerdict = Replacement | { is: 'unknown'; why: string };

/** Looks only. */
export async function judgeVersion(
  stack: StackState,
  imageId: string,
  step: Step,
  deps: Dependencies,
): Promise<VersionVerdict> {
  const own = await deps.engine.ownContainer({ signal: step.signal });
  if (!own || imageId === '' || imageId === own.imageId) return { is: 'go' };
  try {
    const { stdout } = await runCommand(askCommand(own, imageId, stack.stack.directory), {
      env: { ...deps.environment, ...own.environment },
      signal: step.signal,
      timeoutMs: LIMIT_MS,
      okStatuses: [0, 1],
    });
    const { workflows } = Answer.parse(JSON.parse(stdout));
    return decideReplacement(workflows.map(judged), deps.host, stack.name);
  } catch (error) {
    step.signal.throwIfAborted();
    const why = error instanceof CommandFailed ? error.stderr.trim().split('\n').slice(-2).join(' ') : messageOf(error);
    return { is: 'unknown', why };
  }
}

const judged = ({
  workflowId,
  kind,
  replays,
  stack,
  difference,
}: z.infer<typeof Answer>['workflows'][number]): Judged => ({
  id: workflowId,
  kind,
  replays,
  ...(stack === undefined ? {} : { stack }),
  ...(difference === undefined ? {} : { difference }),
});

/** Beside the worker: its mounts, its network, its environment by names. */
function askCommand({ id, environment }: OwnContainer, imageId: string, directory: string): Command {
  const names = Object.keys(environment).filter((name) => name !== 'PATH' && name !== 'HOSTNAME');
  return {
    file: 'docker',
    args: [
      ...['run', '--rm', '--init', '--pull', 'never', '--log-driver', 'none', '--no-healthcheck'],
      ...['--network', `container:${id}`, '--volumes-from', id, ...names.flatMap((name) => ['--env', name])],
      ...['--entrypoint', ENTRY, imageId, 'birdkeeper', 'replay', '--running', '--json', '--stack', directory],
    ],
    shownAs: 'birdkeeper replay --running, in the new image',
  };
}

/** Before anything has moved. Throws Blocked when the new version cannot take over in the middle of a deployment. */
export async function refuseVersion(stack: StackState, imageId: string, step: Step, deps: Dependencies): Promise<void> {
  const verdict = await judgeVersion(stack, imageId, step, deps);
  if (verdict.is === 'refuse') throw new StepFailure(FAILURES.blocked, verdict.sentence);
}

/**
 * Returns when the new version may take over. Other stacks whose histories it does not go on with are drained first: their
 * keepers begin nothing more, and what they run is waited for. Throws Unhealthy when it cannot take over at all.
 */
export async function awaitVersion(stack: StackState, imageId: string, step: Step, deps: Dependencies): Promise<void> {
  for (;;) {
    const verdict = await judgeVersion(stack, imageId, step, deps);
    if (verdict.is === 'refuse') throw new StepFailure(FAILURES.unhealthy, verdict.sentence);
    if (verdict.is === 'unknown')
      step.log.warn(`The new version could not be asked what it goes on with: ${verdict.why}`);
    if (verdict.is !== 'drain' || deps.drain === undefined) return;
    step.log.info(
      `Before the worker is replaced these end: ${[...verdict.deployments, ...verdict.keepers].join(', ')}`,
    );
    step.heartbeat({ waitingFor: verdict.deployments });
    await deps.drain(verdict.keepers);
    await sleep(DRAIN_LOOK_MS, undefined, { signal: step.signal });
    if (step.leaving?.aborted) return;
  }
}
