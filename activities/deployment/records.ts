/** What a deployment writes down for its later phases, in its folder. */
import { z } from 'zod';
import { ContainerCopy } from '../docker/copies.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { readJson, writeJson } from '../shared/files.js';
import type { ServiceFingerprint as Fingerprint } from '../../workflows/model.js';
import { HookResult, ServiceFingerprint } from '../state/schemas.js';
import type { StackState } from '../state/index.js';

/** Commits that a deployment was to bring, written before anything is staged. */
export const WANTED_FILE = 'wanted.json';
export const Commits = z.record(z.string(), z.string());

export const PlanRecord = z.object({
  repair: z.boolean(),
  /** What is checked out before `advance`. */
  from: Commits,
  /** What the deployment brings. */
  to: Commits,
  /** Where a rollback goes: the recorded release, where it is an ancestor of `to`, else `from`. */
  back: Commits,
  needs: z.array(
    z.object({
      reference: z.string(),
      how: z.enum(['present', 'pull', 'build']),
      reason: z.string(),
      services: z.array(z.string()),
      platform: z.string().exactOptional(),
      builtBy: z.string().exactOptional(),
    }),
  ),
  /** Services that were sick before anything was touched. */
  sickBefore: z.array(z.string()),
  /** URLs of probes that failed before anything was touched. */
  failingBefore: z.array(z.string()),
  /** Services that had containers before. */
  ranBefore: z.array(z.string()),
  /** The conditional triggers said no: nothing is touched. */
  skip: z.boolean().default(false),
  /** Number of the kept release whose images are run. */
  release: z.number().int().exactOptional(),
  /** Digests of the tags that moved in the registry, by reference. */
  moved: z.record(z.string(), z.string()).default({}),
  /** Services that are touched. */
  touched: z.array(z.string()).default([]),
  needsApproval: z.boolean().default(false),
  opensAt: z.string().exactOptional(),
  /** How each checkout goes to `to`, where that is no fast-forward. */
  resets: z.array(z.string()).default([]),
  /** Tag or commit by checkout, of those that are pinned. */
  pins: z.record(z.string(), z.string()).default({}),
});
export type PlanRecord = z.infer<typeof PlanRecord>;

/** What `apply` made of each service, so that what is recorded is what was applied. */
const AppliedRecord = z.record(z.string(), ServiceFingerprint);
export const APPLIED_FILE = 'applied.json';

/** The worker's own container, which a helper replaces: what is asked of it, then what it did. Holds secrets (`copy`). */
export const HandOverRecord = z.object({
  service: z.string(),
  /** Why it is replaced. */
  reason: z.string(),
  /** Empty: not known. */
  wantedImageId: z.string(),
  former: z.object({
    id: z.string(),
    imageId: z.string(),
    environment: z.record(z.string(), z.string()),
    networkMode: z.string(),
  }),
  /** Of the former container; there as soon as a helper is started. */
  copy: ContainerCopy.exactOptional(),
  /** Image ids by service, where they are pinned. */
  pins: z.record(z.string(), z.string()).default({}),
  outcome: z.enum(['replaced', 'put back', 'failed']).exactOptional(),
  /** Id of the container that was made again in the place of the former one. */
  restored: z.string().exactOptional(),
  /** Why it was not replaced; there before an outcome: it is being put back. */
  message: z.string().exactOptional(),
});
export type HandOverRecord = z.infer<typeof HandOverRecord>;
export const HAND_OVER_FILE = 'hand-over.json';

/** One line per hook that ran, in order. */
export const HookResults = z.array(HookResult);

/** When the waiting for users' work began, in milliseconds since 1970. */
export const WaitRecord = z.object({ since: z.number() });

export const BeginRecord = z.object({
  startedAt: z.string(),
  /** Recorded services that were not sick then. */
  wellBefore: z.array(z.string()).default([]),
});

/** Files of the live side before `advance` wrote them; null: there was none. Base64, because text need not be UTF-8. */
export const FormerFiles = z.array(z.object({ path: z.string(), text: z.string().nullable() }));

export async function readRecord<T>(
  stack: StackState,
  number: number,
  file: string,
  schema: z.ZodType<T, unknown>,
): Promise<T | undefined> {
  return readJson(`${await stack.deploymentFolder(number)}/${file}`, schema);
}

export async function writeRecord(stack: StackState, number: number, file: string, value: unknown): Promise<void> {
  await writeJson(`${await stack.deploymentFolder(number)}/${file}`, value);
}

/** Throws BadInput when the deployment was never planned: activities are started in order, by the keeper's child only. */
export async function planOf(stack: StackState, number: number): Promise<PlanRecord> {
  const plan = await readRecord(stack, number, 'plan.json', PlanRecord);
  if (!plan) throw new StepFailure(FAILURES.badInput, `Deployment ${number} of ${stack.name} has no plan.`);
  return plan;
}

/** Throws BadInput when the deployment never reached `apply`. */
export async function appliedOf(stack: StackState, number: number): Promise<Record<string, Fingerprint>> {
  const applied = await readRecord(stack, number, APPLIED_FILE, AppliedRecord);
  if (!applied) throw new StepFailure(FAILURES.badInput, `Deployment ${number} of ${stack.name} has applied nothing.`);
  return applied;
}
