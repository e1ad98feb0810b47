/**
 * Registry credentials out of the operator's own Docker configuration, read as the docker command line reads it, so that
 * a question has the same rights as a pull. What is read here is in no message: not even what a broken file holds.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { readIfThere } from '../shared/files.js';
import { askHelper } from './credential-helper.js';
import { parseReference } from './reference.js';
import type { RegistryAuth, RegistryLogin } from './types.js';

/** Under which Docker's own registry is written down, for historical reasons. */
const HUB_KEY = 'https://index.docker.io/v1/';
const HUB = 'docker.io';
const HUB_NAMES = ['index.docker.io/v1', 'index.docker.io', HUB];

const Entry = z.looseObject({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
});
const DockerConfig = z.looseObject({
  auths: z.record(z.string(), Entry).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
});
export type DockerConfig = z.infer<typeof DockerConfig>;

type Environment = Readonly<Record<string, string>>;
export type LoginFor = (reference: string) => Promise<RegistryLogin>;

/** The file that the docker command line reads with this environment. */
export const dockerConfigFile = (environment: Environment): string =>
  environment['DOCKER_CONFIG']
    ? join(environment['DOCKER_CONFIG'], 'config.json')
    : join(environment['HOME'] ?? '/', '.docker', 'config.json');

/**
 * Looks logins up by image reference, each registry once. `environment`: that of the pulls. Throws Configuration when the
 * file or a login in it cannot be read, Unauthorised when a credential helper fails.
 */
export function registryLogins(options: { environment: Environment; signal: AbortSignal }): LoginFor {
  const file = dockerConfigFile(options.environment);
  let config: Promise<DockerConfig> | undefined;
  const logins = new Map<string, Promise<RegistryAuth | undefined>>();
  const find = async (registry: string): Promise<RegistryAuth | undefined> => {
    config ??= readConfig(file);
    const place = placeOf(await config, registry, file);
    return 'helper' in place ? askHelper(place.helper, { server: serverOf(registry), file, ...options }) : place.auth;
  };
  return async (reference) => {
    const { registry, named } = parseReference(reference) ?? { registry: HUB, named: false };
    const known = logins.get(registry) ?? find(registry);
    logins.set(registry, known);
    const auth = await known;
    return { registry, named, file, ...(auth === undefined ? {} : { auth }) };
  };
}

async function readConfig(file: string): Promise<DockerConfig> {
  let text: string | undefined;
  try {
    text = await readIfThere(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new StepFailure(
      FAILURES.configuration,
      `${file}, which holds the logins of registries, cannot be read (${code}). Make it readable for the user who runs birdkeeper.`,
    );
  }
  return parseConfig(text ?? '{}', file);
}

/** Throws Configuration. Exported for its test. */
export function parseConfig(text: string, file: string): DockerConfig {
  const parsed = DockerConfig.safeParse(jsonOf(text, file));
  if (parsed.success) return parsed.data;
  // The path may hold a name that is a secret pasted in the wrong place; its first part is one of three words.
  throw broken(file, `${String(parsed.error.issues[0]?.path[0] ?? 'the whole')} is not as Docker writes it`);
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text.trim() === '' ? '{}' : text);
  } catch {
    // The message of the parser quotes the text.
    throw broken(file, 'it is not JSON');
  }
}

/** Where the login of a registry is: in the file, or with a helper. A helper of its own beats the general one. */
export function placeOf(
  config: DockerConfig,
  registry: string,
  file: string,
): { helper: string } | { auth: RegistryAuth | undefined } {
  const helpers = config.credHelpers ?? {};
  const own = keyOf(helpers, registry);
  const helper = own === undefined ? config.credsStore : helpers[own];
  return helper ? { helper } : { auth: authOf(config.auths ?? {}, registry, file) };
}

function authOf(
  auths: Readonly<Record<string, z.infer<typeof Entry>>>,
  registry: string,
  file: string,
): RegistryAuth | undefined {
  const key = keyOf(auths, registry);
  const entry = key === undefined ? undefined : auths[key];
  if (!entry) return undefined;
  const serveraddress = serverOf(registry);
  if (entry.identitytoken) return { identitytoken: entry.identitytoken, serveraddress };
  if (entry.registrytoken) return { registrytoken: entry.registrytoken, serveraddress };
  if (entry.auth) return { ...decoded(entry.auth, registry, file), serveraddress };
  return entry.username ? { username: entry.username, password: entry.password ?? '', serveraddress } : undefined;
}

function decoded(auth: string, registry: string, file: string): { username: string; password: string } {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw broken(file, `the login of ${registry} is not the base64 of user:password`);
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

/** Logins of old are written down as URLs. Docker's own are compared whole, because it keeps others beside them. */
function isLoginOf(key: string, registry: string): boolean {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return registry === HUB ? HUB_NAMES.includes(bare) : bare.split('/')[0] === registry;
}

/** The key that is meant: as Docker writes it today, else an old spelling. */
const keyOf = (map: object, registry: string): string | undefined =>
  Object.hasOwn(map, serverOf(registry))
    ? serverOf(registry)
    : Object.keys(map).find((candidate) => isLoginOf(candidate, registry));

const serverOf = (registry: string): string => (registry === HUB ? HUB_KEY : registry);

const broken = (file: string, why: string): StepFailure =>
  new StepFailure(
    FAILURES.configuration,
    `${file}, which holds the logins of registries, cannot be used: ${why}. Correct it, or move it away and use docker login again.`,
  );
