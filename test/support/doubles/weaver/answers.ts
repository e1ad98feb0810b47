/** What Weaver's answers look like. Source: answers of Weaver 6.8.3; Pyramid and cornice write some of them. */
import { STATUS_CODES } from 'node:http';
import { jsonAnswer, spacedJsonAnswer, type Answer, type Seen } from '../http.js';
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

/** A page of HTML for who did not ask for JSON by name. */
export function pyramidAnswer(seen: Seen, status: number, detail: string): Answer {
  const reason = STATUS_CODES[status] ?? '';
  const said = SAID[status] ?? '';
  if (seen.headers.accept?.includes('application/json') ?? false) {
    const description = `${said} ${detail}`.trim();
    return spacedJsonAnswer(status, {
      description,
      code: reason,
      error: { code: status, status: `${status} ${reason}` },
    });
  }
  const title = `${status} ${reason}`;
  return {
    status,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    body: `<html>\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n  ${said}<br/><br/>\n${detail}\n\n\n </body>\n</html>`,
  };
}

export function notAllowed(seen: Seen, methods: readonly string[]): Answer {
  const answer = pyramidAnswer(seen, 405, `The method ${seen.method} is not allowed for this resource.`);
  return { ...answer, headers: { ...answer.headers, allow: methods.join(', ') } };
}

/** 406 and 415 are said before anything else is looked at. Undefined: it may pass. */
export function refusedByHeaders(seen: Seen): Answer | undefined {
  const { accept = '*/*' } = seen.headers;
  const takes = accept.split(',').map((range) => range.split(';')[0]?.trim());
  if (!takes.some((range) => range === JSON_TYPE || range === '*/*' || range === 'application/*' || range === '')) {
    const detail = `Accept header should be one of ['${JSON_TYPE}']`;
    return jsonAnswer(406, { type: 'NotAcceptable', title: 'Not Acceptable', detail, status: 406 });
  }
  if (seen.method !== 'POST') return undefined;
  const given = seen.headers['content-type']?.split(';')[0]?.trim();
  if (given === undefined || given === JSON_TYPE) return undefined;
  const detail = `Content-Type header should be one of ['${JSON_TYPE}']`;
  return jsonAnswer(415, { type: 'UnsupportedMediaType', title: 'Unsupported Media Type', detail, status: 415 });
}

/** What becomes of a fault that no view caught. */
export function answerOf(seen: Seen, fault: unknown): Answer {
  if (fault instanceof HttpFault) {
    return fault.json === undefined
      ? pyramidAnswer(seen, fault.status, fault.detail)
      : jsonAnswer(fault.status, fault.json);
  }
  if (fault instanceof ParsingFault) return jsonAnswer(422, fault.body);
  if (fault instanceof OtherFault || fault instanceof SchemaFault) return unhandled(seen);
  throw fault;
}

export const unhandled = (seen: Seen): Answer => pyramidAnswer(seen, 500, 'Unhandled internal server error.');

/** As Pyramid's `asbool` reads it. */
export const asBool = (value: string | null): boolean =>
  value === null || ['t', 'true', 'y', 'yes', 'on', '1'].includes(value.trim().toLowerCase());
