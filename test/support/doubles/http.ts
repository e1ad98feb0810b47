/**
 * What a double is made of: a server that answers by a function, keeps what it was asked, and can refuse, hang up or be silent. Node's
 * built-ins only, because doubles run in containers without packages.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** One request, as it arrived. */
export interface Seen {
  method: string;
  /** Path and query as sent. */
  url: string;
  /** Decoded only as far as `URL` does it. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** All cookies, as sent. */
  cookie: string | undefined;
  /** Body. */
  text: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Aborted when nobody waits for the answer any more. */
  gone: AbortSignal;
  /** Absent while there is no answer, and when none was given. */
  status?: number;
  /** Milliseconds since 1970; absent like `status`. */
  answeredAt?: number;
}

export interface Answer {
  status: number;
  headers?: OutgoingHttpHeaders;
  /** A stream goes out piece by piece, as it comes. */
  body?: string | Buffer | Readable;
}

/** silence: the connection stays open and nothing comes; hang up: it breaks. */
export type Reply = Answer | 'silence' | 'hang up';
export type Handler = (seen: Seen) => Reply | Promise<Reply>;

export interface Served {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** In the order of their arrival. */
  readonly requests: Seen[];
  /** Refuses connections and breaks those that are open; what it holds stays. */
  pause(): Promise<void>;
  /** On the same port. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Loopback unless given. */
  host?: string;
  /** Any that is free unless given. */
  port?: number;
  /** Hears of each request that was answered. */
  answered?: (seen: Seen) => void;
}

export async function serve(
  handler: Handler,
  { host = '127.0.0.1', port: asked = 0, answered }: ServeOptions = {},
): Promise<Served> {
  const requests: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    void take(request, response, handler, requests).then((seen) => {
      if (seen.status !== undefined) answered?.(seen);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, host);
    await once(server, 'listening');
  };
  const pause = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    sockets.forEach((socket) => socket.destroy());
    await closed;
  };
  await listen(asked);
  const { port } = server.address() as AddressInfo;
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    url: `http://${shown}:${port}`,
    port,
    requests,
    pause,
    resume: async () => {
      if (!server.listening) await listen(port);
    },
    close: pause,
  };
}

async function take(
  request: IncomingMessage,
  response: ServerResponse,
  handler: Handler,
  requests: Seen[],
): Promise<Seen> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.on('error', () => undefined);
  const url = request.url ?? '/';
  const { pathname, searchParams } = new URL(url, 'http://any');
  const seen: Seen = {
    method: request.method ?? 'GET',
    url,
    path: pathname,
    query: searchParams,
    headers: request.headers,
    cookie: request.headers.cookie,
    text: '',
    at: Date.now(),
    gone: gone.signal,
  };
  requests.push(seen);
  try {
    seen.text = await bodyOf(request);
    send(response, seen, await handler(seen));
  } catch (error) {
    if (gone.signal.aborted) return seen;
    send(response, seen, { status: 500, body: `the double failed: ${String(error)}\n` });
  }
  return seen;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, seen: Seen, reply: Reply): void {
  if (reply === 'silence') return;
  if (reply === 'hang up') {
    response.destroy();
    return;
  }
  const { status, headers, body = '' } = reply;
  seen.status = status;
  seen.answeredAt = Date.now();
  if (body instanceof Readable) {
    response.writeHead(status, headers);
    response.flushHeaders();
    body.once('error', () => response.destroy());
    body.pipe(response);
    return;
  }
  const length = status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length });
  response.end(seen.method === 'HEAD' ? undefined : body);
}

export type Params = Readonly<Record<string, string>>;
/** Method, path with `:name` for a segment, what answers. */
export type Route = readonly [
  method: string,
  path: string,
  answer: (seen: Seen, params: Params) => ReturnType<Handler>,
];

/** The first that fits answers; `otherwise` is told which methods the path knows. */
export function byRoutes(
  routes: readonly Route[],
  otherwise: (seen: Seen, methods: string[]) => ReturnType<Handler>,
  pathOf: (seen: Seen) => string = ({ path }) => path,
): Handler {
  return (seen) => {
    const methods: string[] = [];
    for (const [method, path, answer] of routes) {
      const params = match(path, pathOf(seen));
      if (params === undefined) continue;
      if (method === seen.method) return answer(seen, params);
      methods.push(method);
    }
    return otherwise(seen, methods);
  };
}

function match(pattern: string, path: string): Params | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, segment] of wanted.entries()) {
    const value = given[i] ?? '';
    if (segment.startsWith(':') && value !== '') params[segment.slice(1)] = decodeURIComponent(value);
    else if (segment !== value) return undefined;
  }
  return params;
}

/** As JavaScript writes it: no blank after `:` and `,`. */
export const jsonAnswer = (status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** As Python's `json.dumps` writes it: a blank after `:` and `,`, and ASCII only. */
export const spacedJsonAnswer = (status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer => ({
  ...jsonAnswer(status, value, headers),
  body: spacedJson(value),
});

export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${spacedJson(name)}: ${spacedJson(member)}`).join(', ')}}`;
  }
  return asciiOnly(JSON.stringify(value) ?? 'null');
}

/** The same JSON, in ASCII. */
export const asciiOnly = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const jsonOf = (seen: Seen): unknown => {
  try {
    return JSON.parse(seen.text) as unknown;
  } catch {
    return undefined;
  }
};

/** Waits, unless nobody waits for the answer any more. */
export const pauseFor = async (ms: number, { gone }: Pick<Seen, 'gone'>): Promise<void> => {
  if (ms > 0) await wait(ms, undefined, { signal: gone });
};
