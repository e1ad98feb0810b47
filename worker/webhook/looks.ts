/** From what deliveries say to looks at stacks. */
import { messageOf } from '../../activities/shared/failures.js';
import type { Logger } from '../logger.js';
import { collapse, type Collapsed } from './collapse.js';
import { matchStacks, shownAddress, type StackRepositories } from './match.js';
import { oncePer } from './quiet.js';

export interface LooksOptions {
  /** Remote addresses of the checkouts of each stack. */
  repositories: () => Promise<StackRepositories[]>;
  /** Looks at the stack now, as its schedule would. */
  look: (stack: string) => Promise<void>;
  log: Pick<Logger, 'info' | 'warn'>;
  now: () => number;
  /** Least time between two looks at one stack. */
  lookDistanceMs: number;
  /** Least time between two readings of the repositories. */
  matchDistanceMs: number;
}

export interface Looks {
  /** Looks soon at the stacks that have one of these addresses. Never fails. */
  about(urls: readonly string[]): void;
  stop(): void;
}

const HOUR_MS = 3_600_000;
/** Repositories that wait to be found, and those that are logged as unknown in an hour: a caller could name any number. */
const MOST_REPOSITORIES = 200;
const MOST_SHOWN = 200;

/** The answer has gone out before a stack is looked for, so that it cannot tell by its time which repositories are known. */
export function createLooks(options: LooksOptions): Looks {
  const { repositories, look, log, now, lookDistanceMs, matchDistanceMs } = options;
  const waiting = new Map<string, readonly string[]>();
  const byStack = new Map<string, Collapsed>();
  const isNews = oncePer(HOUR_MS, MOST_REPOSITORIES, now);

  const ask = (stack: string): void => {
    const known = byStack.get(stack);
    const work = async () => {
      log.info('A webhook asks for a look', { stack });
      await look(stack);
    };
    const failed = (error: unknown) =>
      log.warn(`The look that a webhook asked for could not be made: ${messageOf(error)}`, { stack });
    const collapsed = known ?? collapse(work, { distanceMs: lookDistanceMs, failed, now });
    byStack.set(stack, collapsed);
    collapsed.ask();
  };
  const find = async (): Promise<void> => {
    const deliveries = [...waiting.values()];
    waiting.clear();
    const stacks = await repositories();
    for (const urls of deliveries) {
      const found = matchStacks(urls, stacks);
      for (const stack of found) ask(stack);
      const sentence = unknown(urls);
      if (found.length === 0 && isNews(sentence)) log.warn(sentence);
    }
  };
  const failed = (error: unknown) =>
    log.warn(`A webhook led to no look, because the checkouts of the stacks could not be read: ${messageOf(error)}`);
  const finding = collapse(find, { distanceMs: matchDistanceMs, failed, now });

  return {
    about(urls) {
      if (waiting.size < MOST_REPOSITORIES) waiting.set(urls.join('\n'), urls);
      finding.ask();
    },
    stop() {
      finding.stop();
      for (const collapsed of byStack.values()) collapsed.stop();
    },
  };
}

function unknown(urls: readonly string[]): string {
  const [address] = urls.map(shownAddress).filter((shown) => shown !== undefined);
  return address === undefined
    ? 'A webhook names no repository: it is answered and leads to nothing'
    : `A webhook names ${address.slice(0, MOST_SHOWN)}, which is a checkout of no stack of this host: it is answered and leads to nothing`;
}
