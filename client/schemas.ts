/** What comes back from workflows, checked before it is shown. Unknown fields are let through: a newer worker may send more. */
import { z } from 'zod';
import { Monitoring } from './monitoring/schema.js';
import { CHECKOUT_WORDS, OUTCOMES, PHASES, STACK_WORDS, TRIGGERS } from '../workflows/contract.js';
import { HEALTH_WORDS, HOOKS, PLATFORM_STEPS } from '../workflows/model.js';
import { WORKFLOW_KINDS } from '../workflows/take-over.js';
import { CowbirdNote, WeaverNote } from '../activities/state/follow-up-schemas.js';
import { DeploymentRecord, Pause, ServiceDecision, WaitingRelease, WorkRequest } from '../activities/state/schemas.js';

const Commits = z.record(z.string(), z.string());

export const CheckoutObservation = z.object({
  name: z.string(),
  dir: z.string(),
  word: z.enum(CHECKOUT_WORDS),
  branch: z.string().exactOptional(),
  upstream: z.string().exactOptional(),
  head: z.string().exactOptional(),
  upstreamCommit: z.string().exactOptional(),
  behind: z.number(),
  ahead: z.number(),
  files: z.array(z.string()).exactOptional(),
  error: z.string().exactOptional(),
  subject: z.string().exactOptional(),
  pin: z.string().exactOptional(),
  rewritten: z.boolean().exactOptional(),
});

export const StackDecision = z.object({
  word: z.enum(STACK_WORDS),
  reason: z.string(),
  remedy: z.string().exactOptional(),
  deploys: z.boolean(),
  repair: z.boolean(),
  wanted: Commits,
});

export const PlanSummary = z.object({
  checkouts: z.array(
    z.object({
      name: z.string(),
      from: z.string(),
      to: z.string(),
      subjects: z.array(z.string()),
      filesChanged: z.number(),
    }),
  ),
  renderedFiles: z.array(z.string()),
  images: z.array(z.object({ reference: z.string(), how: z.enum(['pull', 'build']), services: z.array(z.string()) })),
  services: z.array(ServiceDecision),
  untouched: z.number(),
  removed: z.array(z.string()),
  irreversible: z.array(z.string()),
  warnings: z.array(z.string()),
  digest: z.string().exactOptional(),
  hooks: z
    .array(z.object({ component: z.string(), hook: z.enum(HOOKS), step: z.enum(PLATFORM_STEPS).exactOptional() }))
    .exactOptional(),
  interrupts: z.array(z.string()).exactOptional(),
  newVariables: z.array(z.string()).exactOptional(),
  manualRollback: z.array(z.string()).exactOptional(),
  skipped: z.boolean().exactOptional(),
  needsApproval: z.boolean().exactOptional(),
  opensAt: z.string().exactOptional(),
});

export const ServiceHealth = z.object({
  service: z.string(),
  health: z.enum(HEALTH_WORDS),
  detail: z.string().exactOptional(),
});

/** Result of `checkStack`, and what `birdkeeper check --json` prints. */
export const CheckAnswer = z.object({ decision: StackDecision, checkouts: z.array(CheckoutObservation) });
export type CheckAnswer = z.infer<typeof CheckAnswer>;

/** What `birdkeeper plan --json` prints. No plan: there is nothing to do, or it may not be done. */
export const PlanAnswer = CheckAnswer.extend({ plan: PlanSummary.exactOptional() });
export type PlanAnswer = z.infer<typeof PlanAnswer>;

/** Answer of a deployment's `status` query. */
export const DeploymentStatus = z.object({
  number: z.number().int(),
  phase: z.enum(PHASES),
  trigger: z.enum(TRIGGERS),
  reason: z.string(),
  word: z.enum(STACK_WORDS).exactOptional(),
  checkouts: z.array(CheckoutObservation),
  plan: PlanSummary.exactOptional(),
  health: z.array(ServiceHealth),
  outcome: z.enum(OUTCOMES).exactOptional(),
  message: z.string().exactOptional(),
  next: z.string(),
});

const HandOver = z.object({ by: z.string(), at: z.string() });

const DeployRequest = z.object({
  number: z.number().int(),
  trigger: z.enum(TRIGGERS),
  force: z.boolean(),
  reason: z.string(),
  commits: Commits.exactOptional(),
  by: z.string().exactOptional(),
  release: Commits.exactOptional(),
  approvedPlan: z.string().exactOptional(),
  rollbackTo: z.number().int().exactOptional(),
});

/** Answer of a keeper's `status` query. */
export const KeeperStatus = z.object({
  stack: z.string(),
  host: z.string(),
  running: z.object({ number: z.number().int(), trigger: z.enum(TRIGGERS), reason: z.string() }).exactOptional(),
  queued: z.array(DeployRequest),
  working: WorkRequest.exactOptional(),
  queuedWork: z.array(WorkRequest).exactOptional(),
  last: z
    .object({ number: z.number().int(), outcome: z.enum(OUTCOMES), message: z.string(), at: z.string() })
    .exactOptional(),
  look: z.object({ word: z.enum(STACK_WORDS), reason: z.string(), commits: Commits, at: z.string() }).exactOptional(),
  backOff: z.object({ commits: Commits, failures: z.number(), until: z.string() }).exactOptional(),
  paused: Pause.exactOptional(),
  waiting: WaitingRelease.exactOptional(),
  handedOver: HandOver.exactOptional(),
  nextNumber: z.number().int(),
});

/** Answer of the `deploy` update. */
export const DeployAnswer = z.object({ number: z.number().int(), collapsed: z.boolean() });

