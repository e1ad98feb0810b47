/**
 * Stands for Weaver: the routes that a registration of providers uses, with the answers of Weaver 6.8.3. It asks the birds itself, twice,
 * as Weaver does, so that what a bird does to Weaver it does to the double. Judged by test/conformance.
 */
import { byRoutes, serve, spacedJsonAnswer, type Answer, type Handler, type Seen, type ServeOptions } from '../http.js';
import {
  answerOf,
  compactAnswer,
  landingByAccept,
  notAllowed,
  pyramidAnswer,
  refusedByHeaders,
  schemaOf,
} from './answers.js';
import { realLooks, type Looks } from './capabilities.js';
import { Disturbances, type Disturbance } from './disturbance.js';
import { HttpFault, SchemaFault } from './faults.js';
import { listProcesses, listProviderProcesses, listProviders, processSummary } from './listing.js';
import { registrationOf } from './registration.js';
import { Service, serviceOf, type Asker } from './service.js';
import { memoryStore, type Store } from './store.js';

export type { Disturbance, Disturbing } from './disturbance.js';

export type Role = 'HYBRID' | 'EMS' | 'ADES' | 'DEFAULT';

export interface WeaverOptions extends ServeOptions {
  /** HYBRID unless given. */
  role?: Role;
  /** Path before all others, as `SCRIPT_NAME` makes it: `/weaver`. Nothing is answered without it. */
  prefix?: string;
  /** How the world sees it, for links: its own address unless given. */
  base?: string;
  version?: string;
  /** Its own processes. */
  local?: readonly string[];
  store?: Store;
  looks?: Looks;
}

export interface Weaver {
  /** With the prefix, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly requests: Seen[];
  readonly store: Store;
  /** From now on. */
  role: Role;
  disturb(disturbance: Disturbance): void;
  /** Ends what disturbances are left. */
  soothe(): void;
  /** Refuses connections; what is stored stays. */
  die(): Promise<void>;
  revive(): Promise<void>;
  close(): Promise<void>;
}

const LOCAL = ['file2string_array', 'jsonarray2netcdf', 'metalink2netcdf'];

export async function startWeaver(options: WeaverOptions = {}): Promise<Weaver> {
  const { prefix = '', store = memoryStore(), looks = realLooks, local = LOCAL, version = '6.8.3' } = options;
  const disturbances = new Disturbances();
  const weaver = { role: options.role ?? 'HYBRID' };
  const site: Site = {
    store,
    looks,
    local,
    version,
    role: () => weaver.role,
    base: () => options.base ?? `${served.url}${prefix}`,
  };
  const answer = routed(site, prefix);
  const served = await serve(
    (seen) => disturbances.around(seen, pathBelow(prefix, seen) ?? seen.path, answer, () => void served.pause()),
    options,
  );
  return Object.assign(weaver, {
    url: `${served.url}${prefix}`,
    port: served.port,
    requests: served.requests,
    store,
    disturb: (disturbance: Disturbance) => disturbances.add(disturbance),
    soothe: () => disturbances.clear(),
    die: () => served.pause(),
    revive: () => served.resume(),
    close: () => served.close(),
  });
}

interface Site {
  store: Store;
  looks: Looks;
  local: readonly string[];
  version: string;
  role(): Role;
  base(): string;
}

/** Undefined: not below the prefix. A slash at the end means nothing. */
function pathBelow(prefix: string, { path }: Seen): string | undefined {
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return undefined;
  return path.slice(prefix.length).replace(/\/+$/, '') || '/';
}

