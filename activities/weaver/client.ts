/**
 * What birdkeeper asks of Weaver. Each answer is read into what follows from it; statuses and bodies are those of Weaver 4.22 to
 * 6.15 (`weaver/wps_restapi/providers`).
 */
import { z } from 'zod';
import type { Deadline } from '../shared/deadline.js';
import { jsonOf, type Web, type WebAnswer, type WebRequest } from '../shared/web.js';

/** Who can be signed in, and again. */
export interface Session {
  readonly generation: number;
  open(deadline: Deadline, signal: AbortSignal): Promise<void>;
  renew(stale: number, deadline: Deadline, signal: AbortSignal): Promise<void>;
}

export interface Reach {
  web: Web;
  /** Of Weaver, without a slash at the end. */
  url: string;
  /** Absent: nobody guards it. */
  session?: Session;
  deadline: Deadline;
  signal: AbortSignal;
}

/** A registration takes up to 2 and 5 s inside Weaver. */
const ADD_MS = 10_000;
const ASK_MS = 10_000;
/** A listing asks the birds one after the other. */
const LIST_MS = 30_000;
const LAST_LOOK_MS = 500;

const Root = z.object({ message: z.string(), configuration: z.string().optional() });
const Ids = z.object({ providers: z.array(z.string()) });
const Provider = z.object({ id: z.string(), url: z.string(), public: z.boolean().optional() });
const Stored = z.object({ providers: z.array(Provider) });
const Refused = z.object({
  description: z.string().optional(),
  cause: z.unknown().optional(),
  error: z.unknown().optional(),
});
const Processes = z.object({ processes: z.array(z.unknown()) });

export type StoredProvider = z.output<typeof Provider>;

/** Weaver's own no, not Twitcher's: it plays a role that has no providers. */
export const speaksOfRole = ({ status, text }: Pick<WebAnswer, 'status' | 'text'>): boolean =>
  status === 403 && /provider operation/i.test(descriptionOf(text));

/** One line of what an error body says; empty when it says nothing. */
export function descriptionOf(text: string): string {
  const read = Refused.safeParse(jsonOf({ text }));
  if (!read.success) return '';
  const { description = '', cause, error } = read.data;
  const more = [cause, error]
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)));
  return [description, ...more].join(' ').replace(/\s+/g, ' ').slice(0, 400);
}

/** Asks; a session that has ended meanwhile is renewed once. */
export async function askWeaver(
  reach: Reach,
  request: Omit<WebRequest, 'url' | 'limitMs'> & { path: string; limitMs?: number },
): Promise<WebAnswer> {
  const { web, url, session, deadline, signal } = reach;
  const { path, limitMs = ASK_MS, ...rest } = request;
  const asked = { ...rest, url: `${url}${path}`, limitMs: within(limitMs, deadline) };
  const generation = session?.generation ?? 0;
  const answer = await web.ask(asked, signal);
  if (session === undefined || ![401, 403].includes(answer.status) || speaksOfRole(answer)) return answer;
  await session.renew(generation, deadline, signal);
  return web.ask(asked, signal);
}

/** A limit that ends with the time that is left; a moment is left always, for a last look. */
export const within = (limitMs: number, deadline: Deadline): number =>
  Math.max(LAST_LOOK_MS, Math.min(limitMs, deadline.leftMs()));

/** The role it plays; undefined: this is not (yet) Weaver. */
export async function askRoot(reach: Reach): Promise<{ role: string } | { answer: WebAnswer }> {
  const answer = await askWeaver(reach, { path: '/' });
  const root = Root.safeParse(jsonOf(answer));
  const isWeaver = answer.status === 200 && root.success && root.data.message === 'Weaver Information';
  return isWeaver ? { role: root.data.configuration ?? '' } : { answer };
}

/** Ids of what is registered. Weaver asks no bird for this. Undefined: it did not tell. */
export async function registeredIds(reach: Reach): Promise<string[] | { answer: WebAnswer }> {
  const answer = await askWeaver(reach, { path: '/providers?check=false&detail=false' });
  const ids = Ids.safeParse(jsonOf(answer));
  return answer.status === 200 && ids.success ? ids.data.providers : { answer };
}

/** What is registered under that id; the answer, when Weaver cannot read the bird or knows none. */
export async function storedProvider(reach: Reach, id: string): Promise<StoredProvider | { answer: WebAnswer }> {
  const answer = await askWeaver(reach, { path: `/providers/${id}` });
  const provider = Provider.safeParse(jsonOf(answer));
  return answer.status === 200 && provider.success ? provider.data : { answer };
}

/** All of them with their addresses, whether they answer or not: Weaver looks at each, one after the other. */
export async function storedProviders(reach: Reach): Promise<StoredProvider[] | { answer: WebAnswer }> {
  const answer = await askWeaver(reach, { path: '/providers?check=false&detail=true', limitMs: LIST_MS });
  const stored = Stored.safeParse(jsonOf(answer));
  return answer.status === 200 && stored.success ? stored.data.providers : { answer };
}

export const addProvider = (
  reach: Reach,
  provider: { id: string; url: string; public?: boolean },
): Promise<WebAnswer> => askWeaver(reach, { path: '/providers', method: 'POST', json: provider, limitMs: ADD_MS });

export const removeProvider = (reach: Reach, id: string): Promise<WebAnswer> =>
  askWeaver(reach, { path: `/providers/${id}`, method: 'DELETE' });

/** How many processes Weaver reads of a bird. */
export async function processesOf(reach: Reach, id: string): Promise<number | { answer: WebAnswer }> {
  const answer = await askWeaver(reach, { path: `/providers/${id}/processes?detail=false` });
  const read = Processes.safeParse(jsonOf(answer));
  return answer.status === 200 && read.success ? read.data.processes.length : { answer };
}
