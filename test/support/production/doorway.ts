/**
 * A loopback port that leads to a port of a container, wherever that is now: a container that is recreated has another address,
 * and nothing of the production form but the UI is published.
 */
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Doorway {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  close(): Promise<void>;
}

/** `whereTo`: HOST of the container now; undefined while there is none, and who knocks is sent away. */
export async function openDoorway(port: number, whereTo: () => Promise<string | undefined>): Promise<Doorway> {
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((inside) => {
    keep(inside);
    void whereTo().then((host) => {
      if (host === undefined || inside.destroyed) return inside.destroy();
      const onward = connect(port, host);
      keep(onward);
      onward.once('close', () => inside.destroy());
      inside.once('close', () => onward.destroy());
      inside.pipe(onward).pipe(inside);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  return {
    address: `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
