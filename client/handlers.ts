/**
 * What the command line cannot do itself, because it needs the worker's libraries: `bin/` hands it in, loaded when it is
 * asked for.
 */
import type { ServiceHealth } from '../workflows/model.js';
import type { Finding, PlanAnswer, ReplayAnswer } from './schemas.js';

export interface StackOptions {
  /** Real path. */
  stackDir: string;
  envFile?: string;
  /** `--address`. */
  address?: string;
}

export interface PlanOptions {
  stackDir: string;
  envFile?: string;
  json: boolean;
}

export interface DoctorOptions {
  /** As given: it need not exist. */
  stackDir: string;
  envFile?: string;
  /** Where this host's worker keeps its state. */
  stateDirectory: string;
  /** Name under which the stack is known on this host, if it is. */
  stack?: string;
}

/** `difference`: when it does not replay, the first command that differs, a sentence. */
export type ReplayVerdict = Omit<ReplayAnswer, 'workflowId'>;

export interface Handlers {
  /** Stays until it is told to stop. */
  up(options: StackOptions): Promise<void>;
  worker(options: StackOptions): Promise<void>;
  plan(options: PlanOptions): Promise<PlanAnswer>;
  /** `history`: JSON as `temporal workflow show --output json` writes it, or as the client fetched it. */
  replay(history: unknown, workflowId: string): Promise<ReplayVerdict>;
  /** What holds of this host's programs, engine, checkouts and configuration. Never throws for what is wrong with them. */
  doctor(options: DoctorOptions): Promise<Finding[]>;
  /** Health of the containers of a compose project, by looking at the engine. */
  health(stack: string, dockerHost: string | undefined): Promise<ServiceHealth[]>;
}
