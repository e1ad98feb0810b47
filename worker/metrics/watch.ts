/** Keeps what the Temporal server says, and adds up in the state directory what ended, before the server forgets it. */
import { readJson, writeJson } from '../../activities/shared/files.js';
import type { StackState } from '../../activities/state/index.js';
import { EMPTY, Ledger, withRuns } from './runs.js';
import type { OpenRun, RunKey, ScheduleFact } from './schedules.js';
import type { Answers } from './server.js';

export const LEDGER_FILE = 'runs.json';
/** How far back is looked again when nothing ended: two clocks need not agree. */
const NOTHING_ENDED_MS = 3_600_000;

/** Asks the server; `server.ts` stands on Temporal. */
export type Ask = (until: Readonly<Record<string, number>>) => Promise<Answers>;

export interface Watched {
  reachable: boolean;
  schedules: readonly ScheduleFact[];
  open: readonly OpenRun[];
  queued: Readonly<Record<string, number>>;
  /** By stack. */
  ledgers: ReadonlyMap<string, Ledger>;
  jobs(stack: string): readonly Omit<RunKey, 'stack'>[];
}

export class Watch {
  private readonly ledgers = new Map<string, Ledger>();
  /** Stacks whose file does not read: it is left for a person, and nothing is written over it. */
  private readonly unreadable = new Set<string>();
  private answers: Answers | undefined;
  private reachable = false;
  private told = false;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly ask: Ask,
    private readonly stacks: () => Promise<readonly StackState[]>,
    /** Hears once why it could not be asked or added up, until it can. */
    private readonly tell: (error: unknown) => void,
  ) {}

  /** Never rejects. Who asks meanwhile waits for the look that runs. */
  look(): Promise<void> {
    return (this.looking ??= this.lookNow().finally(() => (this.looking = undefined)));
  }

  known(): Watched {
    const { schedules = [], open = [], queued = {} } = this.answers ?? {};
    return {
      ...{ reachable: this.reachable, schedules, open, queued, ledgers: this.ledgers },
      jobs: (stack) => this.ledgers.get(stack)?.jobs ?? [],
    };
  }

  isUnreadable(stack: string): boolean {
    return this.unreadable.has(stack);
  }

  /** What earlier workers added up. */
  async recall(): Promise<void> {
    for (const stack of await this.stacks()) if (!this.ledgers.has(stack.name)) await this.recallOne(stack);
  }

  private async lookNow(): Promise<void> {
    let answered = false;
    try {
      await this.recall();
      const stacks = await this.stacks();
      const lookedAt = Date.now();
      const until = Object.fromEntries(stacks.map(({ name }) => [name, this.ledgers.get(name)?.until ?? 0]));
      const answers = await this.ask(until);
      answered = true;
      this.answers = answers;
      for (const stack of stacks) await this.add(stack, answers, lookedAt);
      this.told = false;
    } catch (error) {
      if (!this.told) this.tell(error);
      this.told = true;
    }
    this.reachable = answered;
  }

  private async recallOne(stack: StackState): Promise<void> {
    try {
      this.ledgers.set(stack.name, (await readJson(stack.path(LEDGER_FILE), Ledger)) ?? EMPTY);
      this.unreadable.delete(stack.name);
    } catch {
      this.unreadable.add(stack.name);
      this.ledgers.set(stack.name, EMPTY);
    }
  }

  private async add(stack: StackState, answers: Answers, lookedAt: number): Promise<void> {
    const former = this.ledgers.get(stack.name) ?? EMPTY;
    const jobs = answers.schedules
      .filter((schedule) => schedule.stack === stack.name && schedule.name !== '')
      .map(({ task, name }) => ({ task, name }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const added = withRuns(former, answers.ended[stack.name] ?? []);
    const ledger = JSON.stringify(jobs) === JSON.stringify(added.jobs) ? added : { ...added, jobs };
    // On disk first: what is told must not be told less after a crash.
    if (ledger !== former && !this.unreadable.has(stack.name)) await writeJson(stack.path(LEDGER_FILE), ledger);
    this.ledgers.set(stack.name, { ...ledger, until: Math.max(ledger.until, lookedAt - NOTHING_ENDED_MS) });
  }
}
