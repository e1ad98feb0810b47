/** What a look saw and what it means, for people. Pure. */
import type { CheckoutObservation, StackDecision } from '../../workflows/model.js';
import { columns, oneLine, short } from '../text.js';

/** The stack's word and reason, then a line per checkout. */
export function renderDecision(decision: StackDecision, checkouts: readonly CheckoutObservation[]): string[] {
  return [
    `${decision.word}: ${oneLine(decision.reason)}`,
    ...(decision.remedy === undefined ? [] : [`to do: ${oneLine(decision.remedy)}`]),
    ...columns(
      checkouts.map((checkout) => [checkout.name, checkout.word, checkoutDetail(checkout)]),
      '  ',
    ),
  ];
}

/** What there is to say beside the word. */
export function checkoutDetail(checkout: CheckoutObservation): string {
  const { word, branch = '?', upstream = 'its upstream', head, upstreamCommit, subject } = checkout;
  const tip = subject === undefined ? '' : ` ${subject}`;
  switch (word) {
    case 'up to date':
      return `${short(head)} on ${branch}, level with ${upstream}${subject === undefined ? '' : `:${tip}`}`;
    case 'behind':
      return `${short(head)} → ${short(upstreamCommit)}, ${commits(checkout.behind)} on ${upstream}:${tip}`;
    case 'ahead':
      return `${short(head)}, ${commits(checkout.ahead)} that ${upstream} does not have`;
    case 'diverged':
      return `${commits(checkout.ahead)} of its own, ${commits(checkout.behind)} missing from ${upstream}`;
    case 'dirty':
      return `local changes: ${(checkout.files ?? []).join(', ')}`;
    case 'detached':
      return `at ${short(head)}, on no branch`;
    case 'no upstream':
      return `branch ${branch} follows nothing`;
    case 'upstream gone':
      return `${upstream} no longer exists on the remote`;
    case 'unreachable':
    case 'not a repository':
    case 'missing':
      return checkout.error ?? checkout.dir;
  }
}

export const commits = (n: number): string => (n === 1 ? '1 commit' : `${n} commits`);
