/** Which Temporal server `up` works with: one that is named, else the embedded one, which it starts. */
import { chooseServer, type ServerChoice } from '../client/address.js';
import { isServerAlive, readEmbeddedRecord } from '../client/embedded-record.js';
import { NAMESPACE } from '../workflows/contract.js';
import type { Composition } from './composition.js';
import { startEmbeddedServer } from './embedded-server.js';
import { keepServer } from './keep-server.js';

export interface Server {
  choice: ServerChoice;
  /** Stops the embedded server; leaves any other alone. */
  stop(): Promise<void>;
}

export async function serveTemporal(composition: Composition, options: { address?: string }): Promise<Server> {
  const { settings, say } = composition;
  const choice = await chooseServer({
    option: options.address,
    temporalEnvironment: settings.temporalEnvironment,
    stateDirectories: [settings.stateDirectory],
  });
  if (choice !== undefined && !choice.isEmbedded) {
    say(`Temporal: ${choice.sentence}.`);
    return { choice, stop: async () => undefined };
  }
  const start = () =>
    startEmbeddedServer({
      stateDirectory: settings.stateDirectory,
      cli: settings.temporalCli,
      cacheDirectory: settings.cacheDirectory,
      env: settings.childEnvironment,
      signal: composition.signal,
    });
  const embedded = await start();
  const kept = keepServer(embedded, { say, restart: start, isAlive: () => isAlive(settings.stateDirectory) });
  const sentence = `the embedded server, ${embedded.how}, because no address is configured (its state is ${embedded.database})`;
  say(`Temporal: ${sentence}.`);
  say(`Temporal UI: http://${embedded.uiAddress}/namespaces/${NAMESPACE}/workflows`);
  say('For the plain Temporal command line:');
  say(`  export TEMPORAL_ADDRESS=${embedded.address}`);
  say(`  export TEMPORAL_NAMESPACE=${NAMESPACE}`);
  return {
    choice: {
      address: embedded.address,
      namespace: NAMESPACE,
      source: 'embedded',
      sentence,
      isEmbedded: true,
      isRunning: true,
      security: {},
    },
    stop: () => kept.stop(),
  };
}

/** A record that cannot be read says nothing about the process. */
async function isAlive(stateDirectory: string): Promise<boolean> {
  const record = await readEmbeddedRecord(stateDirectory).catch(() => undefined);
  return record === undefined || isServerAlive(record);
}
