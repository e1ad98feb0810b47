/** What a look that asked the remotes saw of the checkouts, for who watches. */
import type { CheckoutObservation } from '../../workflows/model.js';
import type { Observed, StackState } from '../state/index.js';

/** Whether the remote of a checkout was asked, and answered. Pure. */
export function remoteOf({
  word,
  upstream,
  pin,
  error,
  head,
  rewritten,
}: CheckoutObservation): 'answered' | 'failed' | 'not asked' {
  if (word === 'unreachable') return 'failed';
  if (['missing', 'not a repository'].includes(word) || (upstream === undefined && pin === undefined))
    return 'not asked';
  // Local changes are told first; what is told beside them is that the remote could not be asked, unless it is one of these.
  const isOther = pin !== undefined || head === undefined || rewritten === true;
  return word === 'dirty' && error !== undefined && !isOther ? 'failed' : 'answered';
}

/** Pure. `former`: what was written before; the errors of a checkout that is gone are forgotten. */
export function observedNow(
  { checkouts, configurationError }: { checkouts: readonly CheckoutObservation[]; configurationError?: string },
  former: Observed | undefined,
  at: string,
): Observed {
  return {
    at,
    configurationError: configurationError !== undefined,
    checkouts: checkouts.map((checkout) => {
      const { name, word, branch, head, behind } = checkout;
      const before = former?.checkouts.find((other) => other.name === name);
      const answer = remoteOf(checkout);
      const fetchedAt = answer === 'answered' ? at : before?.fetchedAt;
      return {
        ...{ name, word, behind },
        ...(branch === undefined ? {} : { branch }),
        ...(head === undefined ? {} : { head }),
        ...(fetchedAt === undefined ? {} : { fetchedAt }),
        fetchErrors: (before?.fetchErrors ?? 0) + Number(answer === 'failed'),
      };
    }),
  };
}

/** Never fails a look. */
export async function noteObserved(stack: StackState, seen: Parameters<typeof observedNow>[0]): Promise<void> {
  const former = await stack.observed().catch(() => undefined);
  await stack.setObserved(observedNow(seen, former, new Date().toISOString())).catch(() => undefined);
}

/** Nothing could be looked at: what was seen before stays. */
export async function noteUnreadable(stack: StackState): Promise<void> {
  const { checkouts = [] } = (await stack.observed().catch(() => undefined)) ?? {};
  const observed = { at: new Date().toISOString(), configurationError: true, checkouts };
  await stack.setObserved(observed).catch(() => undefined);
}
