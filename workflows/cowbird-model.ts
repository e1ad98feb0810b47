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

/** The only handler that does something when it is asked to build anew. Source: Cowbird's `FileSystem.resync`. */
export const RESYNCED = 'FileSystem';

/** What a person has to know before, sentences. withoutWorkspace: people, as far as they are known. Pure. */
export function resyncWords(handler: string, withoutWorkspace: readonly string[] = []): string[] {
  if (handler !== RESYNCED)
    return [`Nothing: of Cowbird's handlers only ${RESYNCED} keeps something that is built anew.`];
  return [
    "Wiped: all that lies in the public directory of results below the workspaces, and the directory wps_outputs of every person's workspace. What somebody put there is lost.",
    'Built anew: a hard link in each of them to every file in the directory of results. The results themselves are not touched, and neither is anything else in a workspace.',
    'Workspaces that are missing are not made.',
    ...(withoutWorkspace.length === 0
      ? []
      : [
          `${withoutWorkspace.join(', ')} ${withoutWorkspace.length === 1 ? 'has' : 'have'} no workspace: with results of theirs Cowbird stops in the middle, when all is wiped and not all built anew.`,
        ]),
  ];
}
