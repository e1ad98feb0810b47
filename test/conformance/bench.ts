/** What a point works with: the Weaver that is judged, birds of its own, and nothing left behind of either. */
import { randomUUID } from 'node:crypto';
import { isAtLeast } from '../../scripts/setup/versions.mjs';
import { startBird, type Behaviour, type Bird, type BirdOptions } from '../support/doubles/bird.js';
import { ask, type Asked, type Told } from './client.js';

export interface Judged {
  /** Of Weaver, without a slash at the end. */
  url: string;
  /** Of who may register providers, when something guards it. */
  cookie?: string;
  /** Of a real bird, as Weaver reaches it. */
  bird?: string;
  /** Where birds of the suite listen, and Weaver reaches them; loopback unless given. */
  birdsHost?: string;
}

export interface Bench {
  readonly judged: Judged;
  /** What it calls itself in its landing page. */
  readonly role: string;
  /** An id that no other has. */
  id(): string;
  bird(behaviour?: Behaviour, options?: BirdOptions): Promise<Bird>;
  ask(path: string, asked?: Asked): Promise<Told>;
  /** Registers; taken away at the end, whatever became of it. */
  add(id: unknown, url: unknown, more?: Readonly<Record<string, unknown>>, headers?: Asked['headers']): Promise<Told>;
  /** A bird of that behaviour that was good when it was registered. */
  registered(behaviour?: Behaviour, options?: BirdOptions): Promise<{ id: string; bird: Bird }>;
  /** Ids of what is registered, as nobody is asked about it. */
  ids(): Promise<string[]>;
}

/** A point of the list, or what else its source tells. */
export interface Point {
  /** Of the list that doubles are judged by. */
  number: number;
  name: string;
  /** It holds in this release and later ones; what was measured of an older one was otherwise. */
  from?: string;
  /** It waits for limits of Weaver, which are seconds. */
  slow?: boolean;
  /** Roles in which it can be seen; those with providers unless given. */
  roles?: readonly string[];
  /** Why it cannot be seen here; absent: it can. */
  needs?: (judged: Judged) => string | undefined;
  judge(bench: Bench): Promise<void>;
}

export const WITH_PROVIDERS = ['HYBRID', 'EMS'];
export const WITHOUT_PROVIDERS = ['ADES', 'DEFAULT'];

/** What a Weaver says of itself. */
export interface Known {
  role: string;
  /** As `6.8.3`. */
  release: string;
}

/** Why a point is not judged; undefined: it is. */
export function reasonToSkip(point: Point, judged: Judged, { role, release }: Known): string | undefined {
  const roles = point.roles ?? WITH_PROVIDERS;
  if (!roles.includes(role)) return `this Weaver has the role ${role}, and the point needs ${roles.join(' or ')}`;
  if (point.from !== undefined && !isAtLeast(release, point.from)) {
    return `this is Weaver ${release}, and the point holds from ${point.from} on`;
  }
  return point.needs?.(judged);
}

/** Throws when it is no Weaver. */
export async function meet({ url, cookie }: Judged): Promise<Known> {
  const { status, json, text } = await ask(`${url}/`, {}, cookie);
  const { message, configuration } = (json ?? {}) as { message?: string; configuration?: string };
  if (status !== 200 || message !== 'Weaver Information' || configuration === undefined) {
    throw new Error(`${url}/ is no Weaver: it answers with status ${status}: ${text.slice(0, 200)}`);
  }
  const { versions = [] } = (await ask(`${url}/versions`, {}, cookie)).json as {
    versions?: { name: string; version: string }[];
  };
  return { role: configuration, release: versions.find(({ name }) => name === 'weaver')?.version ?? '0.0.0' };
}

/** Judges one point; what it registered and started is gone afterwards. */
export async function judge(point: Point, judged: Judged, { role }: Known): Promise<void> {
  const birds: Bird[] = [];
  const ids = new Set<string>();
  const bench = benchOf(judged, role, birds, ids);
  try {
    await point.judge(bench);
  } finally {
    for (const id of ids)
      await bench.ask(`/providers/${encodeURIComponent(id)}`, { method: 'DELETE' }).catch(() => undefined);
    await Promise.all(birds.map((bird) => bird.close()));
  }
}

function benchOf(judged: Judged, role: string, birds: Bird[], ids: Set<string>): Bench {
  const bench: Bench = {
    judged,
    role,
    id: () => `conformance-${randomUUID().slice(0, 13)}`,
    bird: async (behaviour, options) => {
      const bird = await startBird(behaviour, { host: judged.birdsHost ?? '127.0.0.1', ...options });
      birds.push(bird);
      return bird;
    },
    ask: (path, asked) => ask(`${judged.url}${path}`, asked, judged.cookie),
    add: (id, url, more, headers) => {
      if (typeof id === 'string') ids.add(id);
      const json = { ...(id === undefined ? {} : { id }), ...(url === undefined ? {} : { url }), ...more };
      return bench.ask('/providers', { method: 'POST', json, ...(headers === undefined ? {} : { headers }) });
    },
    registered: async (behaviour, options) => {
      const [id, bird] = [bench.id(), await bench.bird('good', options)];
      const { status, text } = await bench.add(id, bird.url);
      if (status !== 201) throw new Error(`a good bird is not registered: ${status}: ${text.slice(0, 300)}`);
      if (behaviour !== undefined) await bird.become(behaviour);
      bird.requests.length = 0;
      return { id, bird };
    },
    ids: async () => {
      const { json } = await bench.ask('/providers?check=false&detail=false');
      return (json as { providers: string[] }).providers;
    },
  };
  return bench;
}
