/** What is looked at and with which keys. The last good settings stay in force when the live configuration does not read. */
import type { Commits } from '../../workflows/model.js';
import type { KeySettings } from '../git/keys.js';
import { FAILURES, isStepFailure } from '../shared/failures.js';
import type { Checkout } from '../stack/view.js';
import type { LastGood, Rules, StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';
import { openConfiguration } from './open.js';

export interface Watch {
  checkouts: readonly Checkout[];
  /** As in `Configuration`; none of the last good settings. */
  roots: ReadonlySet<string>;
  keys: KeySettings;
  gitSeconds: number;
  settings: Rules;
  /** `BIRDKEEPER_ON_DRIFT=repair`; a configuration that does not read repairs nothing. */
  repairsDrift: boolean;
  /** `BIRDKEEPER_PULL=always`, likewise. */
  followsTags: boolean;
  /** Somebody wants to be told. */
  notices: boolean;
  /** The live configuration does not read; why. */
  configurationError?: string;
}

const DEFAULT_GIT_SECONDS = 60;
const DEFAULT_RULES: Rules = {
  verifySignatures: 'no',
  triggerTimeoutSeconds: 60,
  rewrittenUpstream: 'report',
  pins: {},
};

/**
 * A push that breaks the list of checkouts, the key directory or any setting must not hide the push that repairs it, so
 * whatever the last good release watched is still watched while the configuration does not read.
 */
export async function watchOf(stack: StackState, deps: Dependencies, signal: AbortSignal): Promise<Watch> {
  const lastGood = await stack.lastGood();
  try {
    const { checkouts, roots, settings } = await openConfiguration(stack, deps, signal);
    return {
      checkouts,
      roots,
      keys: keysOf(stack, settings.keyDirectory, settings.knownHostsFile),
      gitSeconds: settings.gitTimeoutSeconds,
      settings,
      repairsDrift: settings.onDrift === 'repair',
      followsTags: settings.pull === 'always',
      notices: settings.notify.length > 0,
    };
  } catch (error) {
    if (!isStepFailure(error, FAILURES.configuration) || !lastGood) throw error;
    return lastGoodWatch(stack, lastGood, error.message);
  }
}

function lastGoodWatch(stack: StackState, lastGood: LastGood, configurationError: string): Watch {
  return {
    checkouts: lastGood.checkouts,
    roots: new Set(),
    keys: keysOf(stack, lastGood.keyDirectory, lastGood.knownHostsFile),
    gitSeconds: DEFAULT_GIT_SECONDS,
    settings: lastGood.rules ?? DEFAULT_RULES,
    repairsDrift: false,
    followsTags: false,
    notices: (lastGood.notices?.notify.length ?? 0) > 0,
    configurationError,
  };
}

const keysOf = (
  stack: StackState,
  keyDirectory: string | undefined,
  knownHostsFile: string | undefined,
): KeySettings => ({
  keyDirectory,
  knownHostsFile,
  ownKnownHosts: stack.knownHosts,
});

/** Commits by name, for the checkouts that have one. */
export const headsOf = (checkouts: readonly { name: string; head?: string }[]): Commits =>
  Object.fromEntries(checkouts.flatMap(({ name, head }) => (head === undefined ? [] : [[name, head]])));
