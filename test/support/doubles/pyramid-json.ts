/** Magpie's and Cowbird's answers: one line of JSON with blanks, what was asked for first, then how it went, then the request. */
import { spacedJsonAnswer, type Answer, type Params, type Seen } from './http.js';

const JSON_TYPE = 'application/json';
const HEADERS = { 'content-type': `${JSON_TYPE}; charset=UTF-8` };
const ACCEPTED = [JSON_TYPE, 'text/html', 'text/plain', 'application/xml', 'text/xml', '*/*'];

export interface Told {
  status: number;
  detail: string;
  content?: Readonly<Record<string, unknown>>;
  headers?: Answer['headers'];
  /** Names of the route's places. */
  params?: Params;
}

/** path: below the prefix that a proxy takes away. */
export function told(
  seen: Seen,
  path: string,
  { status, detail, content = {}, headers = {}, params = {} }: Told,
): Answer {
  const request = { path, url: urlOf(seen, path), method: seen.method, ...params };
  const body = { ...content, code: status, detail, type: JSON_TYPE, ...request };
  return spacedJsonAnswer(status, body, { ...HEADERS, ...headers });
}

/** What both refuse before they look at the path. */
export const unacceptable = (seen: Seen, path: string): Answer | undefined => {
  const [first = JSON_TYPE] = (seen.headers.accept ?? '').split(/[;,]/).map((type) => type.trim());
  if (first === '' || ACCEPTED.includes(first)) return undefined;
  return told(seen, path, { status: 406, detail: "Unsupported Content-Type in 'Accept' header was specified." });
};

/** A path that no route knows; with other methods than GET, what its routes do not take. */
export const unknown = (seen: Seen, path: string, methods: readonly string[]): Answer =>
  methods.length > 0 && seen.method !== 'GET' && seen.method !== 'HEAD'
    ? told(seen, path, { status: 405, detail: `The method ${seen.method} is not allowed for this resource.` })
    : told(seen, path, { status: 404, detail: 'The route resource could not be found.' });

/** Leads to the path without it, at the name by which the server itself was asked, below no prefix. */
export const trailingSlash = (seen: Seen, path: string): Answer => ({
  status: 301,
  headers: { location: `http://${seen.headers.host ?? 'localhost'}${path.replace(/\/+$/, '')}` },
});

export interface Flaw {
  value: unknown;
  name: string;
  conditions: Readonly<Record<string, boolean>>;
}

/** A field that is missing or of bad form. */
export const invalid = (seen: Seen, path: string, { value, name, conditions }: Flaw): Answer =>
  told(seen, path, {
    status: 422,
    detail: 'Invalid value specified.',
    content: { param: { conditions, value: value ?? null, name } },
  });

const urlOf = (seen: Seen, path: string): string =>
  `http://${seen.headers.host ?? 'localhost'}${path}${[...seen.query].length > 0 ? `?${seen.query.toString()}` : ''}`;
