/** How a bird can be unwell, and what it then answers to one request. */
import {
  capabilities,
  capabilities2,
  cutOff,
  descriptions,
  exceptionReport,
  withDefaultNamespace,
  type BirdText,
  type Lack,
} from './bird-documents.js';
import { pauseFor, type Answer, type Reply, type Seen } from './http.js';

/**
 * good: all that the standard asks for. html: status 200 and a page, as a proxy answers for what is not there yet. wps 2: speaks no 1.0.0.
 * exception: status 400 and an OWS exception; exception 200: the same with status 200. black hole: takes the connection and never answers.
 * closed: nothing listens. cut off: ends in the middle, after what is told of the service.
 */
export type Behaviour =
  | 'good'
  | 'html'
  | 'json'
  | 'empty'
  | 'no identification'
  | 'no provider'
  | 'no site'
  | 'no languages'
  | 'no processes'
  | 'default namespace'
  | 'wps 2'
  | 'cut off'
  | 'exception'
  | 'exception 200'
  | 'black hole'
  | 'hangs up'
  | 'closed'
  /** Every request is answered with that status and a small page. */
  | { status: number }
  /** Answers after that time. */
  | { sleepsS: number; then?: Behaviour }
  /** To who sends no cookie it answers with that status. */
  | { needsCookie: number; then?: Behaviour }
  /** Two faces: to a request without `version`, as a first look is, and to all others. */
  | { probe: Behaviour; read: Behaviour }
  /** Each request meets the next of them; then it begins anew. */
  | { flapping: readonly Behaviour[] }
  /** One after the other; the last stays. The times begin when the behaviour does. */
  | { stages: readonly { forS: number; be: Behaviour }[]; then: Behaviour };

/** Refuses, then the proxy in front answers for it, then it is good: a third, a third, and after `seconds`. */
export const readyAfter = (seconds: number, then: Behaviour = 'good'): Behaviour => ({
  stages: [
    { forS: seconds / 2, be: 'closed' },
    { forS: seconds / 2, be: 'html' },
  ],
  then,
});

const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>Welcome to nginx!</h1></body></html>\n';
const xml = (status: number, body: string): Answer => ({ status, headers: { 'content-type': 'text/xml' }, body });
const page = (status: number): Answer => ({ status, headers: { 'content-type': 'text/html' }, body: PAGE });
const refuse = (status: number, code: string, text: string, locator?: string): Answer =>
  xml(status, exceptionReport(code, text, locator));

const LACKS: Readonly<Partial<Record<string, Lack>>> = {
  'no identification': 'identification',
  'no provider': 'provider',
  'no site': 'site',
  'no languages': 'languages',
};

/** What it answers; `turn` counts the requests since the behaviour began. `closed` never comes here. */
export async function answerAs(behaviour: Behaviour, bird: BirdText, seen: Seen, turn: number): Promise<Reply> {
  if (typeof behaviour === 'string') return simply(behaviour, bird, seen);
  if ('status' in behaviour) return page(behaviour.status);
  if ('sleepsS' in behaviour) {
    await pauseFor(behaviour.sleepsS * 1_000, seen);
    return answerAs(behaviour.then ?? 'good', bird, seen, turn);
  }
  if ('needsCookie' in behaviour) {
    const then = seen.cookie === undefined ? { status: behaviour.needsCookie } : (behaviour.then ?? 'good');
    return answerAs(then, bird, seen, turn);
  }
  if ('probe' in behaviour) {
    return answerAs(parameter(seen, 'version') === undefined ? behaviour.probe : behaviour.read, bird, seen, turn);
  }
  if ('flapping' in behaviour) {
    const { flapping } = behaviour;
    return answerAs(flapping[turn % flapping.length] ?? 'good', bird, seen, turn);
  }
  throw new TypeError('stages follow each other in the bird');
}

function simply(behaviour: Exclude<Behaviour, object>, bird: BirdText, seen: Seen): Reply {
  switch (behaviour) {
    case 'html':
      return page(200);
    case 'json':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"message":"hello"}' };
    case 'empty':
      return xml(200, '');
    case 'black hole':
      return 'silence';
    case 'hangs up':
    case 'closed':
      return 'hang up';
    case 'exception':
      return refuse(400, 'NoApplicableCode', 'the bird is sick');
    case 'exception 200':
      return refuse(200, 'NoApplicableCode', 'the bird is sick');
    default:
      return asWps(behaviour, bird, seen);
  }
}

/** Names of parameters are compared without case, values with it (OGC 06-121r3, 11.5.2). */
const parameter = ({ query }: Seen, name: string): string | undefined =>
  [...query].find(([given]) => given.toLowerCase() === name)?.[1];

type Document = Exclude<Behaviour, object>;

function asWps(behaviour: Document, bird: BirdText, seen: Seen): Reply {
  if (seen.method !== 'GET') return refuse(501, 'OperationNotSupported', `${seen.method} is not supported`);
  const service = parameter(seen, 'service');
  if (service === undefined) return refuse(400, 'MissingParameterValue', 'service is missing', 'service');
  if (service !== 'WPS') return refuse(400, 'InvalidParameterValue', `no such service: ${service}`, 'service');
  const request = parameter(seen, 'request');
  switch (request) {
    case undefined:
      return refuse(400, 'MissingParameterValue', 'request is missing', 'request');
    case 'GetCapabilities':
      return capable(behaviour, bird, seen);
    case 'DescribeProcess':
      return describe(bird, seen);
    default:
      return refuse(501, 'OperationNotSupported', `no such request: ${request}`, 'request');
  }
}

function capable(behaviour: Document, bird: BirdText, seen: Seen): Reply {
  if (behaviour === 'wps 2') return xml(200, capabilities2(bird));
  const accepted = parameter(seen, 'acceptversions')?.split(',') ?? ['1.0.0'];
  if (!accepted.includes('1.0.0')) {
    return refuse(400, 'VersionNegotiationFailed', 'only 1.0.0 is spoken here', 'acceptversions');
  }
  const lack = LACKS[behaviour];
  const document = capabilities(
    behaviour === 'no processes' ? { ...bird, processes: [] } : bird,
    lack === undefined ? [] : [lack],
  );
  if (behaviour === 'default namespace') return xml(200, withDefaultNamespace(document));
  return xml(200, behaviour === 'cut off' ? cutOff(document) : document);
}

function describe(bird: BirdText, seen: Seen): Reply {
  const version = parameter(seen, 'version');
  if (version === undefined) return refuse(400, 'MissingParameterValue', 'version is missing', 'version');
  if (version !== '1.0.0') return refuse(400, 'VersionNegotiationFailed', 'only 1.0.0 is spoken here', 'version');
  const wanted = parameter(seen, 'identifier')?.split(',').filter(Boolean) ?? [];
  if (wanted.length === 0) return refuse(400, 'MissingParameterValue', 'identifier is missing', 'identifier');
  if (wanted.length === 1 && wanted[0]?.toLowerCase() === 'all') return xml(200, descriptions(bird.processes));
  const unknown = wanted.find((id) => !bird.processes.some((process) => process.id === id));
  if (unknown !== undefined) return refuse(400, 'InvalidParameterValue', `no such process: ${unknown}`, 'identifier');
  return xml(200, descriptions(bird.processes.filter(({ id }) => wanted.includes(id))));
}
