/** The server's process: found again, asked whether it answers, ended. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { isServerAlive, isServerElsewhere, type EmbeddedRecord } from '../client/embedded-record.js';

const POLL_MS = 100;

/**
 * Tries until the recorded process itself answers, `gone` says that it never will, or the time is over. Another server may
 * have taken the port since it was chosen: its answers are not ours.
 */
export async function waitUntilAnswers(
  { address, pid }: EmbeddedRecord,
  gone: () => boolean,
  limitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (Date.now() < end && !gone()) {
    signal.throwIfAborted();
    if ((await answers(address)) && (pid === undefined || (await listensAt(pid, address)) !== false)) return true;
    await sleep(POLL_MS, undefined, { signal });
  }
  return false;
}

/** State LISTEN in /proc/net/tcp; see proc(5). */
const LISTENING = '0A';

/** Whether that process listens at HOST:PORT, which must be on IPv4. Undefined where there is no /proc. */
export async function listensAt(pid: number, address: string): Promise<boolean | undefined> {
  const table = await readFile('/proc/net/tcp', 'utf8').catch(() => undefined);
  if (table === undefined) return undefined;
  const port = Number(address.split(':').at(-1)).toString(16).toUpperCase().padStart(4, '0');
  const sockets = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTENING && local?.endsWith(`:${port}`))
    .map((fields) => `socket:[${fields[9]}]`);
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => ''));
  return (await Promise.all(links)).some((link) => sockets.includes(link));
}

/** One try: the front end takes calls and the `default` namespace, which the server makes last, can be read. */
export async function answers(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 2_000 });
    const service = connection.workflowService;
    await connection.withDeadline(Date.now() + 2_000, () => service.describeNamespace({ namespace: 'default' }));
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/**
 * The process that has our database open, whoever started it: two servers on one SQLite file would destroy it. Needed for
 * the instant between a start and its record. Where there is no /proc, only the record is known.
 */
export async function processWithDatabase(database: string): Promise<{ pid: number; args: string[] } | undefined> {
  const names = await readdir('/proc').catch(() => []);
  for (const name of names) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const args = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (args.includes('start-dev') && valueOf(args, '--db-filename') === database) return { pid, args };
  }
  return undefined;
}

/** Value that follows an option in an argument list. Pure. */
export function valueOf(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option);
  return at < 0 ? undefined : args[at + 1];
}

/** SIGTERM, so that SQLite closes its file; SIGKILL when that takes longer than the limit. Already gone: nothing. */
export async function endProcess(record: EmbeddedRecord, limitMs: number): Promise<'ended' | 'killed'> {
  if (record.pid === undefined || isServerElsewhere(record) || !(await isServerAlive(record))) return 'ended';
  process.kill(record.pid, 'SIGTERM');
  if (await isGoneWithin(record, limitMs)) return 'ended';
  process.kill(record.pid, 'SIGKILL');
  await isGoneWithin(record, 5_000);
  return 'killed';
}

async function isGoneWithin(record: EmbeddedRecord, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    if (!(await isServerAlive(record))) return true;
    await sleep(POLL_MS / 2);
  }
  return false;
}
