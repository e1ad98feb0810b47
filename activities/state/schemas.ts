import { z } from 'zod';
import {
  CHECKOUT_WORDS,
  NOTICE_KINDS,
  OUTCOMES,
  PHASES,
  STACK_WORDS,
  TRIGGERS,
  WORK_KINDS,
} from '../../workflows/contract.js';
import { HOOKS, PLATFORM_STEPS, SERVICE_ACTIONS } from '../../workflows/model.js';

const Commits = z.record(z.string(), z.string());

export const RegisteredStack = z.object({
  name: z.string(),
  /** Real path of the stack directory. */
  directory: z.string(),
  /** Path of `env.local` as given, when it is not `<directory>/env.local`. */
  envFile: z.string().optional(),
  /** How it is read, when `up --era` said so: a tag of birdhouse-deploy, or `plain`. */
  era: z.string().optional(),
});
export type RegisteredStack = z.infer<typeof RegisteredStack>;
export const Registry = z.array(RegisteredStack);

export const ServiceFingerprint = z.object({
  definition: z.string(),
  content: z.string(),
  contents: z.record(z.string(), z.string()),
  parts: z.record(z.string(), z.record(z.string(), z.string())).exactOptional(),
  image: z.string(),
  imageId: z.string(),
});

export const Release = z.object({
  number: z.number().int(),
  at: z.string(),
  commits: Commits,
  services: z.record(z.string(), ServiceFingerprint),
  containers: z.record(z.string(), z.array(z.string())),
  rendered: z.record(z.string(), z.string()),
  oneShots: z.array(z.string()).exactOptional(),
});

export const ServiceDecision = z.object({
  service: z.string(),
  action: z.enum(SERVICE_ACTIONS),
  signal: z.string().exactOptional(),
  reason: z.string(),
});

export const HookResult = z.object({
  component: z.string(),
  hook: z.enum(HOOKS),
  step: z.enum(PLATFORM_STEPS).exactOptional(),
  status: z.number().int().nullable(),
  seconds: z.number(),
});

export const Pause = z.object({ reason: z.string(), by: z.string(), at: z.string() });

export const WaitingRelease = z.object({
  number: z.number().int(),
  commits: Commits,
  digest: z.string(),
  needsApproval: z.boolean(),
  opensAt: z.string().exactOptional(),
  why: z.string(),
  at: z.string(),
  approvedBy: z.string().exactOptional(),
});

/** What the keeper holds besides releases. */
export const WorkRequest = z.object({
  kind: z.enum(WORK_KINDS),
  id: z.string().min(1).max(400),
  input: z.record(z.string().max(200), z.string().max(200)),
});
export const KeeperNote = z.object({
  paused: Pause.exactOptional(),
  waiting: WaitingRelease.exactOptional(),
  working: WorkRequest.exactOptional(),
});
export type KeeperNote = z.infer<typeof KeeperNote>;

/** A complete snapshot, of the release that ran then. `number`: of the deployment that it was made before. */
export const SnapshotNote = z.object({
  snapshot: z.string(),
  release: z.number().int().nullable(),
  number: z.number().int().exactOptional(),
  at: z.string(),
});
export type SnapshotNote = z.infer<typeof SnapshotNote>;

export const DeploymentRecord = z.object({
  number: z.number().int(),
  trigger: z.enum(TRIGGERS),
  reason: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  outcome: z.enum(OUTCOMES),
  phase: z.enum(PHASES),
  message: z.string(),
  from: Commits,
  to: Commits,
  services: z.array(ServiceDecision),
  by: z.string().exactOptional(),
  hooks: z.array(HookResult).exactOptional(),
  phases: z.partialRecord(z.enum(PHASES), z.number()).exactOptional(),
  failedIn: z.enum(PHASES).exactOptional(),
});

export const QuarantinedReleases = z.array(
  z.object({
    commits: Commits,
    number: z.number().int(),
    reason: z.string(),
    at: z.string(),
    images: z.record(z.string(), z.string()).exactOptional(),
  }),
);

/** A deployment that was made without the server (`deploy --local`), the newest one. */
export const LocalRun = z.object({
  number: z.number().int(),
  pid: z.number().int().positive(),
  pidStart: z.string().exactOptional(),
  startedAt: z.string(),
  endedAt: z.string().exactOptional(),
});
export type LocalRun = z.infer<typeof LocalRun>;

/** Written before anything moves, removed when the deployment concludes. */
export const Intent = z.object({
  number: z.number().int(),
  direction: z.enum(['forward', 'back']),
  /** Where the intent is: checkouts move during `advance`; from `apply` on containers may have changed too. */
  reached: z.enum(['advance', 'apply']),
  /** A later deployment has put the checkouts in order, or has found that a person must. */
  recovered: z.boolean().default(false),
  checkouts: z.array(
    z.object({
      name: z.string(),
      dir: z.string(),
      from: z.string(),
      to: z.string(),
      /** It is no fast-forward: a pin, a rewritten upstream or a rollback by hand. */
      reset: z.boolean().exactOptional(),
      pin: z.string().exactOptional(),
    }),
  ),
});
export type Intent = z.output<typeof Intent>;

/** What the newest look of the schedule said, up to date or not. */
export const Look = z.object({ word: z.enum(STACK_WORDS), reason: z.string(), commits: Commits, at: z.string() });
export type Look = z.infer<typeof Look>;

/** What the newest look saw that asked the remotes, of the schedule or of a deployment. `fetchErrors` only grows. */
export const Observed = z.object({
  at: z.string(),
  configurationError: z.boolean(),
  checkouts: z.array(
    z.object({
      name: z.string(),
      word: z.enum(CHECKOUT_WORDS),
      branch: z.string().exactOptional(),
      head: z.string().exactOptional(),
      behind: z.number(),
      /** When its remote answered last. */
      fetchedAt: z.string().exactOptional(),
      fetchErrors: z.number(),
    }),
  ),
});
export type Observed = z.infer<typeof Observed>;

/** Receivers of notices, as `activities/stack/notify.ts` parses them. */
const Notices = z.object({
  notify: z.array(
    z.union([
      z.object({ kind: z.literal('mail'), addresses: z.array(z.string()) }),
      z.object({ kind: z.enum(['slack', 'json']), url: z.string(), authorization: z.string().exactOptional() }),
    ]),
  ),
  notifyOn: z.array(z.enum(NOTICE_KINDS)),
  smtpUrl: z.object({
    host: z.string(),
    port: z.number(),
    secure: z.boolean(),
    login: z.object({ user: z.string(), password: z.string() }).exactOptional(),
  }),
  mailFrom: z.object({ name: z.string(), address: z.string() }),
});

/** Rules that stay in force while the configuration does not read: who broke it must not get past them. */
const Rules = z.object({
  verifySignatures: z.enum(['no', 'tip', 'every']),
  allowedSigners: z.string().optional(),
  gpgKeyring: z.string().optional(),
  triggerTimeoutSeconds: z.number(),
  rewrittenUpstream: z.enum(['report', 'follow']),
  pins: z.record(z.string(), z.string()),
});
export type Rules = z.infer<typeof Rules>;

export const LogPlace = z.object({ directory: z.string() });

/** The settings of the newest good release that looking and telling need. */
export const LastGood = z.object({
  rules: Rules.optional(),
  notices: Notices.optional(),
  checkouts: z.array(z.object({ name: z.string(), dir: z.string() })),
  keyDirectory: z.string().optional(),
  knownHostsFile: z.string().optional(),
  logDir: z.string().optional(),
  prometheusUrl: z.string().optional(),
});
export type LastGood = z.infer<typeof LastGood>;
