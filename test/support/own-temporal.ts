/** An embedded Temporal server for one test file: on free ports, its state in a directory of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory } from '../../client/places.js';
import { choosePort, type Ports } from '../../worker/embedded-server-ports.js';
import { startEmbeddedServer, type EmbeddedServer } from '../../worker/embedded-server.js';

/** Nothing of whoever runs the tests: above all no TEMPORAL_* variable. */
export const childEnvironment = (home: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: home,
});

export const temporalCli = (): string | undefined => process.env.BIRDKEEPER_TEMPORAL_CLI;

/** Where set-up puts the command line when it is neither set nor on PATH. */
export const setUpCache = (): string =>
  cacheDirectory(process.env, { isRoot: false, home: process.env.HOME ?? homedir() });

export async function freePorts(): Promise<Ports> {
  const port = await choosePort([]);
  return { port, uiPort: await choosePort([], [port]) };
}

export function startIn(stateDirectory: string, usualPorts?: Ports): Promise<EmbeddedServer> {
  return startEmbeddedServer({
    stateDirectory,
    cli: temporalCli(),
    cacheDirectory: setUpCache(),
    env: childEnvironment(stateDirectory),
    signal: AbortSignal.timeout(60_000),
    ...(usualPorts === undefined ? {} : { usualPorts }),
  });
}

export interface OwnTemporal {
  server: EmbeddedServer;
  stateDirectory: string;
  /** Stops the server and removes its state. */
  remove(): Promise<void>;
}

export async function ownTemporal(name: string): Promise<OwnTemporal> {
  const stateDirectory = await mkdtemp(join(tmpdir(), `birdkeeper-test-${name}-`));
  try {
    const server = await startIn(stateDirectory, await freePorts());
    const remove = async () => {
      await server.stop();
      await rm(stateDirectory, { recursive: true, force: true });
    };
    return { server, stateDirectory, remove };
  } catch (error) {
    await rm(stateDirectory, { recursive: true, force: true });
    throw error;
  }
}
