/**
 * The YAML file of a data job, as upstream's script `deploy-data` reads it:
 *
 *     config:
 *       checkout_cache: /data/cache         # optional, beats DEPLOY_DATA_CHECKOUT_CACHE
 *       git_ssh_identity_file: /keys/id     # optional, beats DEPLOY_DATA_GIT_SSH_IDENTITY_FILE
 *     deploy:                               # in order
 *       - repo_url: https://example.org/data
 *         checkout_name: data               # several entries may have one clone
 *         branch: origin/main               # origin/master when absent
 *         dir_maps:                         # the content of source_dir into dest_dir
 *           - { source_dir: ./data, dest_dir: /data/sets, rsync_extra_opts: --exclude=*.tmp }
 *         post_actions:                     # shell, in the root of the clone
 *           - action: ./tell.sh
 *
 * An empty value of a key that is needed is a mistake, and so is an unknown key: most are typing errors.
 */
import { z } from 'zod';
import { splitWords } from '../shared/shell-words.js';
import { listOf, strictMap } from '../shared/yaml-schema.js';
import { refusedOptions } from './rsync-options.js';

/** Text that is not blank; `form` is what else it has to be. */
const text = (what: string, form = /(?:)/) =>
  z
    .string({
      error: ({ input }) =>
        typeof input === 'number' || typeof input === 'boolean'
          ? `should be text: write it in quotes ("${String(input)}")`
          : `should be ${what}`,
    })
    .refine((value) => value.trim() !== '' && !value.includes('\0') && form.test(value), `should be ${what}`);

const WORD = /^\S+$/;
/** Not hidden: beside the clones lie hidden directories of ours. */
const DIRECTORY_NAME = /^[^\s/.\p{Cc}-][^\s/\p{Cc}]{0,199}$/u;
const ABSOLUTE = /^\//;

const dirMap = strictMap({
  source_dir: text('a directory of the repository (./data), or an absolute path'),
  dest_dir: text('an absolute path of this machine', ABSOLUTE),
  rsync_extra_opts: z
    .string({ error: 'should be text: options of rsync' })
    .superRefine((value, context) => {
      for (const message of refusedOptions(splitWords(value))) context.addIssue({ code: 'custom', message });
    })
    .nullish(),
});

const postAction = strictMap({ action: text('text for /bin/sh') });

const entry = strictMap({
  repo_url: text('the address of a git repository', WORD),
  checkout_name: text('the name of a directory, without "/", blanks or a dot in front', DIRECTORY_NAME),
  branch: text('a branch (origin/main), a tag or a commit', /^[^\s-]\S*$/).default('origin/master'),
  dir_maps: listOf(dirMap, 'maps (- source_dir: …)').nullish(),
  post_actions: listOf(postAction, 'maps (- action: …)').nullish(),
});

/** Each entry has its line in the result of a run, which is kept small. */
const MOST_ENTRIES = 50;

export const DataFileSchema = strictMap({
  config: strictMap({
    checkout_cache: text('an absolute path of this machine', ABSOLUTE).nullish(),
    git_ssh_identity_file: text('an absolute path of this machine', ABSOLUTE).nullish(),
  }).nullish(),
  deploy: listOf(entry, 'maps (- repo_url: …)')
    .min(1, 'should name a repository')
    .max(MOST_ENTRIES, `should have at most ${MOST_ENTRIES} entries: make several jobs of it`),
});
