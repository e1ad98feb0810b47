/** Ports of the embedded server: what it had before, else Temporal's own, else any that is free. */
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';
export const TEMPORAL_PORT = 7233;
export const TEMPORAL_UI_PORT = 8233;

export interface Ports {
  port: number;
  uiPort: number;
}

/**
 * Chooses one port: the first of `wanted` that is free, else a free one of the system's choice. `taken` are those
 * promised to somebody else.
 */
export async function choosePort(wanted: readonly number[], taken: readonly number[] = []): Promise<number> {
  for (const port of wanted) {
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  return anyFreePort();
}

/** Order of preference for one port. Pure. `former`: HOST:PORT of the last run. */
export function wantedPorts(former: string | undefined, usual: number): number[] {
  const kept = Number(former?.split(':').at(-1));
  return Number.isInteger(kept) && kept > 0 && kept < 65_536 && kept !== usual ? [kept, usual] : [usual];
}

export function isFree(port: number): Promise<boolean> {
  return listen(port).then(
    () => true,
    () => false,
  );
}

const anyFreePort = (): Promise<number> => listen(0);

/** Listens for an instant. Rejects when the port is taken. */
function listen(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(chosen));
    });
  });
}
