/**
 * How services of a stack are talked to: by their public addresses, or by names that only the engine knows. One conversation per stack
 * and credentials, so that many activities share one session. It lives in the process: no cookie reaches a history.
 */
import { createHash } from 'node:crypto';
import type { EngineContainer } from '../docker/types.js';
import { addressOf } from '../weaver/place.js';
import { magpiePlace } from '../magpie/place.js';
import { MagpieSession, type MagpiePlace } from '../magpie/session.js';
import { elapsedMs } from '../shared/elapsed.js';
import { Together } from '../shared/together.js';
import { Web } from '../shared/web.js';
import type { Configuration } from '../stack/view.js';
import type { Dependencies } from './dependencies.js';

export interface Conversation {
  web: Web;
  /** Absent: the stack has no Magpie. */
  session?: MagpieSession;
  magpie?: Pick<MagpiePlace, 'url' | 'user'>;
}

/** Host → address; empty while it does not run. */
type Addresses = ReadonlyMap<string, string>;

interface Kept extends Conversation {
  key: string;
  /** By every name under which the engine knows it. */
  addresses: Addresses;
  /** Of `elapsedMs`. */
  lookedAt: number;
}

const kept = new Map<string, Kept>();
const looks = new Together<Addresses | undefined>();
const LOOK_MS = 60_000;
/** Containers come and go while somebody waits for one. */
const FRESH_MS = 2_000;

/** Throws Configuration when the stack has Magpie and no credentials for it. */
export async function converseWith(
  view: Configuration,
  deps: Pick<Dependencies, 'engine'>,
  signal: AbortSignal,
): Promise<Conversation> {
  const magpie = await magpiePlace(view, addressOf(view.variables, 'MAGPIE_URL', 'magpie'));
  const { verifyTls } = view.settings;
  const key = createHash('sha256')
    .update(JSON.stringify([magpie, verifyTls]))
    .digest('hex');
  const addresses = await looks.ask(view.name, signal, () => addressesOf(view.name, deps));
  const lookedAt = elapsedMs();
  const known = kept.get(view.directory);
  if (known?.key === key) return Object.assign(known, { lookedAt, addresses: addresses ?? known.addresses });
  const resolve = (host: string) => {
    if (elapsedMs() - made.lookedAt > FRESH_MS) void freshen(made, () => addressesOf(view.name, deps));
    return made.addresses.get(host);
  };
  const web = new Web({ verifyTls, resolve });
  const made: Kept = { key, web, lookedAt, addresses: addresses ?? new Map() };
  if (magpie !== undefined) {
    const { url, user } = magpie;
    Object.assign(made, { session: new MagpieSession(made.web, magpie), magpie: { url, user } });
  }
  kept.set(view.directory, made);
  // Who still talks in the former one ends by itself: it has no session that would be good any more.
  return made;
}

/** For who asks next: nobody waits for it. */
async function freshen(talk: Kept, look: () => Promise<Addresses | undefined>): Promise<void> {
  talk.lookedAt = elapsedMs();
  talk.addresses = (await look()) ?? talk.addresses;
}

/**
 * A host reaches its bridges, a container only the networks that it is part of, whose names it is told by the engine. Undefined:
 * the engine does not answer, and what is asked then says so itself.
 */
async function addressesOf(project: string, deps: Pick<Dependencies, 'engine'>): Promise<Addresses | undefined> {
  const signal = AbortSignal.timeout(LOOK_MS);
  try {
    const own = await deps.engine.ownContainer({ signal });
    if (own !== undefined && own.networkMode !== 'host') return new Map();
    const containers = await deps.engine.containers(project, { signal });
    const found = containers.filter(({ oneOff }) => !oneOff).flatMap(namesOf);
    // Of two that have one name, the one that runs.
    return new Map(found.toSorted(([, one], [, other]) => Number(one !== '') - Number(other !== '')));
  } catch {
    return undefined;
  }
}

/** By service, by name, and by what its networks call it. One that runs in the network of the host has no address of its own. */
const namesOf = ({ service, name, state, networks = [] }: EngineContainer): [string, string][] =>
  networks
    .filter(({ address }) => address !== '' || state !== 'running')
    .flatMap(({ address, aliases }) => [service, name, ...aliases].map((host): [string, string] => [host, address]));
