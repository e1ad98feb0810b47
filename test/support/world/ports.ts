import { createServer } from 'node:net';

/** Below the range from which systems give out ports by themselves: what is free now is so in half a minute too. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 100;

/** Free loopback ports, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries > TRIES) throw new Error(`no ${count} ports are free between ${LOWEST} and ${HIGHEST}`);
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
