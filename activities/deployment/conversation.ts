/**
 * How services of a stack are talked to: by their public addresses, or by names that only the engine knows. One conversation per stack
 * and credentials, so that many activities share one session. It lives in the process: no cookie reaches a history.
 */
import { createHash } from 'node:crypto';
import type { EngineContainer } from '../docker/types.js';
import { addressOf } from '../weaver/place.js';
import { magpiePlace } from '../magpie/place.js';
import { MagpieSession, type MagpiePlace } from '../magpie/session.js';
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

interface Kept extends Conversation {
  key: string;
  /** By every name under which the engine knows it. */
  addresses: Map<string, string>;
}

const kept = new Map<string, Kept>();
const looks = new Together<Map<string, string>>();
const LOOK_MS = 60_000;

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
  const known = kept.get(view.directory);
  if (known?.key === key) {
    known.addresses = addresses;
    return known;
  }
  const made: Kept = { key, addresses, web: new Web({ verifyTls, resolve: (host) => made.addresses.get(host) }) };
  if (magpie !== undefined) {
    const { url, user } = magpie;
    Object.assign(made, { session: new MagpieSession(made.web, magpie), magpie: { url, user } });
  }
  kept.set(view.directory, made);
  // Who still talks in the former one ends by itself: it has no session that would be good any more.
  return made;
}

/**
 * A host reaches its bridges, a container only the networks that it is part of, whose names it is told by the engine. An engine that
 * does not answer has no names: what is asked then says so itself.
 */
async function addressesOf(project: string, deps: Pick<Dependencies, 'engine'>): Promise<Map<string, string>> {
  const signal = AbortSignal.timeout(LOOK_MS);
  try {
    const own = await deps.engine.ownContainer({ signal });
    if (own !== undefined && own.networkMode !== 'host') return new Map();
    const containers = await deps.engine.containers(project, { signal });
    const found = containers.filter(({ oneOff }) => !oneOff);
    return new Map(found.flatMap(namesOf));
  } catch {
    return new Map();
  }
}

/** By service, by name, and by what its networks call it. */
const namesOf = ({ service, name, networks = [] }: EngineContainer): [string, string][] =>
  networks.flatMap(({ address, aliases }) =>
    [service, name, ...aliases].map((host): [string, string] => [host, address]),
  );
