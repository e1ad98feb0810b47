/** What is said of Cowbird. Plain data, small, free of secrets. */

/** Something that is not as it should be. */
export interface CowbirdFinding {
  /** What was looked at: `worker`, `handlers`, `webhooks` … */
  what: string;
  /** A sentence. */
  why: string;
  /** What a person does about it, a sentence. */
  todo: string;
}

export interface CowbirdResult {
  inStep: boolean;
  /** Of the API; absent: it did not tell. */
  version?: string;
  workerVersion?: string;
  /** Active ones. */
  handlers: string[];
  findings: CowbirdFinding[];
  /** People that Magpie knows and that have no directory; at most 50. */
  withoutWorkspace: string[];
}

/** An answer of the command line. */
export interface CowbirdSight extends CowbirdResult {
  stack: string;
  url: string;
  /** The newest verification, when there was one. */
  last?: { at: string; inStep: boolean };
}
