/** A server behind a proxy, which keeps what it was asked. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  method: string;
  /** Path and query, as they came. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface Backend {
  address: string;
  asked: Asked[];
  close(): Promise<void>;
}

export async function startBackend(answer: (asked: Asked) => Answer): Promise<Backend> {
  const asked: Asked[] = [];
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body };
      asked.push(one);
      const given = answer(one);
      response.writeHead(given.status, given.headers).end(given.body ?? '');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
