/** How a stack and its checkouts are, from the newest look and what was deployed since. Pure. */
import { CHECKOUT_WORDS, STACK_WORDS, type Outcome, type StackWord } from '../../workflows/contract.js';
import { HEALTH_WORDS, type DeploymentRecord, type ServiceHealth } from '../../workflows/model.js';
import type { KeeperNote, Look, Observed } from '../../activities/state/index.js';
import { secondsOf } from './deployments.js';
import type { Sample } from './text.js';

/** What a deployment makes of the state that was looked at before it; absent: it stays as it was. */
const AFTER: Partial<Record<Outcome, StackWord>> = {
  deployed: 'up to date',
  'up to date': 'up to date',
  blocked: 'blocked',
  degraded: 'degraded',
  quarantined: 'quarantined',
  'rolled back': 'quarantined',
  'roll back failed': 'quarantined',
  'roll back withheld': 'quarantined',
  cancelled: 'quarantined',
  rejected: 'quarantined',
};

/** A daily look must not say `behind` all day of what was deployed a minute after it. */
export function wordNow(look: Look | undefined, newest: DeploymentRecord | undefined): StackWord | undefined {
  if (newest === undefined || (look !== undefined && look.at >= newest.endedAt)) return look?.word;
  const after = AFTER[newest.outcome];
  return newest.outcome === 'up to date' && look?.word === 'drifted' ? 'drifted' : (after ?? look?.word);
}

export interface StackFacts {
  look: Look | undefined;
  observed: Observed | undefined;
  keeper: KeeperNote;
  newest: DeploymentRecord | undefined;
}

export function stackSamples(stack: string, { look, observed, keeper, newest }: StackFacts): Sample[] {
  const word = wordNow(look, newest);
  const isMended = newest?.outcome === 'deployed' && newest.endedAt > (observed?.at ?? '');
  return [
    ...STACK_WORDS.map((state): Sample => {
      return { name: 'birdkeeper_stack_state', labels: { stack, state }, value: Number(state === word) };
    }),
    { name: 'birdkeeper_stack_paused', labels: { stack }, value: Number(keeper.paused !== undefined) },
    { name: 'birdkeeper_stack_waiting', labels: { stack }, value: Number(keeper.waiting !== undefined) },
    {
      name: 'birdkeeper_configuration_valid',
      labels: { stack },
      value: Number(isMended || observed?.configurationError !== true),
    },
    ...(observed?.checkouts ?? []).flatMap((checkout) =>
      checkoutSamples(stack, asDeployed(checkout, observed, newest)),
    ),
  ];
}

/** `health`: empty where the engine could not be asked. */
export const healthSamples = (stack: string, health: readonly ServiceHealth[]): Sample[] =>
  health.flatMap(({ service, health: word }) =>
    HEALTH_WORDS.map((each): Sample => {
      const labels = { stack, service, health: each };
      return { name: 'birdkeeper_service_health', labels, value: Number(each === word) };
    }),
  );

type Checkout = Observed['checkouts'][number];

/** What was behind when it was looked at, and was deployed since. A rollback by hand leaves behind what its next look counts. */
function asDeployed(
  checkout: Checkout,
  observed: Observed | undefined,
  newest: DeploymentRecord | undefined,
): Checkout {
  if (newest?.outcome !== 'deployed' || newest.endedAt <= (observed?.at ?? '')) return checkout;
  const head = newest.to[checkout.name] ?? checkout.head;
  const moved = head === undefined ? checkout : { ...checkout, head };
  const isLevel = newest.trigger !== 'rollback' && checkout.word === 'behind';
  return isLevel ? { ...moved, word: 'up to date', behind: 0 } : moved;
}

function checkoutSamples(stack: string, checkout: Checkout): Sample[] {
  const { name, word, branch = '', head = '', behind, fetchedAt, fetchErrors } = checkout;
  const labels = { stack, checkout: name };
  return [
    { name: 'birdkeeper_checkout_behind_commits', labels, value: behind },
    { name: 'birdkeeper_checkout_info', labels: { ...labels, branch, commit: head }, value: 1 },
    ...CHECKOUT_WORDS.map((state): Sample => {
      return { name: 'birdkeeper_checkout_state', labels: { ...labels, state }, value: Number(state === word) };
    }),
    { name: 'birdkeeper_checkout_last_fetch_timestamp_seconds', labels, value: secondsOf(fetchedAt) },
    { name: 'birdkeeper_checkout_fetch_errors_total', labels, value: fetchErrors },
  ];
}
