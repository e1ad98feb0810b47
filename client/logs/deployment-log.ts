/** The log of a stack's deployments, wherever it lies: the configured directory, else that of whoever ran the worker. */
import { join } from 'node:path';
import { SYSTEM_LOG_DIRECTORY } from '../places.js';
import type { ClientSettings } from '../settings.js';
import type { KnownStack } from '../stack.js';
import { isPermissionError } from '../failures.js';
import { LogReader, opensFrame, type LogItem } from './parse.js';
import { itemsOf, readRotated, rotatedFiles } from './rotated.js';
import { numbersIn, select, type Selected, type Wanted } from './select.js';
import { FileTail } from './tail.js';

export const LOG_FILE = 'autodeploy.log';

export interface OpenLog extends Selected {
  path: string;
  /** Goes on after what `items` holds. */
  tail: FileTail;
  reader: LogReader;
  /** Deployments whose frames were seen on the way, oldest first. */
  numbers: number[];
  /** START_TIME of the newest frame that was seen; empty when none was. */
  newest: string;
}

/** Best first. A stack whose configuration was never read has none on record: the default counts. */
export async function logDirectories({ state }: KnownStack, settings: ClientSettings): Promise<string[]> {
  const noted = await ofUs(state.logDirectory());
  const lastGood = await ofUs(state.lastGood());
  const configured = noted ?? lastGood?.logDir ?? SYSTEM_LOG_DIRECTORY;
  return [...new Set([configured, lastGood?.logDir ?? configured, settings.personalLogDirectory])];
}

/** What belongs to another user is no reason to see nothing. */
const ofUs = <T>(record: Promise<T | undefined>): Promise<T | undefined> =>
  record.catch((error: unknown) => {
    if (isPermissionError(error)) return undefined;
    throw error;
  });

/**
 * Of several directories the one with the newest frame that is asked for. Throws what keeps the only good one from being read.
 * Whoever calls this closes the tail.
 */
export async function openLog(directories: readonly string[], wanted: Wanted): Promise<OpenLog> {
  const tried = await Promise.allSettled(directories.map((directory) => openIn(directory, wanted)));
  const opened = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const best = opened.reduce<OpenLog | undefined>((a, b) => (a === undefined || isBetter(b, a) ? b : a), undefined);
  for (const log of opened) if (log !== best) await log.tail.close();
  const refusal = tried.find((one) => one.status === 'rejected');
  if (best !== undefined && (best.items !== undefined || refusal === undefined)) return best;
  await best?.tail.close();
  throw refusal?.reason;
}

const isBetter = (a: OpenLog, b: OpenLog): boolean =>
  (a.items === undefined) === (b.items === undefined) ? a.newest > b.newest : a.items !== undefined;

/** Reads back over rotated files until what is asked for begins. */
async function openIn(directory: string, wanted: Wanted): Promise<OpenLog> {
  const file = wanted.file ?? LOG_FILE;
  const path = join(directory, file);
  const tail = new FileTail(path);
  const reader = new LogReader();
  let items: LogItem[] = itemsOf(await tail.lines(), reader);
  let selected = select(items, wanted);
  for (const rotated of await rotatedFiles(directory, file)) {
    if (selected.items !== undefined) break;
    items = [...(await readRotated(rotated)), ...items];
    selected = select(items, wanted);
  }
  const newest = (selected.items ?? items).findLast(opensFrame)?.entry.START_TIME ?? '';
  return { path, tail, reader, numbers: numbersIn(items, wanted.stack), newest, ...selected };
}
