/** What follows a deployment because components ask for it. Plain data, as in `model.ts`. */

/** Workflows that a component.yml may name in `follow-up`. */
export const FOLLOW_UPS = ['registerWeaverProviders', 'verifyCowbird'] as const;
export type FollowUpName = (typeof FOLLOW_UPS)[number];

export const FOLLOW_UP_POLICIES = ['warn', 'fail', 'roll back'] as const;
/**
 * warn: it goes on after `record` without holding the stack, and its failure is told. fail: the deployment has failed, and stays as it
 * runs. roll back: the former release is put back.
 */
export type FollowUpPolicy = (typeof FOLLOW_UP_POLICIES)[number];

export interface PlannedFollowUp {
  name: FollowUpName;
  policy: FollowUpPolicy;
  /** What of it changed, a clause. */
  reason: string;
}
