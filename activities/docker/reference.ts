/**
 * Image references, as the engine reads them. Pure. Whatever becomes part of a path of the engine's interface is parsed
 * here first: a reference such as `app//web` is answered with a redirection that the client library dies of.
 */

export interface ImageReference {
  /** `docker.io`, unless the reference names another. */
  registry: string;
  /** The reference names its registry: `quay.io/…`, `127.0.0.1:5000/…`. */
  named: boolean;
  /** Repository in the registry; Docker's own get their `library/`. */
  path: string;
  tag?: string;
  digest?: string;
}

const HUB = 'docker.io';
const MAX_LENGTH = 512;
const REGISTRY = /^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9]+(?:(?:\.|-+)[A-Za-z0-9]+)*)(?::\d{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9A-Fa-f]{32,}$/;

/** Undefined when the text is no reference. */
export function parseReference(text: string): ImageReference | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [rest = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  const parts = (colon < 0 ? rest : rest.slice(0, colon)).split('/');
  const named = parts.length > 1 && isRegistry(parts[0] ?? '');
  const given = named ? (parts.shift() ?? '') : HUB;
  if (!REGISTRY.test(given) || !parts.every((part) => COMPONENT.test(part))) return undefined;
  const registry = given === 'index.docker.io' ? HUB : given;
  const path = registry === HUB && parts.length === 1 ? `library/${parts.join('/')}` : parts.join('/');
  return { registry, named, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** One spelling for all of a name: `docker.io/library/nginx:latest` for `nginx`. Undefined when it is no reference. */
export function canonicalName(text: string): string | undefined {
  const reference = parseReference(text);
  return reference && `${repositoryName(reference)}:${reference.tag ?? 'latest'}`;
}

/** The same without tag and digest. */
export function canonicalRepository(text: string): string | undefined {
  const reference = parseReference(text);
  return reference && repositoryName(reference);
}

const repositoryName = ({ registry, path }: ImageReference): string => `${registry}/${path}`;

const isRegistry = (part: string): boolean => /[.:]/.test(part) || part === 'localhost' || part !== part.toLowerCase();
