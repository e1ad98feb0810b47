/**
 * The Temporal server of a host that has none: the development server, its state in a SQLite file of ours. It runs in a
 * session of its own, so that a ^C in the terminal does not take it away under a worker that is finishing.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { startDetached, tailOf } from '../activities/shared/run-command.js';
import { processMark } from '../activities/shared/process.js';
import {
  isServerAlive,
  readEmbeddedRecord,
  writeEmbeddedRecord,
  type EmbeddedRecord,
} from '../client/embedded-record.js';
import { findTemporalCli, startDevCommand, type TemporalCli } from './embedded-server-cli.js';
import {
  choosePort,
  LOOPBACK,
  TEMPORAL_PORT,
  TEMPORAL_UI_PORT,
  wantedPorts,
  type Ports,
} from './embedded-server-ports.js';
import { endProcess, processWithDatabase, valueOf, waitUntilAnswers } from './embedded-server-process.js';

export interface EmbeddedServer {
  readonly address: string;
  readonly uiAddress: string;
  readonly database: string;
  /** started: by this call; taken over: a former `up` left it running. */
  readonly how: 'started' | 'taken over';
  /** SIGTERM, then SIGKILL after the limit. Twice: nothing. The ports stay written down for the next start. */
  stop(): Promise<void>;
}

export interface EmbeddedServerOptions {
  stateDirectory: string;
  /** BIRDKEEPER_TEMPORAL_CLI. */
  cli: string | undefined;
  cacheDirectory: string;
  /** Environment of the child. */
  env: Record<string, string>;
  signal: AbortSignal;
  /** Ports that Temporal's users expect; others in tests. */
  usualPorts?: Ports;
}

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
/** Between looking for a free port and listening on it, somebody else may take it. */
const ATTEMPTS = 3;

/**
 * Starts the server, or takes over the one that a killed `up` left behind. Twice at once on one state directory is for the
 * caller to exclude. Throws Configuration when there is no command line or it does not start, with the end of its log.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const folder = join(options.stateDirectory, 'temporal');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const former = await readEmbeddedRecord(options.stateDirectory);
  const cli = await findTemporalCli({ ...options, setting: options.cli }, options.signal);
  // The server never migrates a file: one per version, and an upgrade starts a new one.
  const database = join(folder, `${cli.serverVersion}.db`);
  const running = await findRunning(former, database, cli);
  if (running) {
    const usable = await waitUntilAnswers(running, () => false, START_LIMIT_MS, options.signal);
    if (usable) {
      await writeEmbeddedRecord(options.stateDirectory, running);
      return serverOf(running, 'taken over', options.stateDirectory);
    }
    await endProcess(running, STOP_LIMIT_MS);
  }
  return startNew(options, { cli, database, former, log: join(folder, 'server.log') });
}

/** The server that runs already: the recorded one, else whichever process has our database open. */
async function findRunning(
  former: EmbeddedRecord | undefined,
  database: string,
  cli: TemporalCli,
): Promise<EmbeddedRecord | undefined> {
  if (former && (await isServerAlive(former))) return former;
  const found = await processWithDatabase(database);
  if (!found) return undefined;
  const port = valueOf(found.args, '--port') ?? String(TEMPORAL_PORT);
  const uiPort = valueOf(found.args, '--ui-port') ?? String(TEMPORAL_UI_PORT);
  return recordOf(cli, database, { port: Number(port), uiPort: Number(uiPort) }, found.pid);
}

async function startNew(
  options: EmbeddedServerOptions,
  what: { cli: TemporalCli; database: string; former: EmbeddedRecord | undefined; log: string },
): Promise<EmbeddedServer> {
  const usual = options.usualPorts ?? { port: TEMPORAL_PORT, uiPort: TEMPORAL_UI_PORT };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const ports = await choosePorts(what.former, usual);
    const command = startDevCommand(what.cli.path, what.database, ports);
    const child = await startDetached(command, { env: options.env, outputFile: what.log });
    const record = await recordOf(what.cli, what.database, ports, child.pid);
    // Before it answers: whoever is killed now must be able to find it again.
    await writeEmbeddedRecord(options.stateDirectory, record);
    let ended = false;
    void child.ended.then(() => (ended = true));
    try {
      if (await waitUntilAnswers(record, () => ended, START_LIMIT_MS, options.signal)) {
        return serverOf(record, 'started', options.stateDirectory);
      }
    } catch (error) {
      await endProcess(record, STOP_LIMIT_MS);
      throw error;
    }
    await endProcess(record, STOP_LIMIT_MS);
  }
  const tail = tailOf(await readFile(what.log, 'utf8').catch(() => ''));
  throw new StepFailure(
    FAILURES.configuration,
    `The embedded Temporal server did not start (${ATTEMPTS} tries; ${what.log})${tail}`,
  );
}

async function choosePorts(former: EmbeddedRecord | undefined, usual: Ports): Promise<Ports> {
  const port = await choosePort(wantedPorts(former?.address, usual.port));
  const uiPort = await choosePort(wantedPorts(former?.uiAddress, usual.uiPort), [port]);
  return { port, uiPort };
}

async function recordOf(cli: TemporalCli, database: string, ports: Ports, pid: number): Promise<EmbeddedRecord> {
  const pidStart = await processMark(pid);
  return {
    address: `${LOOPBACK}:${ports.port}`,
    uiAddress: `${LOOPBACK}:${ports.uiPort}`,
    pid,
    ...(pidStart === undefined ? {} : { pidStart }),
    database,
    serverVersion: cli.serverVersion,
    cliVersion: cli.cliVersion,
  };
}

function serverOf(record: EmbeddedRecord, how: EmbeddedServer['how'], stateDirectory: string): EmbeddedServer {
  return {
    address: record.address,
    uiAddress: record.uiAddress,
    database: record.database,
    how,
    async stop() {
      await endProcess(record, STOP_LIMIT_MS);
      const { pid: _pid, pidStart: _start, ...rest } = record;
      await writeEmbeddedRecord(stateDirectory, rest);
    },
  };
}
