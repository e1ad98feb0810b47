/** Activities of what follows a deployment: birds in Weaver, Cowbird in step. Joined in types.ts. */
import type { BirdOutcome, WeaverResult, WorkerWord } from '../workflows/bird-model.js';
import type { CowbirdResult } from '../workflows/cowbird-model.js';
import type { StackInput } from './types.js';

/** `begunAt`: ISO time from which the seconds of WEAVER_WPS_PROVIDERS_MAX_TIME count. */
interface Timed extends StackInput {
  begunAt: string;
}

export interface FollowUpActivities {
  /** Signs in, waits for Weaver, tells who is wanted and who is registered. `birds`: these, which have to be wanted, are asked for. `number`: of the deployment that it follows. */
  lookAtWeaver(input: Timed & { birds?: string[]; number?: number }): Promise<WeaverLook>;
  /** One bird: wait, compare, add or replace, read back. Twice: what is right is left. Never fails for the bird's sake. */
  registerProvider(input: Timed & { bird: string }): Promise<BirdOutcome>;
  /** Providers that nobody wants and that do not answer, by one look. `among`: only of these. */
  findSilentProviders(input: StackInput & { among?: string[] }): Promise<{ others: string[]; silent: string[] }>;
  /** Takes one that nobody wants out of Weaver. Twice: it is gone. */
  unregisterProvider(input: StackInput & { bird: string }): Promise<{ removed: boolean }>;
  /** Runs Weaver's own script in its containers, until it is content or the time is over. */
  checkWeaverWorker(input: Timed): Promise<{ state: WorkerWord; why?: string }>;
  /** Restarts Weaver's containers: work of the keeper, or part of a deployment. */
  restartWeaver(input: StackInput): Promise<{ restarted: string[] }>;
  /** The call that users are promised, once. `breaks`: birds because of which it fails. */
  listWeaverProcesses(
    input: StackInput,
  ): Promise<({ holds: Record<string, number> } | { failed: string }) & { breaks: string[]; breaksIds: string[] }>;
  /**
   * Records how it ended and tells people. Throws Unhealthy with the summary when not all is in step. `changed`: another basis is wanted
   * by now; nothing was recorded, and it has to be done anew.
   */
  concludeWeaver(
    input: StackInput & { result: WeaverResult; number?: number },
  ): Promise<{ summary: string; changed?: true }>;
  /** Looks at Cowbird and records what was seen. Throws Unhealthy with every finding when it is not in step. */
  verifyCowbird(input: StackInput & { number?: number }): Promise<CowbirdResult>;
  /** Has Cowbird wipe and build anew what a handler keeps. */
  resyncCowbird(input: StackInput & { handler: string }): Promise<{ handler: string }>;
}

export type WeaverLook =
  | { has: false }
  | {
      has: true;
      wanted: string[];
      /** Ids of providers in Weaver. */
      registered: string[];
      /** What is neither wanted nor answering is unregistered. */
      drops: boolean;
      lookSeconds: number;
      maxTimeSeconds: number;
      /** Hash of all that is wanted. */
      basis?: string;
    };
