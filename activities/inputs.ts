/**
 * What each activity accepts. Whoever reaches the Temporal server can start anything with any input, so every input is
 * checked here, strictly, before it is used: it holds names and words, never a command, a path or an image to run.
 */
import { z } from 'zod';
import { OUTCOMES, PHASES, TRIGGERS } from '../workflows/contract.js';
import { HOOKS, PLATFORM_STEPS } from '../workflows/model.js';
import { WeaverResult } from './state/follow-up-schemas.js';
import { Pause, WaitingRelease, WorkRequest } from './state/schemas.js';
import type { Activities } from './types.js';

const stack = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'should be the name of a stack');
const number = z.number().int().min(0).max(1_000_000_000);
const direction = z.enum(['forward', 'back']);
const release = z.number().int().min(-1).max(1_000_000_000);
const reason = z.string().max(2_000);
const by = z.string().min(1).max(200);
const component = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/\0]+$/, 'should be the name of a component');
const commits = z.record(
  z.string().min(1).max(200),
  z.string().regex(/^[0-9a-f]{40,64}$/, 'should be a full commit id'),
);

const job = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,120}$/, 'should be the name of a job');

const StackInput = z.strictObject({ stack });
const DeploymentInput = z.strictObject({ stack, number });

const RestoreInput = z.strictObject({
  stack,
  wanted: z
    .string()
    .regex(/^(latest|release:\d{1,9}|[0-9a-f]{8,64})$/, 'should be latest, release:N or the id of a snapshot'),
  only: z.array(z.string().min(1).max(200)).max(100).exactOptional(),
  saveFirst: z.boolean().exactOptional(),
});

type Inputs = { readonly [Name in keyof Activities]: z.ZodType<Parameters<Activities[Name]>[0]> };

const ATTEMPT = z.int().min(1).max(1_000);
const TIMES = { due: z.iso.datetime().exactOptional(), takenAt: z.iso.datetime().exactOptional() };

/** Of a provider, as Weaver takes it. */
const bird = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/, 'should be the id of a provider');
const birds = z.array(bird).min(1).max(500);
const begunAt = z.iso.datetime();
const handler = z.string().regex(/^[A-Za-z]{1,40}$/, 'should be the name of a handler');

export const INPUTS: Inputs = {
  recallKeeper: StackInput,
  noteKeeper: z.strictObject({
    stack,
    paused: Pause.exactOptional(),
    waiting: WaitingRelease.exactOptional(),
    working: WorkRequest.exactOptional(),
  }),
  awaitWork: z.strictObject({ stack, requester: z.string().min(1).max(400) }),
  rejectRelease: z.strictObject({ stack, number, commits, by, reason }),
  awaitDeployment: DeploymentInput,
  beginDeployment: z.strictObject({ stack, number, trigger: z.enum(TRIGGERS), reason, by: by.exactOptional() }),
  observeStack: z.strictObject({ stack, fetch: z.boolean(), number: number.exactOptional() }),
  verifyCommits: z.strictObject({ stack, commits, number: number.exactOptional() }),
  recallRelease: z.strictObject({ stack, number, release }),
  stageRelease: z.strictObject({ stack, number, commits }),
  validateRelease: z.strictObject({
    stack,
    number,
    repair: z.boolean(),
    skip: z.boolean().exactOptional(),
    release: release.exactOptional(),
  }),
  pullImages: DeploymentInput,
  backUpRelease: DeploymentInput,
  awaitIdle: DeploymentInput,
  advanceCheckouts: DeploymentInput,
  runHook: z.strictObject({
    stack,
    number,
    component,
    hook: z.enum(HOOKS),
    step: z.enum(PLATFORM_STEPS).exactOptional(),
    direction,
  }),
  applyServices: z.strictObject({ stack, number, direction }),
  settleServices: z.strictObject({ stack, number, direction }),
  handOver: DeploymentInput,
  reverseCheckouts: DeploymentInput,
  concludeDeployment: z.strictObject({
    stack,
    number,
    outcome: z.enum(OUTCOMES),
    phase: z.enum(PHASES),
    message: z.string().max(20_000),
    trigger: z.enum(TRIGGERS),
    reason,
    startedAt: z.iso.datetime({ offset: true }),
    quarantine: z.boolean(),
    by: by.exactOptional(),
    skipped: z.boolean().exactOptional(),
    leaves: z.boolean().exactOptional(),
  }),
  sendNotices: z.strictObject({ stack, number: number.exactOptional() }),
  reconcileSchedules: StackInput,
  adoptStack: StackInput,
  deployNotebooks: z.strictObject({ stack, force: z.boolean().exactOptional() }),
  rollbackNotebooks: z.strictObject({ stack, run: z.uuid() }),
  backUpStack: StackInput,
  rotateLogs: StackInput,
  restoreStack: RestoreInput,
  previewRestore: RestoreInput,
  verifyBackup: StackInput,
  deployData: z.strictObject({ stack, name: job, attempt: ATTEMPT.exactOptional(), ...TIMES }),
  lookAtWeaver: z.strictObject({ stack, begunAt, birds: birds.exactOptional(), number: number.exactOptional() }),
  registerProvider: z.strictObject({ stack, bird, begunAt }),
  findSilentProviders: z.strictObject({ stack, among: birds.exactOptional() }),
  unregisterProvider: z.strictObject({ stack, bird }),
  checkWeaverWorker: z.strictObject({ stack, begunAt }),
  restartWeaver: StackInput,
  listWeaverProcesses: StackInput,
  concludeWeaver: z.strictObject({ stack, result: WeaverResult, number: number.exactOptional() }),
  verifyCowbird: z.strictObject({ stack, number: number.exactOptional() }),
  resyncCowbird: z.strictObject({ stack, handler }),
  runContainerJob: z.strictObject({
    stack,
    name: job,
    hash: z.string().regex(/^[0-9a-f]{16}$/, 'should be the hash of a job'),
    run: z.uuid(),
    attempt: ATTEMPT,
    ...TIMES,
  }),
};