/** Answer of the `rollback` update: the deployment that will do it and the release it goes to, or why not. */
export const RollbackAnswer = z.union([
  z.object({ number: z.number().int(), collapsed: z.boolean(), to: z.number().int() }),
  z.object({ refused: z.string() }),
]);
export type RollbackAnswer = z.infer<typeof RollbackAnswer>;

/** Result of `deployStack`. */
export const DeployResult = z.object({
  number: z.number().int(),
  outcome: z.enum(OUTCOMES),
  phase: z.enum(PHASES),
  message: z.string(),
});
export type DeployResult = z.infer<typeof DeployResult>;

/** What `birdkeeper status --json` prints. */
export const StackReport = z.object({
  stack: z.string(),
  host: z.string(),
  directory: z.string(),
  /** keeper: it answered, too; state directory: only what is recorded on disk is known. */
  source: z.enum(['keeper', 'state directory']),
  /** Why something is not known. */
  notices: z.array(z.string()),
  /** The newest good release. */
  release: z.object({ number: z.number().int(), at: z.string(), commits: Commits, services: z.number() }).nullable(),
  /** The newest attempt that ended. */
  last: z
    .object({ number: z.number().int(), outcome: z.enum(OUTCOMES), message: z.string(), at: z.string() })
    .nullable(),
  quarantined: z.array(z.object({ commits: Commits, number: z.number().int(), reason: z.string(), at: z.string() })),
  /** Deployment that moved something and has not concluded. */
  unfinished: z.number().int().nullable(),
  /** What the newest check said; null when no keeper answered or none looked yet. */
  look: z.object({ word: z.enum(STACK_WORDS), reason: z.string(), commits: Commits, at: z.string() }).nullable(),
  /** The deployment that runs now. */
  running: z
    .object({
      number: z.number().int(),
      trigger: z.enum(TRIGGERS),
      reason: z.string(),
      phase: z.enum(PHASES).nullable(),
      next: z.string(),
    })
    .nullable(),
  queued: z.array(DeployRequest),
  /** Nothing is deployed by itself; null also when no keeper answered. */
  paused: Pause.nullable(),
  /** What waits for a person's yes or for a window; null also when no keeper answered. */
  waiting: WaitingRelease.nullable(),
  /** The keeper begins nothing, because another version of birdkeeper is to take over. */
  handedOver: HandOver.exactOptional(),
  /** By looking at the engine; null when it could not be asked. */
  health: z.array(ServiceHealth).nullable(),
  /** What its Prometheus says; absent where it has none, or where it cannot be asked, which a notice says then. */
  monitoring: Monitoring.exactOptional(),
  /** The newest registration of birds; absent where there was none, or where its record does not read. */
  weaver: WeaverNote.omit({ wanted: true }).exactOptional(),
  /** The newest look at Cowbird, likewise. */
  cowbird: CowbirdNote.exactOptional(),
  /** What a person must do; empty when nothing. */
  todo: z.array(z.string()),
});
export type StackReport = z.infer<typeof StackReport>;

/** What `birdkeeper history --json` prints, newest first. */
export const HistoryAnswer = z.object({
  stack: z.string(),
  host: z.string(),
  source: z.enum(['keeper', 'state directory']),
  notices: z.array(z.string()),
  running: StackReport.shape.running,
  deployments: z.array(DeploymentRecord),
});
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;

/** What `birdkeeper replay --json` prints. */
export const ReplayAnswer = z.object({
  workflowId: z.string(),
  workflowType: z.string(),
  events: z.number().int(),
  replays: z.boolean(),
  difference: z.string().exactOptional(),
});
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;

/** What `birdkeeper replay --running --json` prints. */
export const ReplayRunningAnswer = z.object({
  host: z.string(),
  /** Of the queue of the host, by id. */
  workflows: z.array(
    ReplayAnswer.extend({
      kind: z.enum(WORKFLOW_KINDS),
      /** Of a keeper or a deployment. */
      stack: z.string().exactOptional(),
      /** A keeper that has begun a deployment since it last continued as new. */
      hasBegun: z.boolean().exactOptional(),
    }),
  ),
  /** Ids of those that are too long or too many to be replayed. */
  left: z.array(z.string()),
  /** A worker of this code would begin: what does not replay can be begun anew. */
  begins: z.boolean(),
});
export type ReplayRunningAnswer = z.infer<typeof ReplayRunningAnswer>;

/** What `birdkeeper logs --json` prints, one object a line. */
export const LogLine = z.object({
  time: z.string(),
  stack: z.string(),
  /** Number of the deployment; `-` for a look. */
  run: z.union([z.number().int(), z.string()]),
  phase: z.string(),
  /** output: of a command that a step ran. */
  level: z.enum(['info', 'warn', 'output']),
  message: z.string(),
  label: z.string().exactOptional(),
  START_TIME: z.string().exactOptional(),
  END_TIME: z.string().exactOptional(),
});

/** One precondition, looked at. */
export const Finding = z.object({
  what: z.string(),
  /** warn: deployments work, or it could not be looked at; fail: something that they need does not hold. */
  result: z.enum(['ok', 'warn', 'fail']),
  finding: z.string(),
  /** What to do. */
  remedy: z.string().exactOptional(),
});
export type Finding = z.infer<typeof Finding>;

/** What `birdkeeper doctor --json` prints. */
export const DoctorAnswer = z.object({
  /** Null when no stack in that directory is known on this host. */
  stack: z.string().nullable(),
  directory: z.string(),
  findings: z.array(Finding),
});
export type DoctorAnswer = z.infer<typeof DoctorAnswer>;
