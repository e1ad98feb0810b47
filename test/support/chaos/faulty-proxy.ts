/** A proxy in front of a real registry that answers wrongly as often as it is told to, and then no more. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';

/** status: answers so; half: the first half of a layer, then the connection ends. */
export type Fault = { status: number } | 'half';

export interface FaultyProxy {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** The real one, `HOST:PORT`. */
  forwardTo(registry: string): void;
  /** The next that many answers for a manifest (status) or a layer (half) are wrong. */
  spoil(fault: Fault, times: number): void;
  /** How many wrong answers were given since the last `spoil`. */
  readonly spoilt: number;
  stop(): Promise<void>;
}

export async function startFaultyProxy(): Promise<FaultyProxy> {
  let registry = '';
  let fault: Fault = 'half';
  let left = 0;
  let spoilt = 0;
  const spoils = (path: string): boolean => {
    const concerned = fault === 'half' ? path.includes('/blobs/sha256:') : path.includes('/manifests/');
    if (!concerned || left === 0) return false;
    left -= 1;
    spoilt += 1;
    return true;
  };
  const server = createServer((asked, answer) => {
    if (asked.method === 'GET' || asked.method === 'HEAD') {
      if (spoils(asked.url ?? '')) {
        if (fault !== 'half') return refuse(answer, fault.status);
        return pass(registry, asked, answer, halve);
      }
    }
    pass(registry, asked, answer, (from, to) => void from.pipe(to));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    forwardTo: (real) => {
      registry = real;
    },
    spoil: (next, times) => {
      [fault, left, spoilt] = [next, times, 0];
    },
    get spoilt() {
      return spoilt;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function refuse(answer: ServerResponse, status: number): void {
  const code = status === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN';
  answer.writeHead(status, { 'content-type': 'application/json', 'docker-distribution-api-version': 'registry/2.0' });
  answer.end(JSON.stringify({ errors: [{ code, message: status === 429 ? 'rate limit exceeded' : 'it broke' }] }));
}

type Body = (from: IncomingMessage, to: ServerResponse) => void;

function pass(registry: string, asked: IncomingMessage, answer: ServerResponse, body: Body): void {
  const [host, port] = registry.split(':');
  const onward = request(
    { host, port, path: asked.url, method: asked.method, headers: { ...asked.headers, host: registry } },
    (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      body(from, answer);
    },
  );
  onward.on('error', () => answer.destroy());
  asked.pipe(onward);
}

/** The length that was promised stays the whole one. */
function halve(from: IncomingMessage, to: ServerResponse): void {
  const chunks: Buffer[] = [];
  from.on('data', (chunk: Buffer) => chunks.push(chunk));
  from.on('end', () => {
    const all = Buffer.concat(chunks);
    to.write(all.subarray(0, Math.floor(all.length / 2)), () => to.destroy());
  });
}
