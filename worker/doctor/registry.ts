/** Images that are still to be pulled, and what docker would show to their registries. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imageOf, type ComposeModel } from '../../activities/compose/model.js';
import { isMissing } from '../../activities/shared/files.js';
import { messageOf } from '../../activities/shared/failures.js';
import { fail, NotLooked, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';
import { isOnPath } from './programs.js';

export const registry: Check<DoctorContext> = {
  name: 'registry credentials',
  limitMs: 45_000,
  async run(context, signal) {
    const references = pulledImages(await modelOf(context));
    const absent: string[] = [];
    for (const reference of references) {
      const id = await context.engine.imageId(reference, { signal }).catch((error: unknown) => {
        throw new NotLooked(messageOf(error));
      });
      if (id === undefined) absent.push(reference);
    }
    if (absent.length === 0) return [ok('images', `all ${references.length} that are pulled are here`)];
    const { DOCKER_CONFIG, HOME = '/', PATH = '' } = (await context.view()).variables;
    const file = join(DOCKER_CONFIG?.trim() ? DOCKER_CONFIG : join(HOME, '.docker'), 'config.json');
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      return isMissing(error) ? undefined : new Error(messageOf(error));
    });
    const judged = judgeCredentials(file, text, absent);
    const helpers = await Promise.all(judged.helpers.map(async (name) => ((await isOnPath(name, PATH)) ? [] : [name])));
    return [
      ...judged.findings,
      ...helpers
        .flat()
        .map((name) => fail('registry credentials', `${file} names ${name}, which is not on PATH`, `Install ${name}.`)),
    ];
  },
};

async function modelOf(context: DoctorContext): Promise<ComposeModel> {
  try {
    return await context.model();
  } catch (error) {
    if (error instanceof NotLooked) throw error;
    throw new NotLooked('Compose does not read the stack', { cause: error });
  }
}

/** Images that are not built here. Pure. */
export const pulledImages = (model: ComposeModel): string[] => [
  ...new Set(
    Object.entries(model.services).flatMap(([name, service]) =>
      service.build === undefined ? [imageOf(model.name, name, service)] : [],
    ),
  ),
];

const HUB = 'docker.io';

/** `docker.io` for a name without a host. Pure. */
export function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : HUB;
}

interface Credentials {
  findings: Finding[];
  /** Programs that docker would ask. */
  helpers: string[];
}

/** `text` of the file; undefined: there is none. Pure; names registries, never what is in an entry. */
export function judgeCredentials(
  file: string,
  text: string | Error | undefined,
  absent: readonly string[],
): Credentials {
  const what = 'registry credentials';
  const registries = [...new Set(absent.map(registryOf))];
  const images = `${absent.length} ${absent.length === 1 ? 'image is' : 'images are'} still to be pulled`;
  if (text instanceof Error) {
    return { findings: [fail(what, `${file} cannot be read: ${text.message}`, 'Let this user read it.')], helpers: [] };
  }
  const known = text === undefined ? NOTHING : knownIn(text);
  if (known === undefined) {
    return {
      findings: [fail(what, `${file} is not JSON that docker reads`, 'Log in again: docker login')],
      helpers: [],
    };
  }
  const without = registries.filter((registry) => !known.logins.has(registry) && known.store === undefined);
  const helpers = [...new Set([known.store, ...registries.map((registry) => known.helpers.get(registry))])].flatMap(
    (name) => (name === undefined ? [] : [`docker-credential-${name}`]),
  );
  if (without.length === 0) return { findings: [ok(what, `${images}; ${file} knows their registries`)], helpers };
  return {
    findings: [
      warn(
        what,
        `${images}; there is no login for ${without.join(', ')} in ${file}, so only public images can be pulled`,
        `If they are not public: docker login ${without.find((registry) => registry !== HUB) ?? ''}`.trim(),
      ),
    ],
    helpers,
  };
}

interface Known {
  logins: ReadonlySet<string>;
  store: string | undefined;
  helpers: ReadonlyMap<string, string>;
}
const NOTHING: Known = { logins: new Set(), store: undefined, helpers: new Map() };

function knownIn(text: string): Known | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { auths, credsStore, credHelpers } = value;
  if ([auths, credHelpers].some((part) => part !== undefined && !isRecord(part))) return undefined;
  const helpers = Object.entries(isRecord(credHelpers) ? credHelpers : {}).flatMap(([host, name]) =>
    typeof name === 'string' ? [[hostOf(host), name] as const] : [],
  );
  return {
    logins: new Set([...Object.keys(isRecord(auths) ? auths : {}).map(hostOf), ...helpers.map(([host]) => host)]),
    store: typeof credsStore === 'string' && credsStore !== '' ? credsStore : undefined,
    helpers: new Map(helpers),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Entries may be URLs: `https://index.docker.io/v1/`. */
function hostOf(entry: string): string {
  const host = entry.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? HUB : host;
}
