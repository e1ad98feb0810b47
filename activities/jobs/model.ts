/** A job as the text of docker-crontab describes it. The text of commands, arguments and lists is bash, kept as it stands. */

import type { Overlap } from '../../workflows/contract.js';

/** Where a step runs, and what it is called there. */
export type Place =
  | {
      readonly kind: 'image';
      readonly image: string;
      /** Name of the container. */
      readonly name: string;
      readonly network?: string;
      /** Each as `docker run -v`, `-e`, `-p`, `--expose` take it. */
      readonly volumes: readonly string[];
      readonly environment: readonly string[];
      readonly ports: readonly string[];
      readonly expose: readonly string[];
    }
  | {
      readonly kind: 'container';
      /** A container that runs; with `project` a service of it. */
      readonly container: string;
      readonly project?: string;
    }
  /** Beside the scheduler itself. */
  | { readonly kind: 'here' };

export interface JobStep {
  readonly place: Place;
  /** Further arguments of `docker run` or `docker exec`; empty beside the scheduler. */
  readonly dockerArguments: string;
  readonly command: string;
}

export interface JobOptions {
  readonly overlap: Overlap;
  /** How late a run may begin that was missed, in seconds; absent: one period. */
  readonly catchUpSeconds?: number;
  /** Absent: what the stack's settings say. */
  readonly timeoutSeconds?: number;
  /** Further tries of a run that failed. */
  readonly retries?: number;
  /** Runs as a piece of work of the keeper: never beside a deployment. */
  readonly needsStackLock: boolean;
}

export interface Job {
  /** Unique in the stack; names the schedule, the container and the log file. */
  readonly name: string;
  readonly comment: string;
  /** The text as it stands. */
  readonly schedule: string;
  readonly onStart: boolean;
  /** The command, then its triggers, each after the success of what is before it. */
  readonly steps: readonly JobStep[];
  readonly options: JobOptions;
  /** Of everything above: another text has another one. */
  readonly hash: string;
  readonly at: Position;
}

/** Where a text stands. */
export interface Position {
  /** A file, or the name of a variable. */
  readonly file: string;
  readonly line: number;
}
