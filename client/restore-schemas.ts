/** What `birdkeeper restore` is told and prints with `--json`. */
import { z } from 'zod';

export const RestorePreview = z.object({
  snapshot: z.string(),
  madeAt: z.string(),
  release: z.number().nullable(),
  /** Running containers that would be stopped meanwhile. */
  stops: z.array(z.string()),
  parts: z.array(
    z.object({
      key: z.string(),
      what: z.string(),
      changes: z.object({ write: z.number(), remove: z.number(), names: z.array(z.string()) }).exactOptional(),
    }),
  ),
});
export type RestorePreview = z.infer<typeof RestorePreview>;

export const RestoredParts = z.object({
  snapshot: z.string(),
  release: z.number().nullable(),
  restored: z.array(z.string()),
  aside: z.array(z.string()),
  saved: z.string().nullable(),
  stopped: z.array(z.string()),
  bytes: z.number(),
});
export type RestoredParts = z.infer<typeof RestoredParts>;
