/** The fetch of a checkout's owner. Pure. */
import { QUIET_CONFIG } from './repository.js';

/**
 * No tags: they would be written outside of the remote-tracking refs. With refspecs of ours nothing is pruned: they say
 * nothing of the branches.
 */
export const fetchCommand = (remote: string, refspecs: readonly string[] = []): string[] => [
  ...QUIET_CONFIG,
  'fetch',
  '--quiet',
  refspecs.length === 0 ? '--prune' : '--no-prune',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
  '--end-of-options',
  remote,
  ...refspecs,
];
