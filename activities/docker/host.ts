/** What the engine cannot answer and the host can: room and free ports. */
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { PublishedPort } from './types.js';

/** Bytes that are free for us on the file system of a directory, or undefined when it cannot be seen from here. */
export async function freeBytes(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

export interface PortQuestion {
  /** What the model publishes. */
  wanted: readonly PublishedPort[];
  /** What containers of this project hold. */
  own: readonly PublishedPort[];
  /** What other containers hold, with their names. */
  others: readonly (PublishedPort & { holder: string })[];
}

/** A sentence for each wanted port that somebody else holds. */
export async function takenPorts({ wanted, own, others }: PortQuestion): Promise<string[]> {
  const sentences = await Promise.all(
    wanted.map(async (port) => {
      const holder = others.find((other) => overlaps(port, other));
      if (holder)
        return `Port ${describePort(port)} is held by container ${holder.holder}: stop it or publish another port.`;
      if (own.some((mine) => overlaps(port, mine))) return undefined;
      return (await canBind(port))
        ? undefined
        : `Port ${describePort(port)} is held by another program of this host: stop it or publish another port.`;
    }),
  );
  return [...new Set(sentences.flatMap((sentence) => sentence ?? []))];
}

export function overlaps(a: PublishedPort, b: PublishedPort): boolean {
  return a.port === b.port && (everyAddress(a.address) || everyAddress(b.address) || a.address === b.address);
}

const everyAddress = (address: string): boolean => ['', '0.0.0.0', '::'].includes(address);

const describePort = ({ address, port }: PublishedPort): string =>
  everyAddress(address) ? String(port) : `${address}:${port}`;

/** False only when somebody listens: whoever may not bind below 1024, or has not the address, cannot tell. */
function canBind({ address, port }: PublishedPort): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(!('code' in error) || error.code !== 'EADDRINUSE'));
    server.listen({ port, host: everyAddress(address) ? '0.0.0.0' : address, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
