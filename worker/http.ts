/** A server of HTTP that listens, as whoever started it sees it. */
import type { Server } from 'node:http';

export interface Listening {
  /** HOST:PORT. */
  address: string;
  /** Closes every connection; requests in progress are lost. */
  close(): Promise<void>;
}

export const listening = (server: Server): Listening => ({
  address: addressOf(server),
  close: () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
});

function addressOf(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return bound ?? '';
  return `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}
