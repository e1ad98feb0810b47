/** One Cowbird: its handlers, its worker, and what it was told. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** By their priority. */
export const HANDLERS = ['FileSystem', 'Magpie', 'Geoserver', 'Catalog', 'Thredds', 'Nginx'] as const;

export interface CowbirdBehaviour {
  /**
   * stopped: it does not answer in time; unregistered: the API does not know its tasks; no broker: there is nowhere to ask; broker hangs:
   * it takes the question and never answers, and neither does Cowbird.
   */
  worker: 'running' | 'stopped' | 'unregistered' | 'no broker' | 'broker hangs';
  /** How long a worker that is stopped is waited for; 2 s in the real one. */
  workerWaitMs: number;
  /** What the worker says it is; the version of the API when undefined. */
  workerVersion: string | undefined;
  handlers: readonly string[];
  /** Those that fail at everything. */
  failing: readonly string[];
  /** So many requests are answered 503, as by a server that starts. */
  notReadyFor: number;
  /** Until then (milliseconds since 1970), too. */
  notReadyUntil: number;
  delayMs: number;
}

export interface CowbirdOptions {
  /** 1.0.0 tells nothing of a worker that is silent (200, null); before 2.1.0 there is no resync. */
  version?: string;
  /** Public address. */
  url?: string;
  /** Where a user that is made gets a directory; nowhere when absent. */
  workspaces?: string;
  /** Where its worker tells its version; absent: it has one that is told of in `behaviour`. */
  workerUrl?: string;
  behaviour?: Partial<CowbirdBehaviour>;
}

export interface Event {
  kind: 'users' | 'permissions';
  body: Readonly<Record<string, unknown>>;
}

export class Cowbird {
  readonly version: string;
  readonly url: string;
  readonly workspaces: string | undefined;
  readonly workerUrl: string | undefined;
  readonly behaviour: CowbirdBehaviour;
  /** Somebody asked for the description of its API. */
  isDescribed = false;
  /** What webhooks said, in order. */
  readonly events: Event[] = [];
  /** Handlers that were told to begin anew, in order. */
  readonly resyncs: string[] = [];

  constructor(options: CowbirdOptions = {}) {
    const { version = '2.6.0', url = 'http://localhost:7000', workspaces, workerUrl, behaviour } = options;
    this.version = version;
    this.url = url;
    this.workspaces = workspaces;
    this.workerUrl = workerUrl;
    this.behaviour = {
      worker: 'running',
      workerWaitMs: 0,
      workerVersion: undefined,
      handlers: HANDLERS,
      failing: [],
      notReadyFor: 0,
      notReadyUntil: 0,
      delayMs: 0,
      ...behaviour,
    };
  }

  behave(change: Partial<CowbirdBehaviour>): void {
    Object.assign(this.behaviour, change);
  }

  isBefore(version: string): boolean {
    return compare(this.version, version) < 0;
  }

  /** What the handlers do with a user; false: one of them failed. */
  async tellOfUser(event: string, name: string): Promise<boolean> {
    const { handlers, failing } = this.behaviour;
    if (this.workspaces !== undefined && handlers.includes('FileSystem') && !failing.includes('FileSystem')) {
      const place = join(this.workspaces, name);
      await (event === 'created' ? mkdir(place, { recursive: true }) : rm(place, { recursive: true, force: true }));
    }
    return !handlers.some((handler) => failing.includes(handler));
  }
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (const i of [0, 1, 2]) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
