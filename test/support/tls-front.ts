/** What stands in front of a Temporal server elsewhere: ends TLS, looks at client certificates and at the key of each call. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  connect,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Pair } from './certificates.js';

export interface FrontOptions {
  /** HOST:PORT of the server behind it, without TLS. */
  upstream: string;
  server: Pair;
  /** Path: only clients whose certificate it signed. */
  clientCa?: string;
  /** Only calls that bear it. */
  key?: string;
}

export interface Front {
  /** `localhost:PORT`. */
  address: string;
  /** What calls bore as `authorization`. */
  keys: Set<string>;
  stop(): Promise<void>;
}

export async function startFront({ upstream, server, clientCa, key }: FrontOptions): Promise<Front> {
  const keys = new Set<string>();
  const behind = connect(`http://${upstream}`);
  behind.on('error', () => undefined);
  const front = createSecureServer({
    cert: await readFile(server.cert),
    key: await readFile(server.key),
    ...(clientCa === undefined ? {} : { ca: await readFile(clientCa), requestCert: true, rejectUnauthorized: true }),
  });
  const sockets = new Set<Socket>();
  front.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  front.on('stream', (stream, headers) => {
    keys.add(String(headers.authorization ?? 'none'));
    stream.on('error', () => undefined);
    if (key !== undefined && headers.authorization !== `Bearer ${key}`) {
      const refusal = `the key ${String(headers.authorization)} is not known`;
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16', 'grpc-message': refusal },
        { endStream: true },
      );
      return;
    }
    pass(stream, headers, behind);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return { address: `localhost:${portOf(front)}`, keys, stop: () => end(front, behind, sockets) };
}

function pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, behind: ReturnType<typeof connect>): void {
  const { ':authority': _name, ':scheme': _scheme, ...asked } = headers;
  const call = behind.request(asked);
  let trailers: IncomingHttpHeaders = {};
  call.on('error', () => stream.destroy());
  call.on('trailers', (sent: IncomingHttpHeaders) => {
    trailers = sent;
  });
  call.on('response', (answer, flags) => {
    const isAll = (flags & 1) === 1; // END_STREAM: the headers are the whole answer.
    stream.respond(answer, isAll ? { endStream: true } : { waitForTrailers: true });
    if (isAll) return;
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    call.pipe(stream);
  });
  stream.pipe(call);
  stream.on('close', () => call.close());
}

const portOf = (server: Http2SecureServer): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

async function end(front: Http2SecureServer, behind: ReturnType<typeof connect>, sockets: Set<Socket>): Promise<void> {
  behind.destroy();
  for (const socket of sockets) socket.destroy();
  front.close();
  await once(front, 'close');
}
