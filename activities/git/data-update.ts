/** One clone of the data job, brought to what the remote has. */
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource, Refreshed } from '../data/git.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';
import { CommandFailed } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { readableByAll } from '../shared/umask.js';
import { addressEnvironment, fetchDataArgs, isLocalName, revisionsOf, staleNameOf } from './data-words.js';
import { chooseKey, type KeySettings } from './keys.js';
import { QUIET_CONFIG, Repository } from './repository.js';
import { explainSourceFailure, isBrokenCache, nameOfSource, withAccess } from './source-access.js';
import { sshRemote } from './ssh-command.js';

export interface DataGitSettings {
  readonly keys: KeySettings;
  /** Limit of a git call that only looks. */
  readonly timeoutMs: number;
  /** Limit of a clone, a fetch or a checkout: data are large. */
  readonly transferSeconds: number;
  /** How long a command of a former run that still works on the clone is waited for. */
  readonly lockWaitSeconds: number;
  /** Added to git's clean environment: PATH, proxies. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Empty file in `.git` of a clone that is ours: nobody else's work is in it. */
export const MADE = 'birdkeeper';
const ADOPTED_REF = 'refs/birdkeeper/adopted';

/** Named to git, which would otherwise look for a repository in the directories above a broken one, and clean that. */
export const openClone = (dir: string, settings: DataGitSettings, { signal }: Step): Promise<Repository> =>
  Repository.at(dir, {
    signal,
    timeoutMs: settings.timeoutMs,
    environment: { ...settings.environment, GIT_DIR: join(dir, '.git'), GIT_WORK_TREE: dir },
  });

/**
 * Throws StepFailure for what the surroundings did, and what git threw for a clone that it cannot work with.
 * `dir`: of the clone, which is not yet in its place when it is made.
 */
export async function updateClone(
  dir: string,
  source: DataSource,
  settings: DataGitSettings,
  step: Step,
): Promise<Refreshed> {
  const clone = new Clone(dir, await openClone(dir, settings, step), source, settings, step);
  await clone.adopt();
  await clone.fetch();
  const commit = await clone.resolve();
  await clone.checkOut(commit);
  const adopted = await clone.adopted();
  await writeFile(join(dir, '.git', MADE), '');
  await clone.tidy();
  return { commit, adopted };
}

class Clone {
  constructor(
    private readonly dir: string,
    private readonly repository: Repository,
    private readonly source: DataSource,
    private readonly settings: DataGitSettings,
    private readonly step: Step,
  ) {}

  /** What others deployed out of it is kept once, before anything moves: the next actions hear of what changed since. */
  async adopt(): Promise<void> {
    const isOurs = await access(join(this.dir, '.git', MADE)).then(
      () => true,
      () => false,
    );
    if (isOurs || (await this.adopted()) !== undefined) return;
    const head = await this.commitOf('HEAD');
    if (head !== undefined) await this.change(['update-ref', ADOPTED_REF, head]);
  }

  adopted(): Promise<string | undefined> {
    return this.commitOf(ADOPTED_REF);
  }

  async fetch(): Promise<void> {
    const { url, branch } = this.source;
    const key = await this.key();
    const { keys, transferSeconds } = this.settings;
    const owner = this.repository.owner;
    try {
      await withAccess({ url, key, keys, owner }, (environment) =>
        this.change(fetchDataArgs(branch), { ...environment, ...addressEnvironment(url) }),
      );
    } catch (error) {
      this.step.signal.throwIfAborted();
      if (!(error instanceof CommandFailed) || isBrokenCache(error.stderr)) throw error;
      if (/couldn't find remote ref/.test(error.stderr)) throw this.hasNoBranch();
      const limitMs = transferSeconds * 1000;
      throw explainSourceFailure(error, { url, key, keys, cache: this.dir, limitMs, user: owner.user });
    }
  }

  /** Throws Configuration for a key that is not there: ssh would only mumble about it. */
  private async key(): Promise<string | undefined> {
    const { url, identityFile } = this.source;
    if (sshRemote(url) === undefined) return undefined;
    if (identityFile === undefined) return chooseKey(this.settings.keys, nameOfSource(url), url);
    try {
      await access(identityFile);
      return identityFile;
    } catch (error) {
      const message = `The ssh identity file ${identityFile} cannot be read (${messageOf(error)}). Correct git_ssh_identity_file or DEPLOY_DATA_GIT_SSH_IDENTITY_FILE.`;
      throw new StepFailure(FAILURES.configuration, message);
    }
  }

  async resolve(): Promise<string> {
    const { branch, url } = this.source;
    for (const revision of revisionsOf(branch)) {
      const commit = await this.commitOf(revision);
      if (commit === undefined) continue;
      if (revision === branch && (await this.commitOf(staleNameOf(branch))) !== undefined) break;
      if (isLocalName(revision, branch)) {
        this.step.log.warn('A branch is named without its remote: followed as the branch of the remote', {
          repository: redactUrls(url),
          branch,
          write: `origin/${branch}`,
        });
      }
      return commit;
    }
    throw this.hasNoBranch();
  }

  private hasNoBranch(): StepFailure {
    const { branch, url } = this.source;
    const message = `${redactUrls(url)} has no branch, tag or commit ${branch}. Push it, or correct the key branch (origin/NAME).`;
    return new StepFailure(FAILURES.notFound, message);
  }

  private async commitOf(revision: string): Promise<string | undefined> {
    const args = ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`];
    const { stdout, status } = await this.repository.ask(args, { okStatuses: [0, 1, 128] });
    return status === 0 ? stdout.trim() : undefined;
  }

  /** Cleaned first: what is untracked could be in the way. */
  async checkOut(commit: string): Promise<void> {
    try {
      await this.change(['clean', '-fdx', '--quiet']);
      await this.change(['checkout', '--quiet', '--force', '--detach', commit]);
    } catch (error) {
      if (!(error instanceof CommandFailed) || !/No space left on device/.test(error.stderr)) throw error;
      throw new StepFailure(
        FAILURES.diskFull,
        `No room for the files of ${redactUrls(this.source.url)} in ${this.dir}.`,
      );
    }
  }

  /** A cache that is fetched into every hour grows a pack every hour. */
  async tidy(): Promise<void> {
    try {
      await this.change(['-c', 'gc.auto=6700', 'gc', '--auto', '--quiet']);
    } catch (error) {
      this.step.signal.throwIfAborted();
      this.step.log.warn('A clone could not be tidied', { clone: this.dir, why: redactUrls(messageOf(error)) });
    }
  }

  private change(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const { lockWaitSeconds: waitSeconds, transferSeconds: limitSeconds } = this.settings;
    const guard = { lock: this.source.lock, waitSeconds, limitSeconds };
    const command = readableByAll({ file: 'git', args: [...QUIET_CONFIG, ...args] });
    return this.repository.changeWith(command, guard, environment);
  }
}
