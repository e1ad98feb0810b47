/** How a directory of logs is rotated. Pure. */
import { z } from 'zod';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const WEEK_DAYS = 7;

/** The defaults are those of birdhouse-deploy's own logrotate file: rotate 6, weekly, minsize 500k, compress. */
export const RotationRules = z.strictObject({
  /** Rotated files that stay of each log. */
  keep: z.number().int().min(1).max(10_000).default(6),
  /** Days of the calendar (UTC) between two rotations of a log; 0: its size alone decides. */
  everyDays: z.number().int().min(0).max(10_000).default(WEEK_DAYS),
  /** A smaller log is left alone. */
  minimumBytes: z
    .number()
    .int()
    .min(1)
    .default(500 * KIBIBYTE),
  compress: z.boolean().default(true),
  /** A log that was set aside is compressed when nothing has written to it for so long. */
  quietMinutes: z
    .number()
    .int()
    .min(0)
    .default(WEEK_DAYS * 24 * 60),
});
export type RotationRules = z.infer<typeof RotationRules>;
/** What the caller names; the rest has defaults. */
export type RotationRulesInput = z.input<typeof RotationRules>;

/**
 * birdhouse-deploy's: rotate 50, size 20M, delaycompress. nginx leaves a renamed log as soon as it is told to, so a short
 * quiet is enough.
 */
export const NGINX_RULES: RotationRules = {
  keep: 50,
  everyDays: 0,
  minimumBytes: 20 * MEBIBYTE,
  compress: true,
  quietMinutes: 5,
};

/** Of the file that takes the place of a log which was set aside. */
export interface Ownership {
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** birdhouse-deploy's: create 640 root root. */
export const NGINX_OWNERSHIP: Ownership = { mode: 0o640, uid: 0, gid: 0 };
