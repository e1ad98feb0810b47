/** What is recorded of what follows deployments. */
import { z } from 'zod';
import { BIRD_WORDS, WORKER_WORDS } from '../../workflows/bird-model.js';

export const BirdOutcome = z.strictObject({
  bird: z.string().max(100),
  word: z.enum(BIRD_WORDS),
  processes: z.number().int().min(0).exactOptional(),
  why: z.string().max(2_000).exactOptional(),
  todo: z.string().max(1_000).exactOptional(),
});

const names = z.array(z.string().max(200)).max(1_000);

export const WeaverResult = z.strictObject({
  birds: z.array(BirdOutcome).max(500),
  removed: names,
  others: names,
  worker: z
    .strictObject({
      state: z.enum(WORKER_WORDS),
      why: z.string().max(2_000).exactOptional(),
      restarted: z.boolean().exactOptional(),
    })
    .exactOptional(),
  listing: z
    .strictObject({
      holds: z.record(z.string(), z.number()).exactOptional(),
      failed: z.string().max(2_000).exactOptional(),
      breaks: names,
      breaksIds: names,
    })
    .exactOptional(),
  failed: z.string().max(20_000).exactOptional(),
  basis: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .exactOptional(),
});

/** `weaver.json`: how the newest registration ended. */
export const WeaverNote = z.object({
  /** ISO 8601, UTC. */
  at: z.string(),
  /** When all was in step last. */
  goodAt: z.string().exactOptional(),
  inStep: z.boolean(),
  /** Of every bird that is wanted, the newest that is known. */
  birds: z.array(BirdOutcome),
  others: names.default([]),
  worker: z.enum(WORKER_WORDS).exactOptional(),
  /** The list that users are promised is answered. Absent: it was not asked for. */
  listed: z.boolean().exactOptional(),
  /** First line of what was said. */
  summary: z.string(),
  /** Hash of who was wanted and where. */
  wanted: z.string(),
});
export type WeaverNote = z.infer<typeof WeaverNote>;

/** `cowbird.json`: what the newest look at Cowbird saw. */
export const CowbirdNote = z.object({
  at: z.string(),
  goodAt: z.string().exactOptional(),
  inStep: z.boolean(),
  version: z.string().exactOptional(),
  workerVersion: z.string().exactOptional(),
  handlers: names.default([]),
  findings: z.array(z.object({ what: z.string(), why: z.string(), todo: z.string() })).default([]),
  withoutWorkspace: names.default([]),
});
export type CowbirdNote = z.infer<typeof CowbirdNote>;
