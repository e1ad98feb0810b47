import type { SettleResult } from '../../activities/types.js';
import { afterVerify } from '../check-stack/decide.js';
import type { Outcome, Phase } from '../contract.js';
import type {
  Commits,
  CommitsVerdict,
  DeploymentStatus,
  PlanSummary,
  ServiceDecision,
  StackDecision,
  StackObservation,
} from '../model.js';
import type { DeployStackInput } from './messages.js';

/** Keeps the status of a deployment, and tells it whenever it changed. */
export class Teller {
  readonly status: DeploymentStatus;
  wanted: Commits = {};
  /** What the conditional triggers answered. */
  answers = '';

  constructor(
    { number, trigger, reason }: DeployStackInput,
    private readonly onChange: (status: DeploymentStatus) => void,
  ) {
    this.status = { number, trigger, reason, phase: 'inspect', checkouts: [], health: [], next: NEXT.inspect };
    onChange(this.status);
  }

  phase(phase: Phase): void {
    this.update({ phase, next: NEXT[phase] });
  }

  looked(seen: StackObservation, decision: StackDecision): StackDecision {
    this.wanted = decision.wanted;
    this.update({ checkouts: seen.checkouts, word: decision.word });
    return decision;
  }

  /** A rollback by hand: what is wanted was not seen on a remote. */
  wants(decision: StackDecision): StackDecision {
    this.wanted = decision.wanted;
    this.update({ word: decision.word });
    return decision;
  }

  verified(decision: StackDecision, verdict: CommitsVerdict): StackDecision {
    const after = afterVerify(decision, verdict);
    // `forPerson` was insisted upon, or the story would have ended.
    const { word } = after.word === 'blocked' ? decision : after;
    this.answers = verdict.triggers.map(({ checkout, detail }) => `${checkout}: ${detail}`).join('; ');
    this.update({ word });
    return { ...decision, word };
  }

  planned(plan: PlanSummary): void {
    this.update({ plan });
  }

  /** The plan that was applied was computed again after `advance`. */
  applied(services: ServiceDecision[]): void {
    if (this.status.plan) this.update({ plan: { ...this.status.plan, services } });
  }

  settled({ health }: SettleResult): void {
    this.update({ health });
  }

  rollingBack(cause: string): void {
    this.update({ phase: 'roll back', message: cause, next: NEXT['roll back'] });
  }

  ended(outcome: Outcome, message: string): void {
    this.update({ outcome, message, next: AFTERWARDS[outcome] });
  }

  private update(change: Partial<DeploymentStatus>): void {
    Object.assign(this.status, change);
    this.onChange(this.status);
  }
}

/** What happens next, by phase. */
const NEXT: Readonly<Record<Phase, string>> = {
  inspect: 'Looks whether every checkout may be moved.',
  fetch: 'Asks every remote. Nothing moves yet.',
  verify: 'Checks signatures where they are required, and asks the conditional triggers.',
  stage: 'Lays the wanted commits out beside the live checkouts.',
  validate: 'Reads the staged stack, checks it and plans.',
  pull: 'Brings the images onto the host. Nothing has been stopped or moved so far.',
  approve: "Looks whether a person must say yes, a window is open, and users' work would be interrupted.",
  'back up': 'Makes a snapshot of the data as they are. Nothing has been stopped or moved so far.',
  advance: 'Fast-forwards all checkouts, or none. From here on a failure puts the former release back.',
  apply: 'Touches the services that changed, no others.',
  settle: 'Waits until what was touched is healthy and quiet.',
  'follow up': 'Waits for what components asked for: a failure of it is one of this deployment.',
  'hand over': 'A helper replaces the container of this worker. Whichever worker polls then goes on.',
  record: 'Records the release as good.',
  'roll back': 'Puts the former release back.',
};

/** What happens afterwards, or what a person must do, by outcome. */
const AFTERWARDS: Readonly<Record<Outcome, string>> = {
  deployed: 'Nothing to do.',
  'up to date': 'Nothing to do.',
  blocked: 'A person must act; the next look after that deploys by itself.',
  degraded: 'The next look tries again.',
  quarantined: 'Push a commit that mends it, or insist with: birdkeeper deploy --force',
  failed: 'Nothing has changed on the host. It is tried again with back-off and at the next commit.',
  'rolled back':
    'The former release runs. The other is quarantined until a commit moves, or: birdkeeper deploy --force',
  'roll back failed': 'A person must act: look at the services above and at the log, then: birdkeeper deploy --force',
  'roll back withheld':
    'A person must act: the failed release runs. Mend it by a push, keep it with birdkeeper deploy --force, or go back with birdkeeper rollback',
  cancelled: 'Nothing moved. The release is quarantined until a commit moves, or: birdkeeper deploy --force',
  waiting: 'Nothing moved. It goes on after birdkeeper approve, or when its window opens.',
  rejected: 'Nothing moved. The release is quarantined until a commit moves, or: birdkeeper deploy --force',
};
