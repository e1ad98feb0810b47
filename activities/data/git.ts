/** What the data job needs of git. `activities/git/data-clone.ts` has it. */
import type { Step } from '../shared/step.js';

/** A repository and where its clone is kept. */
export interface DataSource {
  readonly url: string;
  /** `origin/BRANCH`, a branch of the remote, a tag, a commit, or any other name that git knows. */
  readonly branch: string;
  /** Directory of the clone. Beside it, hidden ones while a clone is made. */
  readonly clone: string;
  /** Private key for ssh; undefined: the deploy key of the host for this repository, if there is one. */
  readonly identityFile: string | undefined;
  /** Lock file of what works on the clone. */
  readonly lock: string;
}

export interface Refreshed {
  /** What is checked out now, in full. */
  readonly commit: string;
  /** What was checked out in a clone that others had made, when it became ours. */
  readonly adopted: string | undefined;
}

export interface DataGit {
  /**
   * Brings the clone, made when it is not there or of no use, to the branch as the remote has it now: nothing untracked or
   * changed is left in it. Twice: asks the remote again. Throws RemoteUnavailable, Unauthorised or Blocked; NotFound when
   * there is no such repository or branch; DiskFull; Configuration when other files lie where the clone is to be; Busy.
   */
  refresh(source: DataSource, step: Step): Promise<Refreshed>;
  /** `git diff --name-status` between two commits of the clone; undefined when it does not have `from`. */
  changedFiles(work: { clone: string; from: string; to: string }, step: Step): Promise<string | undefined>;
}
