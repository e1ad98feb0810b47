/** A person's yes whose deployment ended before it changed anything: it holds for the next try of the same plan. Pure. */
import type { DeployStackResult } from '../deploy-stack/messages.js';
import { leavesAsItWas } from '../deploy-stack/plan.js';
import type { DeployRequest } from '../model.js';

export interface Approval {
  /** Of the plan that it was given to. */
  digest: string;
  /** Who gave it. */
  by: string;
  /** The deployment that it was given for. */
  number: number;
}

/** What is left of a yes after a deployment. One that waits for its window keeps it with what waits. */
export function approvalAfter(
  former: Approval | undefined,
  { number, outcome, approvedPlan }: Pick<DeployStackResult, 'number' | 'outcome' | 'approvedPlan'>,
  by: string | undefined,
): Approval | undefined {
  if (approvedPlan === undefined) return leavesAsItWas(outcome) ? former : undefined;
  if (outcome === 'waiting') return undefined;
  return former?.digest === approvedPlan ? former : { digest: approvedPlan, by: by ?? SOMEBODY, number };
}

/** With the yes that was given already, for whatever asks for no release of its own: another plan waits all the same. */
export function withApproval(request: DeployRequest, approval: Approval | undefined): DeployRequest {
  const isFixed = request.release !== undefined || request.rollbackTo !== undefined;
  if (approval === undefined || isFixed || request.force) return request;
  const { digest, by, number } = approval;
  return {
    ...request,
    approvedPlan: digest,
    by: request.by ?? by,
    reason: `${request.reason} (deployment ${number}, which did not get so far, was approved by ${by})`,
  };
}

/** Who said yes to the plan that waits now for its window; undefined when nobody did. */
export const approverOf = (
  former: Approval | undefined,
  { approvedPlan, waits }: Pick<DeployStackResult, 'approvedPlan' | 'waits'>,
  by: string | undefined,
): string | undefined => {
  if (approvedPlan === undefined || approvedPlan !== waits?.digest || waits.needsApproval) return undefined;
  return former?.digest === approvedPlan ? former.by : (by ?? SOMEBODY);
};

const SOMEBODY = 'a person';
