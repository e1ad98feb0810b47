/** What Cowbird's answers mean. Pure. Source: `cowbird/api/home/views.py` and `cowbird/api/handlers/views.py`, 1.0.0 to 2.6.0. */
import { z } from 'zod';
import { jsonOf } from '../shared/web.js';
import { isUnheard, whyNot, type Heard } from './ask.js';

const Root = z.object({ title: z.string() });
const Version = z.object({
  version: z.string(),
  worker_version: z.string().nullable().default(null),
  version_detail: z.string().default(''),
});
const Handlers = z.object({ handlers: z.array(z.string()) });
const Users = z.object({ user_names: z.array(z.string()) });

export const isCowbird = (heard: Heard): boolean => {
  const root = readBody(Root, heard, 200);
  return root !== undefined && /\bCowbird\b/i.test(root.title);
};

/**
 * silent: the worker does not answer in time; unregistered: the API itself does not know the task by which it asks; no way: what stands
 * between them is away. `status`: of the answer. unread: none of Cowbird, a clause.
 */
export type VersionSight =
  | { is: 'in step'; version: string; workerVersion: string }
  | { is: 'differs'; version: string; workerVersion: string }
  | { is: 'silent' | 'unregistered' | 'no way'; version?: string; status: number }
  | { is: 'unread'; why: string };

/** 1.0.0 says 200 and null of a worker that is silent, later ones 424: both are the same failure. */
export function readVersion(heard: Heard): VersionSight {
  const read = readBody(Version, heard, 200, 424, 500);
  if (read === undefined || isUnheard(heard)) return { is: 'unread', why: whyNot(heard) };
  const { status } = heard;
  const { version, worker_version: workerVersion, version_detail: detail } = read;
  if (status === 500) return { is: 'no way', version, status };
  if (workerVersion === null || status === 424) {
    return { is: /worker version : \[unknown\]/.test(detail) ? 'unregistered' : 'silent', version, status };
  }
  return { is: workerVersion === version ? 'in step' : 'differs', version, workerVersion };
}

/** Names of active handlers, or why they were not told: a clause. */
export function readHandlers(heard: Heard): { names: string[] } | { why: string } {
  const read = readBody(Handlers, heard, 200);
  return read === undefined ? { why: whyNot(heard) } : { names: read.handlers };
}

/** Names of people in Magpie, or why they were not told: a clause. */
export function readUsers(heard: Heard): { names: string[] } | { why: string } {
  const read = readBody(Users, heard, 200);
  return read === undefined ? { why: whyNot(heard) } : { names: read.user_names };
}

function readBody<Schema extends z.ZodType>(
  schema: Schema,
  heard: Heard,
  ...statuses: readonly number[]
): z.output<Schema> | undefined {
  if (isUnheard(heard) || !statuses.includes(heard.status)) return undefined;
  const read = schema.safeParse(jsonOf(heard));
  return read.success ? read.data : undefined;
}
