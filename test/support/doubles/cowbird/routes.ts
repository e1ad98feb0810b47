/** What Cowbird answers. It asks nobody who they are: that is for Twitcher before it. */
import {
  byRoutes,
  pauseFor,
  type Answer,
  type Handler,
  type Params,
  type Reply,
  type Route,
  type Seen,
} from '../http.js';
import { at, inKind, kindOf, param, told, trailingSlash, unknown, type At } from '../pyramid-json.js';
import type { Cowbird } from './state.js';
import { permissionEvent, unhandled, userEvent, WORD } from './webhooks.js';
import { versionAt } from './worker.js';

const PREFIX = '/cowbird';
const NAME = /^[A-Za-z0-9]+(?:[\s_\-.][A-Za-z0-9]+)*$/;

/** With and without its prefix. */
const pathOf = ({ path }: Seen): string => {
  const below = path === PREFIX || path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length) : path;
  return below === '' ? '/' : below;
};

/** It says its prefix, whether it was asked with it or without. */
export const cowbirdAt = (seen: Seen): At => at(seen, pathOf(seen), PREFIX);

export function cowbirdHandler(cowbird: Cowbird): Handler {
  const routes = byRoutes(withHead(routesOf(cowbird)), otherwise, pathOf);
  return async (seen) => {
    await pauseFor(cowbird.behaviour.delayMs, seen);
    if (isStarting(cowbird)) {
      return { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>Service Unavailable</h1>' };
    }
    const kind = kindOf(seen);
    // Meant to be 406: what refuses it stands where nothing catches what it throws.
    if (kind === undefined) return { status: 500, headers: { 'content-type': 'text/html' }, body: UNCAUGHT };
    const reply: Reply = await routes(seen);
    return typeof reply === 'string' ? reply : inKind(reply, kind);
  };
}

const UNCAUGHT =
  '<html>\n  <head>\n    <title>Internal Server Error</title>\n  </head>\n  <body>\n    <h1><p>Internal Server Error</p></h1>\n    \n  </body>\n</html>\n';

function isStarting({ behaviour }: Cowbird): boolean {
  if (Date.now() < behaviour.notReadyUntil) return true;
  if (behaviour.notReadyFor === 0) return false;
  behaviour.notReadyFor -= 1;
  return true;
}

const withHead = (routes: readonly Route[]): Route[] =>
  routes.flatMap(([method, path, answer]): Route[] =>
    method === 'GET'
      ? [
          [method, path, answer],
          ['HEAD', path, answer],
        ]
      : [[method, path, answer]],
  );

function routesOf(cowbird: Cowbird): Route[] {
  return [
    ['GET', '/', (seen) => root(cowbird, seen)],
    ['GET', '/version', (seen) => version(cowbird, seen)],
    ['GET', '/json', () => openApi(cowbird)],
    ['GET', '/api', () => ({ status: 200, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: SWAGGER })],
    ['GET', '/handlers', (seen) => handlers(cowbird, seen)],
    ['GET', '/handlers/:handler_name', (seen, params) => handler(cowbird, seen, params)],
    ...(cowbird.isBefore('2.1.0') ? [] : [resyncRoute(cowbird)]),
    ['POST', '/webhooks/users', (seen) => userEvent(cowbird, seen, cowbirdAt(seen))],
    ['POST', '/webhooks/permissions', (seen) => permissionEvent(cowbird, seen, cowbirdAt(seen))],
  ];
}

const SWAGGER =
  '<!DOCTYPE html>\n<html><head><title>Cowbird REST API</title></head><body><div id="swagger-ui"></div></body></html>';

/** From then on its root says its version, too. */
function openApi(cowbird: Cowbird): Answer {
  cowbird.isDescribed = true;
  const { version, url } = cowbird;
  const body = JSON.stringify({ swagger: '2.0', info: { title: 'Cowbird REST API', version }, host: url, paths: {} });
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

const root = (cowbird: Cowbird, seen: Seen): Answer =>
  told(seen, cowbirdAt(seen), {
    status: 200,
    detail: 'Get homepage successful.',
    content: {
      description: 'Cowbird is a middleware that manages interactions between various birds of the bird-house stack.',
      contact: { name: 'Ouranos inc., CRIM', email: '', url: 'https://github.com/Ouranosinc/cowbird' },
      title: 'Cowbird REST API',
      version: cowbird.isDescribed ? cowbird.version : undefined,
      name: 'cowbird',
      documentation: `${cowbird.url}/api`,
    },
  });

/** What the worker says that it is; null: nothing. */
async function workerOf({ behaviour, version: own, workerUrl }: Cowbird, seen: Seen): Promise<string | null> {
  const { worker, workerWaitMs, workerVersion = own } = behaviour;
  if (worker === 'stopped') await pauseFor(workerWaitMs, seen);
  if (worker !== 'running') return null;
  return workerUrl === undefined ? workerVersion : versionAt(workerUrl);
}

async function version(cowbird: Cowbird, seen: Seen): Promise<Reply> {
  const { worker } = cowbird.behaviour;
  if (worker === 'broker hangs') return 'silence';
  const itsVersion = await workerOf(cowbird, seen);
  const shown = itsVersion ?? (worker === 'running' || worker === 'stopped' ? 'worker unreachable' : 'unknown');
  const content = {
    version: cowbird.version,
    worker_version: itsVersion,
    version_detail: `Web service version : [${cowbird.version}], worker version : [${shown}]. Any mismatch can cause misbehavior.`,
  };
  const isOld = cowbird.isBefore('1.1.1');
  if (worker === 'no broker') {
    return isOld
      ? told(seen, cowbirdAt(seen), unhandled('OperationalError'))
      : told(seen, cowbirdAt(seen), {
          status: 500,
          detail: 'Unhandled error when trying to retrieve worker version.',
          content,
        });
  }
  return itsVersion === null && !isOld
    ? told(seen, cowbirdAt(seen), { status: 424, detail: 'Version dependencies could not all be identified.', content })
    : told(seen, cowbirdAt(seen), { status: 200, detail: 'Get version successful.', content });
}

const handlers = (cowbird: Cowbird, seen: Seen): Answer =>
  told(seen, cowbirdAt(seen), {
    status: 200,
    detail: 'Get handlers successful.',
    content: { handlers: cowbird.behaviour.handlers },
  });

/** undefined: it is there. */
function noHandler(cowbird: Cowbird, seen: Seen, { handler_name: name = '' }: Params): Answer | undefined {
  const flaw = { name: 'handler_name', value: name, conditions: { not_empty: true, matches: false }, compare: WORD };
  if (!NAME.test(name)) {
    return told(seen, cowbirdAt(seen), { status: 400, detail: 'Invalid handler name.', content: param(flaw) });
  }
  if (cowbird.behaviour.handlers.includes(name)) return undefined;
  const content = param({ name: 'handler_name', value: 0, conditions: { is_equal: false }, compare: '1' });
  return told(seen, cowbirdAt(seen), { status: 404, detail: 'Could not find specified handler.', content });
}

const handler = (cowbird: Cowbird, seen: Seen, params: Params): Answer =>
  noHandler(cowbird, seen, params) ??
  told(seen, cowbirdAt(seen), {
    status: 200,
    detail: 'Get handlers successful.',
    content: { handler: { name: params['handler_name'] } },
  });

const resyncRoute = (cowbird: Cowbird): Route => [
  'PUT',
  '/handlers/:handler_name/resync',
  (seen, params) => {
    const missing = noHandler(cowbird, seen, params);
    if (missing !== undefined) return missing;
    const { handler_name: name = '' } = params;
    cowbird.resyncs.push(name);
    const { handlers, failing } = cowbird.behaviour;
    if (failing.includes(name)) return told(seen, cowbirdAt(seen), unhandled('FileNotFoundError'));
    // It asks the handler of Magpie who there is, when it has wiped already.
    if (name === 'FileSystem' && !handlers.includes('Magpie')) {
      return told(seen, cowbirdAt(seen), unhandled('AttributeError'));
    }
    return told(seen, cowbirdAt(seen), { status: 200, detail: 'Handler resync successful.' });
  },
];

function otherwise(seen: Seen, methods: string[]): Answer {
  const isSlash = pathOf(seen).endsWith('/') && pathOf(seen) !== '/';
  return isSlash ? trailingSlash(seen, cowbirdAt(seen), true) : unknown(seen, cowbirdAt(seen), methods);
}
