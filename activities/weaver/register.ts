/**
 * The story of one bird: wait until it answers, compare, add or replace, read back. Safe to run again from any point: it looks at
 * what Weaver has before each change, and nothing that is right is touched.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BirdOutcome, BirdWord } from '../../workflows/bird-model.js';
import { WebFailure, type WebAnswer } from '../shared/web.js';
import { askBird, type BirdAnswer } from './bird.js';
import {
  addProvider,
  descriptionOf,
  processesOf,
  registeredIds,
  removeProvider,
  storedProvider,
  storedProviders,
  type Reach,
  type StoredProvider,
} from './client.js';
import { withoutQuery, type Bird, type WeaverPlace } from './place.js';
import { maybeNotPublic, notPublic, readAdded, type Why } from './refusals.js';

/** `log`: a line each for what is done and waited for. */
export type Log = (line: string) => void;

type Rules = Pick<WeaverPlace, 'retryCount' | 'retryAfterSeconds'>;

/** done: that is how it ends. again: after a pause; `costs`: one of the tries that Weaver's no is worth. */
type Turn = { is: 'done'; outcome: BirdOutcome } | ({ is: 'again'; pauseMs: number; costs: boolean } & Why);

const LOOK_AGAIN_MS = 1_000;

/** Ends with an outcome, whatever the bird does; throws only what ends the work as a whole. */
export async function registerBird(bird: Bird, rules: Rules, reach: Reach, log: Log): Promise<BirdOutcome> {
  const story = new Story(bird, rules, reach, log);
  let refused = 0;
  let told = '';
  for (;;) {
    const turn = await turnOf(story);
    if (turn.is === 'done') return turn.outcome;
    if (turn.costs) refused += 1;
    if (refused > rules.retryCount || reach.deadline.leftMs() <= turn.pauseMs) return story.givenUp(turn);
    if (turn.why !== told) log(`${bird.name} ${turn.why}; it is asked again`);
    told = turn.why;
    await sleep(turn.pauseMs, undefined, { signal: reach.signal });
  }
}

/** Weaver itself may be away for a moment. */
async function turnOf(story: Story): Promise<Turn> {
  try {
    return await story.turn();
  } catch (error) {
    if (!(error instanceof WebFailure)) throw error;
    return again(
      `was not looked for: Weaver ${error.message}`,
      'look at the container weaver and at the proxy before it',
    );
  }
}

class Story {
  private done: BirdWord = 'up to date';
  /** From here nobody sees whether it is ready: only Weaver does. */
  private unseen = false;

  constructor(
    private readonly bird: Bird,
    private readonly rules: Rules,
    private readonly reach: Reach,
    private readonly log: Log,
  ) {}

  async turn(): Promise<Turn> {
    const { bird, reach } = this;
    const answer = await this.askSignedIn();
    this.unseen = answer.is === 'unseen';
    if (answer.is === 'wps-2')
      return again('speaks WPS 2.0 only, of which Weaver would list no process', 'let it answer in WPS 1.0.0');
    if (answer.is === 'not ready') return again(answer.why, `look at the container of ${bird.name}`);
    const ids = await registeredIds(reach);
    if (!Array.isArray(ids)) return notTold(ids.answer);
    return ids.includes(bird.name) ? this.compare() : this.add();
  }

  /** A bird behind Twitcher refuses who is not signed in (any more). */
  private async askSignedIn(): Promise<BirdAnswer> {
    const { bird, reach } = this;
    const generation = reach.session?.generation ?? 0;
    const answer = await askBird(bird.url, { ...reach, cookies: true });
    const isRefused = answer.is === 'not ready' && [401, 403].includes(answer.status ?? 0);
    if (!isRefused || reach.session === undefined) return answer;
    await reach.session.renew(generation, reach.deadline, reach.signal);
    return askBird(bird.url, { ...reach, cookies: true });
  }

  /** One of that id is there. */
  private async compare(): Promise<Turn> {
    const stored = await this.stored();
    if (stored === undefined) return again('is registered, and Weaver does not tell with which address');
    if (withoutQuery(stored.url) !== withoutQuery(this.bird.url)) return this.replace(stored);
    return this.readBack();
  }

  /** Of a bird that Weaver cannot read it tells the address only in the list, which takes long. */
  private async stored(): Promise<StoredProvider | undefined> {
    const one = await storedProvider(this.reach, this.bird.name);
    if (!('answer' in one)) return one;
    const all = await storedProviders(this.reach);
    return Array.isArray(all) ? all.find(({ id }) => id === this.bird.name) : undefined;
  }

