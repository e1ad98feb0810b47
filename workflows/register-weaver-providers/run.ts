/**
 * The story of a registration: every bird by itself and at the same time, then what nobody wants, the worker, and the list that users
 * are promised. Its activities are handed in, so that it runs on a Temporal worker, in `deploy --local` and in tests.
 */
import type { FollowUpActivities, WeaverLook } from '../../activities/follow-up-types.js';
import type { BirdOutcome, WeaverResult } from '../bird-model.js';
import type { RegisterWeaverProvidersInput } from './messages.js';

export interface RegistrationSurroundings {
  now(): Date;
  pause(milliseconds: number): Promise<void>;
  /** Message of anything that an activity throws. */
  messageOf(error: unknown): string;
  isCancellation(error: unknown): boolean;
  /** Restarts Weaver's containers, in the turn of this stack. */
  restart(): Promise<unknown>;
}

export interface Registration {
  ask: Pick<RegisterWeaverProvidersInput, 'stack' | 'birds' | 'number'>;
  act: FollowUpActivities;
  around: RegistrationSurroundings;
  /** What is known so far. */
  tell: (result: WeaverResult, waitsFor: readonly string[]) => void;
}

type Found = Extract<WeaverLook, { has: true }>;

/** Looks at one that nobody wants, before it is taken out. */
const LOOKS = 3;

/** Undefined: the stack has no Weaver. Never throws but for a cancellation. */
export async function registerAll(registration: Registration): Promise<WeaverResult | undefined> {
  const { ask, act, around } = registration;
  const nothing: WeaverResult = { birds: [], removed: [], others: [] };
  try {
    const begunAt = around.now().toISOString();
    const look = await act.lookAtWeaver({
      stack: ask.stack,
      begunAt,
      ...(ask.birds === undefined ? {} : { birds: ask.birds }),
      ...(ask.number === undefined ? {} : { number: ask.number }),
    });
    return look.has ? await registerFound(registration, look, nothing) : undefined;
  } catch (error) {
    if (around.isCancellation(error)) throw error;
    return { ...nothing, failed: around.messageOf(error) };
  }
}

/** Pushes that are followed while it runs; then the newest one has a registration of its own. */
const ROUNDS = 5;

/** Registers until what was wanted is still wanted in the end. `conclude`: records it. Undefined: the stack has no Weaver. */
export async function registerUntilCurrent(
  registration: Registration,
  conclude: (result: WeaverResult) => Promise<{ summary: string; changed?: true }>,
): Promise<string | undefined> {
  for (let round = 1; ; round += 1) {
    const result = await registerAll(registration);
    if (result === undefined) return undefined;
    const { basis, ...whatever } = result;
    const { summary, changed } = await conclude(basis === undefined || round < ROUNDS ? result : whatever);
    if (changed !== true) return summary;
  }
}

async function registerFound(registration: Registration, look: Found, nothing: WeaverResult): Promise<WeaverResult> {
  const { ask, act, tell } = registration;
  const { stack } = ask;
  const birds = await registerEach(registration, ask.birds ?? look.wanted, nothing);
  const basis = look.basis === undefined ? {} : { basis: look.basis };
  let result: WeaverResult = {
    ...nothing,
    ...basis,
    birds,
    others: look.registered.filter((id) => !look.wanted.includes(id)),
  };
  tell(result, []);
  if (look.drops && ask.birds === undefined) {
    const removed = await dropSilent(registration, look);
    result = { ...result, removed, others: result.others.filter((id) => !removed.includes(id)) };
  }
  result = { ...result, worker: await checkWorker(registration) };
  tell(result, []);
  // A role without providers lists none.
  if (look.wanted.length === 0) return result;
  return { ...result, listing: await act.listWeaverProcesses({ stack }) };
}

/** Side by side: one that hangs keeps nobody. */
async function registerEach(
  { ask, act, around, tell }: Registration,
  wanted: readonly string[],
  nothing: WeaverResult,
): Promise<BirdOutcome[]> {
  const begunAt = around.now().toISOString();
  const ended: BirdOutcome[] = [];
  const say = () =>
    tell(
      { ...nothing, birds: ended },
      wanted.filter((name) => !ended.some(({ bird }) => bird === name)),
    );
  say();
  await Promise.all(
    wanted.map(async (bird) => {
      ended.push(
        await act
          .registerProvider({ stack: ask.stack, bird, begunAt })
          .catch((error: unknown) => failed(bird, error, around)),
      );
      say();
    }),
  );
  return wanted.flatMap((name) => ended.find(({ bird }) => bird === name) ?? []);
}

function failed(bird: string, error: unknown, around: RegistrationSurroundings): BirdOutcome {
  if (around.isCancellation(error)) throw error;
  return { bird, word: 'not registered', why: around.messageOf(error).slice(0, 500) };
}

/** Silent at every look, which are some time apart. */
async function dropSilent({ ask, act, around }: Registration, { lookSeconds }: Found): Promise<string[]> {
  const { stack } = ask;
  let { silent } = await act.findSilentProviders({ stack });
  for (let look = 2; look <= LOOKS && silent.length > 0; look += 1) {
    await around.pause(lookSeconds * 1_000);
    ({ silent } = await act.findSilentProviders({ stack, among: silent }));
  }
  const removed: string[] = [];
  const isRemoved = (bird: string) =>
    act.unregisterProvider({ stack, bird }).then(
      (answer) => answer.removed,
      (error: unknown) => {
        // Somebody may want it by now, which is no failure of the others.
        if (around.isCancellation(error)) throw error;
        return false;
      },
    );
  for (const bird of silent) if (await isRemoved(bird)) removed.push(bird);
  return removed;
}

/** Looked at, restarted once when it does not answer, and looked at again. */
async function checkWorker({ ask, act, around }: Registration): Promise<NonNullable<WeaverResult['worker']>> {
  const check = () => act.checkWeaverWorker({ stack: ask.stack, begunAt: around.now().toISOString() });
  const first = await check();
  if (first.state !== 'failed') return first;
  try {
    await around.restart();
  } catch (error) {
    if (around.isCancellation(error)) throw error;
    return {
      ...first,
      why: `${first.why ?? 'it does not answer'}; it could not be restarted: ${around.messageOf(error)}`,
    };
  }
  return { ...(await check()), restarted: true };
}
