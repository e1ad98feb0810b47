/** The HTTP side of metrics: two paths, one method, no bodies; whoever asks anything else gets a short no. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listening, type Listening } from '../http.js';
import type { ListenAddress } from '../webhook/settings.js';

const REQUEST_MS = 5_000;
/** How often slow requests are looked for. */
const SWEEP_MS = 1_000;
const MAX_HEADER_BYTES = 8_192;
/** Prometheus keeps one open; a person may have a few. */
const MAX_CONNECTIONS = 32;

export const METRICS_PATH = '/metrics';
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const LINK = '<!doctype html><title>birdkeeper</title><a href="/metrics">Metrics</a> of this worker of birdkeeper\n';

/** Rejects when the address cannot be listened on. `page` must not reject; when it does, the answer is 500. */
export async function listen(
  { host, port }: ListenAddress,
  page: () => Promise<string>,
  failed: (error: unknown) => void,
): Promise<Listening> {
  const options = {
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: SWEEP_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = createServer(options, (request, response) => {
    // A caller that goes away is no news.
    request.on('error', () => undefined).resume();
    response.on('error', () => undefined);
    serve(request, response, page).catch((error: unknown) => {
      failed(error);
      if (response.headersSent) response.destroy();
      else answer(response, 500, 'failed\n');
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  // Nothing of this may keep a worker that leaves.
  server.unref();
  server.listen(port, host);
  await once(server, 'listening');
  server.on('error', failed);
  return listening(server);
}

async function serve(request: IncomingMessage, response: ServerResponse, page: () => Promise<string>): Promise<void> {
  const [path] = (request.url ?? '').split('?');
  if (path !== METRICS_PATH && path !== '/') answer(response, 404, 'not found\n');
  else if (request.method !== 'GET') answer(response, 405, 'only GET\n', { allow: 'GET', connection: 'close' });
  else if (path === '/') answer(response, 200, LINK, { 'content-type': 'text/html; charset=utf-8' });
  else answer(response, 200, await page(), { 'content-type': METRICS_TYPE });
}

function answer(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}
