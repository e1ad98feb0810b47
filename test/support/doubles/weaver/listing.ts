/** `GET /providers` and `GET /processes`, both of which can ask every bird, one after the other. Source: Weaver 6.8.3. */
import { spacedJsonAnswer, type Answer, type Seen } from '../http.js';
import { asBool, compactAnswer } from './answers.js';
import { HttpFault, ParsingFault, SchemaFault } from './faults.js';
import { listLinks, providerLinks } from './links.js';
import { Service, type Asker, type RemoteProcess, type Summary } from './service.js';
import type { StoredProvider } from './store.js';

const SCHEMAS = 'https://schemas.opengis.net/ogcapi/processes/part1/1.0/openapi/schemas';
const LISTED = 'Listing of available processes successful.';

/** Those that answer the probe, or all without `check`. */
async function accessible(
  stored: readonly StoredProvider[],
  asker: Asker,
  check: boolean,
  ignore: boolean,
): Promise<Service[]> {
  const services: Service[] = [];
  for (const provider of stored) {
    const service = new Service(provider, asker);
    if (!check || (await service.isAccessible(ignore))) services.push(service);
  }
  return services;
}

export async function listProviders(seen: Seen, stored: readonly StoredProvider[], asker: Asker): Promise<Answer> {
  const [detail, check, ignore] = ['detail', 'check', 'ignore'].map((name) => asBool(seen.query.get(name)));
  const services = await accessible(stored, asker, check === true, ignore === true);
  const providers: (string | Summary)[] = [];
  for (const service of services) {
    const item = detail ? await service.summary({ fetch: check === true, ignore: ignore === true }) : service.id;
    if (item !== undefined) providers.push(item);
  }
  return compactAnswer(200, { checked: check, providers });
}

export async function listProviderProcesses(seen: Seen, service: Service, asker: Asker): Promise<Answer> {
  const offered = (await service.processes()) ?? [];
  const processes = asBool(seen.query.get('detail'))
    ? offered.map((process) => processSummary(asker.base, service.stored, process, 'provider'))
    : offered.map(({ id }) => id);
  // The language in which the provider is described was agreed on when it was read.
  const own = providerLinks(asker.base, service.stored, undefined, 'provider');
  const here = `/providers/${service.id}`;
  const up = { title: 'Provider description.', href: `${asker.base}${here}`, type: 'application/json', rel: 'up' };
  const links = [...own, ...listLinks(asker.base, `${here}/processes`, seen.query, up)];
  return compactAnswer(200, { $schema: `${SCHEMAS}/processList.yaml`, processes, links });
}

/** `among`: what is listed; a provider's own list says more of it. */
export function processSummary(
  base: string,
  stored: StoredProvider,
  { id, title, version, provider }: RemoteProcess,
  among: 'provider' | 'all',
): Record<string, unknown> {
  const here = `${base}/providers/${stored.id}/processes/${id}`;
  const own = among === 'provider';
  return {
    $schema: `${SCHEMAS}/processSummary.yaml`,
    id,
    title,
    version,
    mutable: true,
    keywords: [stored.id, provider, ...(own ? ['wps-remote'] : [])],
    metadata: [],
    jobControlOptions: ['async-execute', ...(own ? [] : ['sync-execute'])],
    outputTransmission: ['reference', 'value'],
    processDescriptionURL: here,
    processEndpointWPS1: `${stored.url}?service=WPS&request=DescribeProcess&version=1.0.0&identifier=${id}`,
    executeEndpoint: `${here}/jobs`,
  };
}

export interface Listing {
  /** Weaver's own processes. */
  local: readonly string[];
  stored: readonly StoredProvider[];
  asker: Asker;
  /** false: the role has none, and the parameter is as if it were not there. */
  hasProviders: boolean;
}

