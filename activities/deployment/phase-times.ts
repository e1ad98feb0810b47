/** How long each phase of a deployment took and which one failed, written down beside the work, for its record. */
import { z } from 'zod';
import { PHASES, type Phase } from '../../workflows/contract.js';
import type { DeploymentRecord } from '../../workflows/model.js';
import type { Step } from '../shared/step.js';
import type { StateDirectory, StackState } from '../state/index.js';
import type { StepActivities } from '../types.js';
import { readRecord, writeRecord } from './records.js';

const FILE = 'phases.json';
const Times = z.object({
  /** Milliseconds since 1970. */
  phases: z.partialRecord(z.enum(PHASES), z.object({ from: z.number(), to: z.number() })),
  failedIn: z.enum(PHASES).exactOptional(),
});
export type Times = z.infer<typeof Times>;

interface Asked {
  stack: string;
  number?: number;
  fetch?: boolean;
  direction?: string;
}

const PHASE_OF: Partial<Record<keyof StepActivities, Phase>> = {
  verifyCommits: 'verify',
  stageRelease: 'stage',
  validateRelease: 'validate',
  pullImages: 'pull',
  awaitIdle: 'approve',
  backUpRelease: 'back up',
  advanceCheckouts: 'advance',
  runHook: 'apply',
  applyServices: 'apply',
  settleServices: 'settle',
  lookAtWeaver: 'follow up',
  concludeWeaver: 'follow up',
  verifyCowbird: 'follow up',
  handOver: 'hand over',
  reverseCheckouts: 'roll back',
};

/** The phase that an activity of a deployment is a part of. Pure. */
export function phaseOf(name: keyof StepActivities, { fetch, direction }: Asked): Phase | undefined {
  if (name === 'observeStack') return fetch ? 'fetch' : 'inspect';
  return direction === 'back' ? 'roll back' : PHASE_OF[name];
}

/** From the first beginning to the last end: tries, and the time in which no worker was there, count. Pure. */
export function withStep(
  { phases, failedIn }: Times,
  { phase, from, to, failed }: { phase: Phase; from: number; to: number; failed: boolean },
): Times {
  const former = phases[phase];
  const times = { ...phases, [phase]: { from: Math.min(former?.from ?? from, from), to } };
  // A try that ended well makes up for those before it. What failed first is why it was put back.
  const kept = failed
    ? phase === 'roll back'
      ? (failedIn ?? phase)
      : phase
    : failedIn === phase
      ? undefined
      : failedIn;
  return { phases: times, ...(kept === undefined ? {} : { failedIn: kept }) };
}

/** The same activities; those of a deployment write down when they began and ended. That never fails one. */
export function timed(steps: StepActivities, state: StateDirectory): StepActivities {
  const wrapped = Object.entries(steps).map(([name, run]): [string, unknown] => [
    name,
    async (input: Asked, step: Step) => {
      const phase = input.number === undefined ? undefined : phaseOf(name as keyof StepActivities, input);
      const act = run as (input: Asked, step: Step) => Promise<unknown>;
      if (phase === undefined || input.number === undefined) return act(input, step);
      const from = Date.now();
      let failed = true;
      try {
        const result = await act(input, step);
        failed = isFailure(result);
        return result;
      } finally {
        await note(state, { stack: input.stack, number: input.number }, { phase, from, to: Date.now(), failed });
      }
    },
  ]);
  return Object.fromEntries(wrapped) as unknown as StepActivities;
}

/** A look that finds something is no failure of its activity. */
const isFailure = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && 'inStep' in result && result.inStep === false;

async function note(
  state: StateDirectory,
  { stack: name, number }: { stack: string; number: number },
  step: Parameters<typeof withStep>[1],
): Promise<void> {
  try {
    const stack = await state.stack(name);
    const times = (await readRecord(stack, number, FILE, Times)) ?? { phases: {} };
    await writeRecord(stack, number, FILE, withStep(times, step));
  } catch {
    // A figure less; what went wrong with the disk is told by the step that needs it.
  }
}

/** For the record of the deployment. */
export async function timesOf(
  stack: StackState,
  number: number,
): Promise<Pick<DeploymentRecord, 'phases' | 'failedIn'>> {
  const times = await readRecord(stack, number, FILE, Times).catch(() => undefined);
  if (times === undefined) return {};
  const seconds = Object.entries(times.phases).map(([phase, { from, to }]): [string, number] => [
    phase,
    Math.max(0, to - from) / 1_000,
  ]);
  return { phases: Object.fromEntries(seconds), ...(times.failedIn === undefined ? {} : { failedIn: times.failedIn }) };
}
