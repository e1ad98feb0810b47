/** Asks a server in the place of the one that asked, and hands on what it says, piece by piece. */
import { once } from 'node:events';
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Seen } from '../http.js';

export interface Forwarded {
  status: number;
  headers: OutgoingHttpHeaders;
  body: IncomingMessage;
}

export interface Asked {
  url: string;
  seen: Seen;
  /** The name by which the server is asked; its own when absent. */
  host?: string;
  method?: string;
  /** In the place of what came. */
  text?: string;
  /** Said beside what came. */
  headers?: OutgoingHttpHeaders;
}

const HOP_BY_HOP = ['connection', 'keep-alive', 'public', 'proxy-authenticate', 'transfer-encoding', 'upgrade'];

/** Throws when there is no answer. */
export async function forward({
  url,
  seen,
  host,
  method = seen.method,
  text = seen.text,
  headers,
}: Asked): Promise<Forwarded> {
  const { host: _name, 'content-length': _length, 'accept-encoding': _encoding, ...came } = seen.headers;
  const outgoing = request(url, {
    method,
    agent: false,
    signal: seen.gone,
    headers: {
      ...without(came, HOP_BY_HOP),
      ...headers,
      ...(host === undefined ? {} : { host }),
      ...(text === '' ? {} : { 'content-length': Buffer.byteLength(text) }),
    },
  });
  outgoing.end(text);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: without(answer.headers, HOP_BY_HOP), body: answer };
}

const without = (headers: OutgoingHttpHeaders, names: readonly string[]): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

export async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
