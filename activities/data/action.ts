/** The shell command of a post action and its variables. Pure. */
import type { Command } from '../shared/run-command.js';
import type { DataEntry } from './job.js';

/** What a run knows of an entry when its actions begin. */
export interface ActionFacts {
  readonly entry: DataEntry;
  readonly checkoutCache: string;
  readonly configFile: string;
  readonly commit: string;
  readonly previous: string | undefined;
  readonly changedFiles: string;
  readonly rsyncOutput: string;
}

/** The names of upstream's script that its actions may use. */
export const actionVariables = (facts: ActionFacts): Record<string, string> => ({
  CONFIG_YML: facts.configFile,
  CHECKOUT_CACHE: facts.checkoutCache,
  REPO_NUM: String(facts.entry.number - 1),
  GIT_REPO_URL: facts.entry.url,
  GIT_BRANCH: facts.entry.branch,
  GIT_CHECKOUT_NAME: facts.entry.checkout,
  CLONE_DEST: facts.entry.clone,
  GIT_PREVIOUS_COMMIT_HASH: facts.previous ?? '',
  GIT_NEW_COMMIT_HASH: facts.commit,
  GIT_CHANGED_FILES: facts.changedFiles,
  RSYNC_OUTPUT: facts.rsyncOutput,
});

/** Linux starts no program with a variable of 128 KiB or more, and an action with thousands of files would not start at all. */
const MOST_EXPORTED_BYTES = 96 * 1024;

/** `exported` for the environment; `long` are variables of the shell only, as all are in upstream. */
export function sortVariables(variables: Readonly<Record<string, string>>): {
  exported: Record<string, string>;
  long: Record<string, string>;
} {
  const isLong = ([, value]: [string, string]) => Buffer.byteLength(value) > MOST_EXPORTED_BYTES;
  const all = Object.entries(variables);
  return {
    exported: Object.fromEntries(all.filter((one) => !isLong(one))),
    long: Object.fromEntries(all.filter(isLong)),
  };
}

/** Arguments: the action, a directory, names of variables; the value of each is the file of that name there. */
const RUN = String.raw`
umask 022
_bk_action=$1 _bk_values=$2
shift 2
for _bk_name; do eval "$_bk_name=\$(cat \"\$_bk_values/\$_bk_name\")"; done
set --
eval "$_bk_action"
`;

export const actionCommand = (action: string, valuesDir: string, long: readonly string[]): Command => ({
  file: '/bin/sh',
  args: ['-c', RUN, 'deploy-data', action, valuesDir, ...long],
  shownAs: 'post action',
});
