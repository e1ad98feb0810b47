/** What Weaver's answers look like. Source: answers of Weaver 6.8.3; Pyramid and cornice write some of them. */
import { STATUS_CODES } from 'node:http';
import { asciiOnly, spacedJsonAnswer, type Answer, type Seen } from '../http.js';
import { HttpFault, OtherFault, ParsingFault, SchemaFault } from './faults.js';

const SAID: Readonly<Record<number, string>> = {
  404: 'The resource could not be found.',
  409: 'There was a conflict when trying to complete your request.',
  500: 'The server has either erred or is incapable of performing the requested operation.',
};

const JSON_TYPE = 'application/json';

/** `$id` and `schema` of an answer. */
export const schemaOf = (base: string, name: string): { $id: string; schema: string } => ({
  $id: `${base}/json#/definitions/${name}`,
  schema: name,
});

/** No blank after `:` and `,`, and ASCII only, as answers about providers are. */
export const compactAnswer = (status: number, value: unknown, type = JSON_TYPE): Answer => ({
  status,
  headers: { 'content-type': type },
  body: asciiOnly(JSON.stringify(value)),
});

/** What is accepted, without weights; empty for who says nothing. */
const accepted = ({ headers }: Seen): string[] =>
  (headers.accept ?? '').split(',').flatMap((range) => range.split(';')[0]?.trim() || []);

/** JSON for who names it, a page for who takes anything or HTML, else plain text. */
export function pyramidAnswer(seen: Seen, status: number, detail: string, said = SAID[status] ?? ''): Answer {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`;
  const accepts = accepted(seen);
  if (accepts.includes(JSON_TYPE)) {
    const description = `${said} ${detail}`.trim();
    return spacedJsonAnswer(status, {
      description,
      code: STATUS_CODES[status],
      error: { code: status, status: title },
    });
  }
  const isPage = accepts.length === 0 || accepts.includes('*/*') || accepts.includes('text/html');
  const more = detail === '' ? '' : `${detail}\n\n`;
  return isPage
    ? {
        status,
        headers: { 'content-type': 'text/html; charset=UTF-8' },
        body: `<html>\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n  ${said}<br/><br/>\n${more}\n </body>\n</html>`,
      }
    : {
        status,
        headers: { 'content-type': 'text/plain; charset=UTF-8' },
        body: `${title}\n\n${said}\n\n${more}\n`,
      };
}

export function notAllowed(seen: Seen, methods: readonly string[]): Answer {
  const answer = pyramidAnswer(seen, 405, '', `The method ${seen.method} is not allowed for this resource. `);
  return { ...answer, headers: { ...answer.headers, allow: methods.join(', ') } };
}

/** Its own page, which is there in two kinds. Undefined: JSON is right. */
export function landingByAccept(seen: Seen): Answer | undefined {
  const accepts = accepted(seen);
  if (accepts.length === 0 || accepts.some((type) => [JSON_TYPE, '*/*', 'application/*'].includes(type)))
    return undefined;
  if (!accepts.includes('text/html')) return notAcceptable(['text/html', JSON_TYPE]);
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    body: '<!DOCTYPE html>\n<html lang="en"><head><title>Weaver REST API - OGC API - Processes</title></head></html>\n',
  };
}

const notAcceptable = (kinds: readonly string[]): Answer =>
  compactAnswer(406, {
    type: 'NotAcceptable',
    title: 'Not Acceptable',
    detail: `Accept header should be one of [${kinds.map((kind) => `'${kind}'`).join(', ')}]`,
    status: 406,
  });

/** 406 and 415 are said before anything else is looked at. Undefined: it may pass. */
export function refusedByHeaders(seen: Seen): Answer | undefined {
  const accepts = accepted(seen);
  if (accepts.length > 0 && !accepts.some((type) => [JSON_TYPE, '*/*', 'application/*'].includes(type))) {
    return notAcceptable([JSON_TYPE]);
  }
  if (seen.method !== 'POST') return undefined;
  const given = seen.headers['content-type']?.split(';')[0]?.trim();
  if (given === undefined || given === JSON_TYPE) return undefined;
  const detail = `Content-Type header should be one of ['${JSON_TYPE}']`;
  return compactAnswer(415, { type: 'UnsupportedMediaType', title: 'Unsupported Media Type', detail, status: 415 });
}

/** What becomes of a fault that no view caught. */
export function answerOf(seen: Seen, fault: unknown): Answer {
  if (fault instanceof HttpFault) {
    return fault.json === undefined
      ? pyramidAnswer(seen, fault.status, fault.detail)
      : compactAnswer(fault.status, fault.json);
  }
  if (fault instanceof ParsingFault) return compactAnswer(422, fault.body);
  if (fault instanceof OtherFault || fault instanceof SchemaFault) return unhandled(seen);
  throw fault;
}

export const unhandled = (seen: Seen): Answer => pyramidAnswer(seen, 500, 'Unhandled internal server error.');

/** As Pyramid's `asbool` reads it. */
export const asBool = (value: string | null): boolean =>
  value === null || ['t', 'true', 'y', 'yes', 'on', '1'].includes(value.trim().toLowerCase());
