/**
 * What each activity accepts. Whoever reaches the Temporal server can start anything with any input, so every input is
 * checked here, strictly, before it is used: it holds names and words, never a command, a path or an image to run.
 */
import { z } from 'zod';
import { OUTCOMES, PHASES, TRIGGERS } from '../workflows/contract.js';
import type { Activities } from './types.js';

const stack = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'should be the name of a stack');
const number = z.number().int().min(0).max(1_000_000_000);
const direction = z.enum(['forward', 'back']);
const reason = z.string().max(2_000);
const commits = z.record(
  z.string().min(1).max(200),
  z.string().regex(/^[0-9a-f]{40,64}$/, 'should be a full commit id'),
);

const StackInput = z.strictObject({ stack });
const DeploymentInput = z.strictObject({ stack, number });

type Inputs = { readonly [Name in keyof Activities]: z.ZodType<Parameters<Activities[Name]>[0]> };

export const INPUTS: Inputs = {
  recallKeeper: StackInput,
  beginDeployment: z.strictObject({ stack, number, trigger: z.enum(TRIGGERS), reason }),
  observeStack: z.strictObject({ stack, fetch: z.boolean(), number: number.exactOptional() }),
  stageRelease: z.strictObject({ stack, number, commits }),
  validateRelease: z.strictObject({ stack, number, repair: z.boolean() }),
  pullImages: DeploymentInput,
  advanceCheckouts: DeploymentInput,
  applyServices: z.strictObject({ stack, number, direction }),
  settleServices: z.strictObject({ stack, number, direction }),
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
  }),
  reconcileSchedules: StackInput,
  adoptStack: StackInput,
  deployNotebooks: StackInput,
  backUpStack: StackInput,
};