/** `ignore` is about what cannot be reached; what goes wrong in another way ends the whole call. */
export async function listProcesses(seen: Seen, { local, stored, asker, hasProviders }: Listing): Promise<Answer> {
  const [detail, ignore] = ['detail', 'ignore'].map((name) => strictBool(seen, name, true));
  const withProviders = hasProviders && strictBool(seen, 'providers', false);
  if (withProviders) refusePaging(seen.query);
  const processes = detail ? local.map((id) => ({ id, title: id, version: '1.0', mutable: false })) : local;
  const up = { title: 'API entrypoint.', href: asker.base, type: 'application/json', rel: 'up' };
  const rest = { links: listLinks(asker.base, '/processes', seen.query, up) };
  const body = { $schema: `${SCHEMAS}/processList.yaml`, description: LISTED, processes };
  if (!withProviders) {
    return spacedJsonAnswer(200, { ...body, page: 0, count: local.length, total: local.length, ...rest });
  }
  const providers = await listRemote(stored, asker, detail === true, ignore === true);
  const total = local.length + providers.reduce((sum, each) => sum + each.processes.length, 0);
  // An empty list is left out.
  return spacedJsonAnswer(200, { ...body, ...(providers.length > 0 ? { providers } : {}), total, ...rest });
}

interface Remote {
  $schema: string;
  id: string;
  processes: string[] | Record<string, unknown>[];
}

/** With `detail` each is read in full, though only its processes are told. */
async function listRemote(
  stored: readonly StoredProvider[],
  asker: Asker,
  detail: boolean,
  ignore: boolean,
): Promise<Remote[]> {
  try {
    const services = await accessible(stored, asker, true, ignore);
    const read: Service[] = [];
    for (const service of services) {
      if (!detail || (await service.summary({ fetch: true, ignore })) !== undefined) read.push(service);
    }
    const listed: Remote[] = [];
    for (const service of read) {
      const offered = await service.processes(ignore);
      if (offered === undefined) continue;
      const processes = detail
        ? offered.map((process) => processSummary(asker.base, service.stored, process, 'all'))
        : offered.map(({ id }) => id);
      listed.push({ $schema: `${SCHEMAS}/processList.yaml`, id: service.id, processes });
    }
    return listed;
  } catch (error) {
    throw asListingFault(error);
  }
}

function asListingFault(error: unknown): unknown {
  if (error instanceof ParsingFault) {
    const description =
      'At least one provider could not list its processes. Failing provider errors were requested to not be ignored.';
    const exception = 'weaver.exceptions.ServiceParsingError';
    return new HttpFault(503, description, {
      description,
      exception,
      error: 'Unable to process the contained instructions',
    });
  }
  if (error instanceof SchemaFault) {
    return new HttpFault(400, error.message, {
      type: 'InvalidParameterValue',
      title: 'Invalid parameter value.',
      description: 'Submitted request parameters are invalid or could not be processed.',
      cause: `Invalid schema: [${error.message}]`,
      error: 'Invalid',
    });
  }
  return error;
}

const TRUE = ['True', 'true', '1', 'on', 'yes'];
const FALSE = ['False', 'false', '0', 'off', 'no', 'null', 'Null', 'none', 'None', ''];

/** `GET /processes` reads its parameters by a schema, other than `GET /providers`. */
function strictBool({ query }: Seen, name: string, fallback: boolean): boolean {
  const value = query.get(name);
  if (value === null) return fallback;
  if (TRUE.includes(value)) return true;
  if (FALSE.includes(value)) return false;
  const description = 'Process query parameters failed validation.';
  throw new HttpFault(400, description, {
    code: 'ProcessInvalidParameter',
    description,
    error: 'Invalid',
    cause: `{'${name}': '"${value}" is neither true nor false'}`,
    value: Object.fromEntries(query),
  });
}

/** What says the same as saying nothing passes. */
const HARMLESS: Readonly<Record<string, string>> = { page: '0', sort: 'id' };

function refusePaging(query: URLSearchParams): void {
  const given = ['sort', 'page', 'limit'].filter((name) => query.has(name));
  if (given.every((name) => query.get(name) === HARMLESS[name])) return;
  const description = 'Cannot combine paging/sorting parameters with providers full listing query.';
  throw new HttpFault(400, description, { description, error: 'ListingInvalidParameter', value: given });
}
