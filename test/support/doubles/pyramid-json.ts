/**
 * Magpie's and Cowbird's answers, which are of one kin: one line of JSON with blanks, what was asked for, how it went, and the request.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { jsonOf, spacedJsonAnswer, type Answer, type Seen } from './http.js';

const JSON_TYPE = 'application/json';
const HEADERS = { 'content-type': `${JSON_TYPE}; charset=UTF-8` };
const KINDS = [JSON_TYPE, 'text/html', 'text/plain', 'application/xml', 'text/xml', '*/*'];

/** Of the request, as the service sees it. */
export interface At {
  /** Decoded, below what a proxy or the service itself takes away. */
  path: string;
  /** Whole and not decoded. */
  url: string;
}

/** `below`: path as it was sent, without what is taken away; `prefix`: what the service believes to live under. */
export function at(seen: Seen, below: string, prefix = ''): At {
  const query = /\?.*$/.exec(seen.url)?.[0] ?? '';
  return { path: decoded(below), url: `http://${hostOf(seen.headers)}${prefix}${below}${query}` };
}

const hostOf = ({ host }: IncomingHttpHeaders): string => host ?? 'localhost';

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export interface Told {
  status: number;
  detail: string;
  content?: Readonly<Record<string, unknown>>;
  headers?: Answer['headers'];
  /** Raised and caught by a view of errors, which says the request first; by status unless given. */
  isCaught?: boolean;
}

const CAUGHT = [401, 403, 404, 405];

export function told(seen: Seen, { path, url }: At, answer: Told): Answer {
  const { status, detail, content = {}, headers = {}, isCaught = CAUGHT.includes(status) } = answer;
  const { method } = seen;
  const body = isCaught
    ? { path, url, detail, method, ...content, code: status, type: JSON_TYPE }
    : { ...content, code: status, detail, type: JSON_TYPE, path, url, method };
  return spacedJsonAnswer(status, body, { ...HEADERS, ...headers });
}

/** What is asked for: the first kind that is named. undefined: one that neither service has. */
export function kindOf({ headers, query }: Seen): string | undefined {
  const named = query.get('format');
  if (named === 'json') return JSON_TYPE;
  const [first = ''] = (headers.accept ?? '').split(/[;,]/).map((kind) => kind.trim());
  if (first === '' || first === '*/*') return JSON_TYPE;
  return KINDS.includes(first) ? first : undefined;
}

/** The same in another kind, for people. */
export function inKind(answer: Answer, kind: string): Answer {
  const text = typeof answer.body === 'string' ? answer.body : '';
  if (kind === JSON_TYPE || !text.startsWith('{') || answer.status === 301) return answer;
  const value = JSON.parse(text) as Record<string, unknown>;
  const as = (type: string, body: string): Answer => ({
    ...answer,
    headers: { ...answer.headers, 'content-type': `${type}; charset=UTF-8` },
    body,
  });
  if (kind === 'text/plain') return as(kind, text.replace(`"type": "${JSON_TYPE}"`, `"type": "${kind}"`));
  if (kind === 'text/html') {
    const shown = JSON.stringify(value, undefined, 1);
    return as(
      kind,
      `<html>\n <head>\n  <title>${answer.status}</title>\n </head>\n <body>\n  <pre>${shown}</pre>\n </body>\n</html>`,
    );
  }
  return as('text/xml', `<?xml version="1.0" encoding="UTF-8" ?><response>${xmlOf(value)}</response>`);
}

const xmlOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map((item) => `<item>${xmlOf(item)}</item>`).join('');
  if (value !== null && typeof value === 'object') {
    return Object.entries(value)
      .map(([name, member]) => `<${name}>${xmlOf(member)}</${name}>`)
      .join('');
  }
  return String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;');
};

/** A path that no route knows; with other methods than GET and HEAD, what its routes do not take. */
export const unknown = (seen: Seen, place: At, methods: readonly string[]): Answer =>
  methods.length > 0 && seen.method !== 'GET' && seen.method !== 'HEAD'
    ? told(seen, place, {
        status: 405,
        detail: `predicate mismatch for view (request_method = ${[...new Set(methods)].join(',')})`,
      })
    : told(seen, place, { status: 404, detail: 'The route resource could not be found.' });

/** Leads to the path without it, below no prefix: through a proxy that is nowhere. `own`: the request's own address is said before. */
export function trailingSlash(seen: Seen, { path, url }: At, own: boolean): Answer {
  const to = path.replace(/\/+$/, '');
  const query = /\?.*$/.exec(seen.url)?.[0] ?? '';
  const location = `http://${hostOf(seen.headers)}${to}${query}`;
  const message = `The resource has been moved to ${to}; you should be redirected automatically.\n\n`;
  return {
    ...spacedJsonAnswer(301, { message, code: '301 Moved Permanently', title: 'Moved Permanently' }),
    headers: { 'content-type': JSON_TYPE, Location: own ? [url, location] : [location] },
  };
}

export interface Flaw {
  value: unknown;
  name?: string;
  conditions: Readonly<Record<string, boolean>>;
  compare?: string;
}

export const param = ({ value, name, conditions, compare }: Flaw) => ({
  param: { conditions, value: value ?? null, name, compare },
});

/** A field that is missing or of bad form. */
export const invalid = (seen: Seen, place: At, flaw: Flaw): Answer =>
  told(seen, place, { status: 422, detail: 'Invalid value specified.', content: param(flaw) });

export type Body = Readonly<Record<string, unknown>>;

/** Fields of a body; an answer: it cannot be read. `first`: the field that is looked for first. */
export function bodyOf(seen: Seen, place: At, first: string): { body: Body } | { answer: Answer } {
  const kind = (seen.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (kind === 'application/x-www-form-urlencoded') return { body: Object.fromEntries(new URLSearchParams(seen.text)) };
  if (kind !== JSON_TYPE || seen.text === '') return { body: {} };
  const value = jsonOf(seen);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { body: value as Body };
  const detail = `Key ''${first}'' could not be extracted from '${seen.method}' of type '${kind}'`;
  const exception = value === undefined ? 'JSONDecodeError' : 'AttributeError';
  const content = { call: { exception, type: exception, detail, content: null } };
  return { answer: told(seen, place, { status: 500, detail, content }) };
}
