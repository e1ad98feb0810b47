/** What Cowbird answers. It asks nobody who they are: that is for Twitcher before it. */
import { byRoutes, pauseFor, type Answer, type Handler, type Params, type Route, type Seen } from '../http.js';
import { told, trailingSlash, unacceptable, unknown } from '../pyramid-json.js';
import type { Cowbird } from './state.js';
import { permissionEvent, userEvent } from './webhooks.js';
import { versionAt } from './worker.js';

const PREFIX = '/cowbird';
const NAME = /^[A-Za-z0-9]+(?:[\s_\-.][A-Za-z0-9]+)*$/;

/** With and without its prefix. */
const pathOf = ({ path }: Seen): string => {
  const below = path === PREFIX || path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length) : path;
  return below === '' ? '/' : below;
};

export function cowbirdHandler(cowbird: Cowbird): Handler {
  const routes = byRoutes(routesOf(cowbird), (seen, methods) => otherwise(seen, methods), pathOf);
  return async (seen) => {
    await pauseFor(cowbird.behaviour.delayMs, seen);
    if (cowbird.behaviour.notReadyFor > 0) {
      cowbird.behaviour.notReadyFor -= 1;
      return { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>Service Unavailable</h1>' };
    }
    return unacceptable(seen, pathOf(seen)) ?? routes(seen);
  };
}

function routesOf(cowbird: Cowbird): Route[] {
  return [
    ['GET', '/', (seen) => root(cowbird, seen)],
    ['GET', '/version', (seen) => version(cowbird, seen)],
    ['GET', '/json', () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: openApi(cowbird) })],
    ['GET', '/api', () => ({ status: 200, headers: { 'content-type': 'text/html; charset=UTF-8' }, body: SWAGGER })],
    ['GET', '/handlers', (seen) => handlers(cowbird, seen)],
    ['GET', '/handlers/:handler_name', (seen, params) => handler(cowbird, seen, params)],
    ...(cowbird.isBefore('2.1.0') ? [] : [resyncRoute(cowbird)]),
    ['POST', '/webhooks/users', (seen) => userEvent(cowbird, seen, pathOf(seen))],
    ['POST', '/webhooks/permissions', (seen) => permissionEvent(cowbird, seen, pathOf(seen))],
  ];
}

const SWAGGER =
  '<!DOCTYPE html>\n<html><head><title>Cowbird REST API</title></head><body><div id="swagger-ui"></div></body></html>';

const openApi = ({ version, url }: Cowbird): string =>
  JSON.stringify({ swagger: '2.0', info: { title: 'Cowbird REST API', version }, host: url, paths: {} });

const root = (cowbird: Cowbird, seen: Seen): Answer =>
  told(seen, '/', {
    status: 200,
    detail: 'Get homepage successful.',
    content: {
      description: 'Cowbird is a middleware that manages interactions between various birds of the bird-house stack.',
      contact: { name: 'Ouranos inc., CRIM', email: '', url: 'https://github.com/Ouranosinc/cowbird' },
      title: 'Cowbird REST API',
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

async function version(cowbird: Cowbird, seen: Seen): Promise<Answer> {
  const { worker } = cowbird.behaviour;
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
      ? told(seen, '/version', { status: 500, detail: UNHANDLED })
      : told(seen, '/version', {
          status: 500,
          detail: 'Unhandled error when trying to retrieve worker version.',
          content,
        });
  }
  return itsVersion === null && !isOld
    ? told(seen, '/version', { status: 424, detail: 'Version dependencies could not all be identified.', content })
    : told(seen, '/version', { status: 200, detail: 'Get version successful.', content });
}

const UNHANDLED = 'Internal Server Error. Unhandled exception occurred.';

const handlers = (cowbird: Cowbird, seen: Seen): Answer =>
  told(seen, '/handlers', {
    status: 200,
    detail: 'Get handlers successful.',
    content: { handlers: cowbird.behaviour.handlers },
  });

/** undefined: it is there. */
function noHandler(cowbird: Cowbird, seen: Seen, params: Params): Answer | undefined {
  const { handler_name: name = '' } = params;
  const path = pathOf(seen);
  if (!NAME.test(name)) return told(seen, path, { status: 400, detail: 'Invalid handler name.', params });
  return cowbird.behaviour.handlers.includes(name)
    ? undefined
    : told(seen, path, { status: 404, detail: 'Could not find specified handler.', params });
}

const handler = (cowbird: Cowbird, seen: Seen, params: Params): Answer =>
  noHandler(cowbird, seen, params) ??
  told(seen, pathOf(seen), {
    status: 200,
    detail: 'Get handlers successful.',
    content: { handler: { name: params['handler_name'] } },
    params,
  });

const resyncRoute = (cowbird: Cowbird): Route => [
  'PUT',
  '/handlers/:handler_name/resync',
  (seen, params) => {
    const missing = noHandler(cowbird, seen, params);
    if (missing !== undefined) return missing;
    const { handler_name: name = '' } = params;
    cowbird.resyncs.push(name);
    return cowbird.behaviour.failing.includes(name)
      ? told(seen, pathOf(seen), {
          status: 500,
          detail: UNHANDLED,
          content: { exception: 'FileNotFoundError' },
          params,
        })
      : told(seen, pathOf(seen), { status: 200, detail: 'Handler resync successful.', params });
  },
];

/** The real one leads to itself, below no prefix: through a proxy that is nowhere. */
function otherwise(seen: Seen, methods: string[]): Answer {
  const path = pathOf(seen);
  return path.endsWith('/') && path !== '/' ? trailingSlash(seen, path) : unknown(seen, path, methods);
}
