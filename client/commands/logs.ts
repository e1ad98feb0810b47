import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, jobLogFile, SCHEDULED_LOG } from '../../workflows/contract.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import type { CommandContext, CommonOptions, Io } from '../io.js';
import { jobIn } from '../job-names.js';
import { logDirectories, LOG_FILE, openLog, type OpenLog } from '../logs/deployment-log.js';
import { closesFrame, opensFrame, type LogItem } from '../logs/parse.js';
import type { Wanted } from '../logs/select.js';
import { numberOf } from '../numbers.js';
import { findStack } from '../stack.js';
import { printable } from '../text.js';

/** The name is part of a path. */
const JOB_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,120}$/;

export interface LogsOptions extends CommonOptions {
  follow?: boolean;
}

const POLL_MS = 250;

/** Lines of the newest deployment and all that came after, or those of one deployment. Needs neither server nor worker. */
export async function logs(context: CommandContext, options: LogsOptions, argument: string): Promise<ExitStatus> {
  return show(context, options, argument === '' ? undefined : numberOf(argument, 'deployment'));
}

/** Lines of the newest run of a job and all that came after. */
export async function showJobLog(context: CommandContext, options: LogsOptions, word: string): Promise<ExitStatus> {
  const job = jobIn(word);
  if (!JOB_NAME.test(job)) throw wrongUse(`${JSON.stringify(word)} is no name of a job.`);
  const fixed = Object.entries(SCHEDULED_LOG).find(([kind]) => kind === word)?.[1];
  return show(context, options, undefined, fixed ?? jobLogFile(job));
}

async function show(
  context: CommandContext,
  options: LogsOptions,
  number: number | undefined,
  file?: string,
): Promise<ExitStatus> {
  const { io, settings } = context;
  const stack = await findStack(settings, options.stack, options.envFile);
  const wanted: Wanted = { stack: stack.ref.stack, number, ...(file === undefined ? {} : { file }) };
  const directories = await logDirectories(stack, settings);
  const log = await openLog(directories, wanted);
  // Before the first line is shown: who sees one may press ^C.
  const interruption = options.follow ? io.interruption() : undefined;
  try {
    const tell = (items: readonly LogItem[]) => items.forEach((item) => print(io, item, options.json === true));
    if (log.items === undefined && !(options.follow && isToCome(log, number))) {
      throw wrongUse(notThere(wanted, log, directories));
    }
    tell(log.items ?? []);
    if (interruption && !log.isComplete) await follow(interruption.signal, log, wanted, tell);
    return EXIT.done;
  } finally {
    interruption?.done();
    await log.tail.close();
  }
}

/** Until the deployment's frame is closed, or ^C. */
async function follow(
  signal: AbortSignal,
  log: OpenLog,
  { stack, number }: Wanted,
  show: (items: readonly LogItem[]) => void,
): Promise<void> {
  let isOpen = number === undefined || log.items !== undefined;
  while (!signal.aborted) {
    const lines = await log.tail.lines();
    const items = lines.length > 0 ? lines.flatMap((line) => log.reader.push(line)) : log.reader.flush();
    for (const item of items.filter(({ entry }) => entry.stack === stack)) {
      const isOurs = number === undefined || item.entry.run === number;
      isOpen ||= isOurs && opensFrame(item);
      if (!isOurs || !isOpen) continue;
      show([item]);
      if (number !== undefined && closesFrame(item)) return;
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A deployment whose number is above all that were seen may be queued still. */
const isToCome = ({ numbers }: OpenLog, number: number | undefined): boolean =>
  number === undefined || numbers.every((seen) => seen < number);

function notThere({ stack, number, file }: Wanted, { numbers }: OpenLog, directories: readonly string[]): string {
  const where = directories.map((directory) => `${directory}/${file ?? LOG_FILE}`).join(' or ');
  if (file !== undefined) return `No run of a job of ${stack} is in ${where}, rotated files included.`;
  if (numbers.length === 0) {
    return `No deployment of ${stack} is in ${where}, rotated files included. Lines that are to come are shown by: birdkeeper logs --follow`;
  }
  const [first, last] = [numbers[0], numbers.at(-1)];
  const there = first === last ? `only ${first} is` : `${first} to ${last} are`;
  return `Deployment ${number} of ${stack} is not in ${where}: ${there}. Older ones may be rotated away; their outcome is told by: birdkeeper history`;
}

function print(io: Io, { entry, text }: LogItem, json: boolean): void {
  if (json) io.out(JSON.stringify(entry));
  else for (const line of text) io.out(printable(line));
}
