/** `x-birdkeeper` of a job: what docker-crontab has no words for. Pure. */
import { z } from 'zod';
import { OVERLAPS } from '../../workflows/contract.js';
import { parseDuration } from '../shared/duration.js';
import type { Fields } from './fields.js';
import type { JobOptions } from './model.js';

const duration = (least: number) =>
  z.unknown().transform((value, context) => {
    try {
      return parseDuration(value, { least });
    } catch (error) {
      context.addIssue(error instanceof RangeError ? error.message : 'is no time');
      return z.NEVER;
    }
  });
/** Temporal's floor for a catch-up window. */
const LEAST_CATCH_UP_SECONDS = 10;

const RETRIES = 'should be a whole number from 0 to 100';
const KEYS = ['overlap', 'catch-up', 'timeout', 'retries', 'needs-stack-lock'];

const Options = z.strictObject(
  {
    overlap: z.enum(OVERLAPS, { error: `should be one of: ${OVERLAPS.join(', ')}` }).default('skip'),
    'catch-up': z
      .union([z.literal('none').transform(() => LEAST_CATCH_UP_SECONDS), duration(LEAST_CATCH_UP_SECONDS)])
      .exactOptional(),
    timeout: duration(1).exactOptional(),
    retries: z
      .int({ error: RETRIES })
      .refine((number) => number >= 0 && number <= 100, { error: RETRIES })
      .exactOptional(),
    'needs-stack-lock': z.boolean({ error: 'should be true or false' }).default(false),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `has a key that is unknown; these are known: ${KEYS.join(', ')}`
        : 'should be a map (KEY: VALUE, one a line)',
  },
);

/** Throws FieldProblem. */
export function optionsIn(fields: Fields): JobOptions {
  const parsed = Options.safeParse(fields.plain('x-birdkeeper') ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw fields.problem('x-birdkeeper', `${where === '' ? '' : `(${where}) `}${issue?.message ?? 'is malformed'}`);
  }
  const { overlap, timeout, retries, ...rest } = parsed.data;
  return {
    overlap,
    needsStackLock: rest['needs-stack-lock'],
    ...(rest['catch-up'] === undefined ? {} : { catchUpSeconds: rest['catch-up'] }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    ...(retries === undefined ? {} : { retries }),
  };
}
