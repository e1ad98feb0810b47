/** The HTTP side: one path, one method, small requests that come fast, answers that tell nothing. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { FAILURES, messageOf, StepFailure } from '../../activities/shared/failures.js';
import { listening, type Listening } from '../http.js';
import type { ListenAddress } from './settings.js';
import type { Delivery } from './verify.js';

export interface ListenLimits {
  bodyBytes: number;
  /** For the head, and for the whole request. */
  requestMs: number;
  /** How often slow requests are looked for. */
  sweepMs: number;
  /** How long the rest of a refused request is read, so that its sender reads the answer before the end. */
  lingerMs: number;
  connections: number;
}

type Status = 202 | 400 | 401 | 404 | 405 | 413 | 415 | 500;
/** Decides at once; what follows from a request comes after its answer. */
type Receive = (delivery: Delivery) => Status;

export const WEBHOOK_PATH = '/webhook';
const MAX_HEADER_BYTES = 16_384;

const TEXTS: Readonly<Record<Status, string>> = {
  202: 'accepted\n',
  400: 'not readable\n',
  401: 'not authorised\n',
  404: 'not found\n',
  405: 'only POST\n',
  413: 'too large\n',
  415: 'should be JSON or a form\n',
  500: 'failed\n',
};

/** Throws `Configuration` when the address cannot be listened on. `failed` hears of what goes wrong later. */
export async function listen(
  at: ListenAddress,
  limits: ListenLimits,
  receive: Receive,
  failed: (error: unknown) => void,
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: limits.requestMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.sweepMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      // A caller that goes away is no news.
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      serve(request, limits, receive)
        .catch((error: unknown): Status => {
          failed(error);
          return 500;
        })
        .then((status) => status && answer(request, response, status, limits.lingerMs))
        .catch(failed);
    },
  );
  server.maxConnections = limits.connections;
  await begin(server, at);
  server.on('error', failed);
  return listening(server);
}

async function begin(server: Server, { host, port }: ListenAddress): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new StepFailure(
      FAILURES.configuration,
      `The webhook endpoint cannot listen on ${host} port ${port} (${messageOf(error)}). Set BIRDKEEPER_WEBHOOK_LISTEN to a free port of an address of this host, or unset it.`,
    );
  }
}

/** Undefined: the caller has gone. */
async function serve(request: IncomingMessage, limits: ListenLimits, receive: Receive): Promise<Status | undefined> {
  const [path] = (request.url ?? '').split('?');
  if (path !== WEBHOOK_PATH) return 404;
  if (request.method !== 'POST') return 405;
  if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytes) return 413;
  const body = await readBody(request, limits.bodyBytes);
  if (body === 'gone') return undefined;
  if (body === 'too large') return 413;
  return receive({ headers: request.headers, body });
}

function readBody(request: IncomingMessage, most: number): Promise<Buffer | 'too large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= most) {
        chunks.push(chunk);
        return;
      }
      request.off('data', take);
      resolve('too large');
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => resolve('gone'));
  });
}

/** One request a connection. Closing on bytes that nobody read would reset the connection, and the answer be lost. */
function answer(request: IncomingMessage, response: ServerResponse, status: Status, lingerMs: number): void {
  const text = TEXTS[status];
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
    ...(status === 405 ? { allow: 'POST' } : {}),
  });
  if (request.complete) {
    response.end(text);
    return;
  }
  response.write(text);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  request.once('end', end).once('close', end).resume();
}
