/** A socket in a directory that several containers share tells whether its owner lives, where no process number can. */
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';

const ANSWER_MS = 2_000;

/** Whether a process listens there, at a path or a port: nothing does after one that was killed. */
export function isListenedTo(place: { path: string } | { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: ANSWER_MS });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}

/** What a killed owner left there is taken away. Throws what the system says when nothing can listen there. */
export async function listenAt(
  path: string,
  server: Server = createServer((socket) => socket.destroy()),
): Promise<Server> {
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}