function routed(site: Site, prefix: string): Handler {
  const notFound = (seen: Seen) =>
    pyramidAnswer(seen, 404, seen.headers.accept === undefined ? seen.path : `${seen.path}.`);
  const routes = byRoutes(
    [
      ['GET', '/', (seen) => landingByAccept(seen) ?? landing(site)],
      [
        'GET',
        '/versions',
        () => compactAnswer(200, { versions: [{ name: 'weaver', version: site.version, type: 'api' }] }),
      ],
      [
        'GET',
        '/conformance',
        () => compactAnswer(200, { conformsTo: ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core'] }),
      ],
      ['GET', '/json', () => openApi(site)],
      ['GET', '/api', () => openApi(site)],
      ['GET', '/processes', (seen) => processes(site, seen)],
      ['GET', '/providers', providers(site, (seen, asker) => listProviders(seen, site.store.all(), asker))],
      ['POST', '/providers', providers(site, (seen, asker) => register(site, seen, asker))],
      ['GET', '/providers/:id', providers(site, (_, asker, id) => describeProvider(site, asker, id))],
      ['DELETE', '/providers/:id', providers(site, async (_, asker, id) => remove(site, asker, id))],
      [
        'GET',
        '/providers/:id/processes',
        providers(site, (seen, asker, id) =>
          listProviderProcesses(seen, known(site, asker, id, `Service '${id}' could not be found.`), asker),
        ),
      ],
      [
        'GET',
        '/providers/:id/processes/:process',
        providers(site, async (_, asker, id, process) => {
          const service = known(site, asker, id);
          const described = await service.describe(process);
          return compactAnswer(200, {
            ...processSummary(asker.base, service.stored, described, 'provider'),
            visibility: 'public',
          });
        }),
      ],
    ],
    (seen, methods) => (methods.length === 0 ? notFound(seen) : notAllowed(seen, methods)),
    (seen) => pathBelow(prefix, seen) ?? seen.path,
  );
  return async (seen) => {
    if (pathBelow(prefix, seen) === undefined) return notFound(seen);
    try {
      return await routes(seen);
    } catch (error) {
      return answerOf(seen, error);
    }
  };
}

type View = (seen: Seen, asker: Asker, id: string, process: string) => ReturnType<Handler>;

/** What all routes of providers have before them: headers, then the role. */
const providers =
  (site: Site, view: View) =>
  (seen: Seen, { id = '', process = '' }: Readonly<Record<string, string>>): ReturnType<Handler> => {
    const refused = refusedByHeaders(seen);
    if (refused !== undefined) return refused;
    if (!hasProviders(site)) {
      const description = `Invalid provider operation on [${site.role()}] instance. Processes requires unsupported remote execution.`;
      return compactAnswer(403, { description });
    }
    return view(seen, { looks: site.looks, headers: seen.headers, base: site.base() }, id, process);
  };

const hasProviders = (site: Site): boolean => ['HYBRID', 'EMS'].includes(site.role());

const known = (site: Site, asker: Asker, id: string, detail = `Provider ${id} cannot be found.`): Service =>
  serviceOf(site.store.get(id), detail, asker);

async function register(site: Site, seen: Seen, asker: Asker): Promise<Answer> {
  const { id, url, public: isPublic = false } = registrationOf(seen, asker.base);
  if (site.store.get(id) !== undefined) throw new HttpFault(409, `Provider [${id}] already exists.`);
  // The answer has the address that was given, a later one that which is kept.
  const provider = { id, url, public: isPublic };
  try {
    const summary = await new Service(provider, asker).summary({ fetch: true, ignore: false });
    site.store.save(provider);
    return compactAnswer(201, { ...schemaOf(asker.base, 'ProviderSummarySchema'), ...summary });
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error;
    const description = 'Provider properties could not be parsed correctly.';
    const body = { description, value: null, ...schemaOf(asker.base, 'CreateProviderRequestBody') };
    throw new HttpFault(422, description, body);
  }
}

async function describeProvider(site: Site, asker: Asker, id: string): Promise<Answer> {
  const summary = await known(site, asker, id).summary({ fetch: true, ignore: false });
  const { $id } = schemaOf(asker.base, 'ProviderSummarySchema');
  return compactAnswer(200, { $id, ...summary });
}

function remove(site: Site, asker: Asker, id: string): { status: number } {
  site.store.delete(known(site, asker, id).id);
  return { status: 204 };
}

function processes(site: Site, seen: Seen): ReturnType<Handler> {
  const asker = { looks: site.looks, headers: seen.headers, base: site.base() };
  return listProcesses(seen, { local: site.local, stored: site.store.all(), asker, hasProviders: hasProviders(site) });
}

const openApi = (site: Site): Answer =>
  compactAnswer(
    200,
    { openapi: '3.0.0', info: { title: 'Weaver REST API', version: site.version }, paths: {} },
    'application/vnd.oai.openapi+json; version=3.0',
  );

function landing(site: Site): Answer {
  const base = site.base();
  const enabled = (name: string, url: string) => ({ name, enabled: true, url, api: `${base}/api` });
  return spacedJsonAnswer(200, {
    title: 'Weaver',
    configuration: site.role(),
    message: 'Weaver Information',
    description: 'Stands for Weaver.',
    attribution: 'CRIM',
    parameters: [enabled('api', base), enabled('vault', `${base}/vault`), enabled('wps', `${base}/wps`)],
    links: [
      { title: 'This landing page.', href: base, type: 'application/json', rel: 'self' },
      {
        title: 'OpenAPI specification of this service.',
        href: `${base}/json`,
        type: 'application/vnd.oai.openapi+json; version=3.0',
        rel: 'service-desc',
      },
      {
        title: 'Processes offered by this service.',
        href: `${base}/processes`,
        type: 'application/json',
        rel: 'http://www.opengis.net/def/rel/ogc/1.0/processes',
      },
    ],
  });
}
