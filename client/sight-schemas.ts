/** What a look at Weaver or Cowbird prints as JSON. */
import { z } from 'zod';
import { BirdOutcome } from '../activities/state/follow-up-schemas.js';
import type { WeaverSight } from '../workflows/bird-sight.js';
import type { CowbirdSight } from '../workflows/cowbird-model.js';

export const WeaverAnswer = z.object({
  stack: z.string(),
  url: z.string(),
  role: z.string().exactOptional(),
  problem: z.string().exactOptional(),
  birds: z.array(
    z.object({
      bird: z.string(),
      url: z.string().exactOptional(),
      wanted: z.boolean(),
      registered: z.boolean(),
      answers: z.boolean().nullable(),
      processes: z.number().exactOptional(),
      why: z.string().exactOptional(),
      todo: z.string().exactOptional(),
    }),
  ),
  last: z
    .object({ at: z.string(), inStep: z.boolean(), summary: z.string(), birds: z.array(BirdOutcome) })
    .exactOptional(),
}) satisfies z.ZodType<WeaverSight>;

export const CowbirdAnswer = z.object({
  stack: z.string(),
  url: z.string(),
  inStep: z.boolean(),
  version: z.string().exactOptional(),
  workerVersion: z.string().exactOptional(),
  handlers: z.array(z.string()),
  findings: z.array(z.object({ what: z.string(), why: z.string(), todo: z.string() })),
  withoutWorkspace: z.array(z.string()),
  last: z.object({ at: z.string(), inStep: z.boolean() }).exactOptional(),
}) satisfies z.ZodType<CowbirdSight>;
