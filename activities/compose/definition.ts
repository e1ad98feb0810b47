/** What a service is by its text: the hash of everything in the model that its containers are made from. */
import { createHash } from 'node:crypto';
import type { ComposeModel } from './model.js';

/**
 * Left out of the hash: what no container is made from. The image has a field of its own in a fingerprint, and a build is
 * looked at by its context.
 */
const NOT_OF_THE_CONTAINER = ['image', 'build', 'pull_policy', 'depends_on', 'profiles', 'develop'];

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** JSON with the keys of every object sorted, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/**
 * SHA-256 over a service's part of the model and the parts of networks, volumes, configs and secrets that it uses.
 * `variables`: the environment of compose, for configs and secrets that are taken from a variable (Compose writes them
 * into the container when it is made).
 */
export function definitionHash(
  model: ComposeModel,
  service: string,
  variables: Readonly<Record<string, string>>,
): string {
  const raw = model.raw.services[service] ?? {};
  const parsed = model.services[service];
  const own = Object.fromEntries(Object.entries(raw).filter(([key]) => !NOT_OF_THE_CONTAINER.includes(key)));
  const volumes = parsed?.volumes.filter((mount) => mount.type === 'volume').map((mount) => mount.source ?? '') ?? [];
  return sha256(
    canonicalJson({
      own,
      networks: pick(model.raw.networks, Object.keys(parsed?.networks ?? {})),
      volumes: pick(model.raw.volumes, volumes),
      configs: withValues(pick(model.configs, parsed?.configs.map(({ source }) => source) ?? []), variables),
      secrets: withValues(pick(model.secrets, parsed?.secrets.map(({ source }) => source) ?? []), variables),
    }),
  );
}

function pick<T>(map: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = map[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function withValues(
  objects: Readonly<Record<string, { environment?: string | undefined }>>,
  variables: Readonly<Record<string, string>>,
): unknown {
  return Object.entries(objects).map(([name, object]) => [
    name,
    object,
    object.environment === undefined ? null : (variables[object.environment] ?? ''),
  ]);
}