  private async add(isPublic?: boolean): Promise<Turn> {
    const { bird, reach } = this;
    const answer = await addProvider(reach, {
      id: bird.name,
      url: bird.url,
      ...(isPublic === undefined ? {} : { public: isPublic }),
    });
    const added = readAdded(answer);
    switch (added.is) {
      case 'added':
        if (this.done === 'up to date') this.done = 'registered';
        this.log(`${bird.name} is registered at ${bird.url}`);
        return this.readBack();
      case 'compare':
        return this.refused(again('is registered under another address'));
      case 'never':
        return { is: 'done', outcome: this.outcome('not registered', added) };
      case 'again':
        return this.refused(
          { ...again(added.why), ...(maybeNotPublic(answer) ? await this.publicity() : {}) },
          answer.status !== 422 || !this.unseen,
        );
    }
  }

  /** The former one is put back when the new one is not taken: something that works is worth more than nothing. */
  private async replace(former: StoredProvider): Promise<Turn> {
    const { bird, reach } = this;
    const removed = await removeProvider(reach, bird.name);
    if (removed.status !== 204 && removed.status !== 404) {
      return this.refused(again(`cannot be replaced: Weaver keeps it (status ${removed.status})`));
    }
    this.done = 'replaced';
    const turn = await this.add(former.public).catch((error: unknown) => this.unlessAdded(error));
    if (turn.is === 'done' && turn.outcome.word !== 'not registered') return turn;
    const ids = await registeredIds(reach);
    if (Array.isArray(ids) && !ids.includes(bird.name)) {
      await addProvider(reach, { id: bird.name, url: former.url, public: former.public ?? false });
      this.log(`${bird.name} is back at its former address ${former.url}`);
    }
    this.done = 'up to date';
    return turn;
  }

  /** A registration without an answer may have been done: the next turn looks. */
  private unlessAdded(error: unknown): Turn {
    if (error instanceof WebFailure) return this.refused(again(`was not registered: Weaver ${error.message}`));
    throw error;
  }

  /** What Weaver makes of it, by itself and apart from all other birds. */
  private async readBack(): Promise<Turn> {
    const read = await processesOf(this.reach, this.bird.name);
    if (typeof read === 'number') {
      const why = read === 0 ? { why: 'offers no process' } : {};
      return { is: 'done', outcome: { ...this.outcome(this.done, why), processes: read } };
    }
    const said = descriptionOf(read.answer.text);
    return again(
      `is registered, and Weaver cannot read it (status ${read.answer.status}${said === '' ? '' : `: ${said}`})`,
      `look at the container of ${this.bird.name}, and whether that of weaver reaches ${this.bird.url}`,
    );
  }

  private async publicity(): Promise<Partial<Why>> {
    return notPublic(await askBird(this.bird.url, { ...this.reach, cookies: false })) ?? {};
  }

  /** `costs`: a bird that only Weaver sees may not be ready yet, which its time is for and not its tries. */
  private refused(turn: Extract<Turn, { is: 'again' }>, costs = true): Turn {
    const pauseMs = Math.max(this.rules.retryAfterSeconds * 1_000, costs ? 0 : LOOK_AGAIN_MS);
    return { ...turn, pauseMs, costs };
  }

  /** Time or tries are over: what Weaver has of it is looked at once more. */
  async givenUp({ why, todo }: Why): Promise<BirdOutcome> {
    const known = await registeredIds(this.reach).catch((error: unknown) => {
      if (error instanceof WebFailure) return undefined;
      throw error;
    });
    const isThere = Array.isArray(known) && known.includes(this.bird.name);
    return this.outcome(isThere ? 'not answering' : 'not registered', { why, ...(todo === undefined ? {} : { todo }) });
  }

  private outcome(word: BirdWord, why: Partial<Why>): BirdOutcome {
    return { bird: this.bird.name, word, ...why };
  }
}

function again(why: string, todo?: string): Extract<Turn, { is: 'again' }> {
  return { is: 'again', why, ...(todo === undefined ? {} : { todo }), pauseMs: LOOK_AGAIN_MS, costs: false };
}

const notTold = ({ status }: WebAnswer): Turn =>
  again(
    `was not looked for: Weaver does not tell what is registered (status ${status})`,
    'look at the container weaver',
  );
