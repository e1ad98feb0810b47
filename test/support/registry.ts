/** A real image registry on a free loopback port, with its blobs in a directory of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Registry {
  /** `127.0.0.1:PORT`: the first part of the references of its images. */
  readonly host: string;
  /** Ends the process; its blobs stay for a later `start`. */
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  /** Ends the process and removes its blobs. */
  remove(): Promise<void>;
}

/** Whoever logs in to a registry that asks for it. */
export const REGISTRY_USER = { name: 'bird', password: 'keeper-test' } as const;
const HTPASSWD = 'bird:$2b$05$h5y0/.WbZw7UmdNUz5UV1e5n5bfiU/CnvLrP9STF1w8vw8rDZyyBi';

const READY_MS = 15_000;

/** `requireLogin`: only `REGISTRY_USER` may pull and push. `parent`: where its directory is made. */
export async function startRegistry(options: { requireLogin?: boolean; parent?: string } = {}): Promise<Registry> {
  const directory = await mkdtemp(join(options.parent ?? tmpdir(), 'birdkeeper-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const configuration = join(directory, 'config.yml');
  const htpasswd = join(directory, 'htpasswd');
  await writeFile(htpasswd, `${HTPASSWD}\n`);
  await writeFile(
    configuration,
    JSON.stringify({
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(directory, 'blobs') }, delete: { enabled: true } },
      http: { addr: host, secret: 'only-for-tests' },
      ...(options.requireLogin ? { auth: { htpasswd: { realm: 'birdkeeper', path: htpasswd } } } : {}),
    }),
  );
  let end: (() => Promise<void>) | undefined;
  const registry: Registry = {
    host,
    async start() {
      end ??= await serve(configuration, host);
    },
    async stop() {
      await end?.();
      end = undefined;
    },
    async remove() {
      await registry.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    await registry.start();
  } catch (error) {
    await registry.remove();
    throw error;
  }
  return registry;
}

async function serve(configuration: string, host: string): Promise<() => Promise<void>> {
  const child = spawn('docker-registry', ['serve', configuration], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
    child.once('exit', () => resolve());
  });
  let gone = false;
  void exited.then(() => (gone = true));
  const end = async () => {
    if (!gone) child.kill('SIGTERM');
    await exited;
  };
  const deadline = Date.now() + READY_MS;
  while (!(await answers(host))) {
    if (gone || Date.now() > deadline) {
      await end();
      throw new Error(`docker-registry does not serve (apt-get install docker-registry): ${said}`);
    }
    await sleep(50);
  }
  return end;
}

async function answers(host: string): Promise<boolean> {
  try {
    const response = await fetch(`http://${host}/v2/`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.status === 200 || response.status === 401;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
