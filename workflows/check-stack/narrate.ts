import type { StackDecision, StackObservation } from '../model.js';
import { checkoutTable, inline } from '../tables.js';

/** Markdown for the Temporal UI: what a look saw, what it means, what a person must do. */
export function checkDetails(seen: StackObservation, decision: StackDecision): string {
  return [
    `**${decision.word}**: ${inline(decision.reason)}`,
    ...(decision.remedy === undefined ? [] : [`**To do**: ${inline(decision.remedy)}`]),
    checkoutTable(seen.checkouts),
    ...(decision.deploys ? ['The keeper was told and deploys.'] : []),
  ].join('\n\n');
}
