/** Looks at one checkout: facts by git, the word by `classify`. */
import { lstat, realpath } from 'node:fs/promises';
import type { CheckoutObservation } from '../../workflows/model.js';
import { isMissing } from '../shared/files.js';
import { messageOf } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';
import type { Checkout } from '../stack/view.js';
import { classify, type CheckoutFacts } from './classify.js';
import { askRemote, compare } from './followed.js';
import type { KeySettings } from './keys.js';
import { parseStatus, statusCommand, withoutOurs } from './parse-status.js';
import { GitFailed, Repository, type GitOptions } from './repository.js';
import { currentBranch } from './upstream.js';

export interface ObserveRequest extends GitOptions {
  readonly checkout: Checkout;
  /** git called it the root of a work tree a moment ago. */
  readonly isRoot?: boolean;
  /** Asks the remote of the branch's upstream first. */
  readonly fetch: boolean;
  readonly keys: KeySettings;
  /** Absolute paths of files that we rendered: untracked, they are no local change. */
  readonly rendered: readonly string[];
  /** Tag or commit to follow in the place of the upstream. */
  readonly pin?: string | undefined;
  /** What becomes of a checkout whose upstream was force-pushed; `report` unless given. */
  readonly rewrittenUpstream?: 'report' | 'follow' | undefined;
}

/**
 * Never throws for what is wrong with a checkout or its remote, only when cancelled. HEAD, index, FETCH_HEAD and work
 * tree stay byte-equal. The remote has `timeoutMs`, each local question of git has it too.
 */
export async function observeCheckout(request: ObserveRequest): Promise<CheckoutObservation> {
  const { checkout, signal } = request;
  const unknown = { ...checkout, behind: 0, ahead: 0, files: [] };
  try {
    await requireDirectory(checkout.dir);
    const repository = await Repository.at(checkout.dir, request);
    if (request.isRoot !== true) await requireWorkTreeRoot(repository);
    return classify({ ...checkout, ...(await look(repository, request)) });
  } catch (error) {
    signal.throwIfAborted();
    const word = isMissing(error) ? 'missing' : 'not a repository';
    return classify({ ...unknown, problem: { word, error: brief(error) } });
  }
}

/** `lstat` follows nothing: a broken link at the place of a checkout is missing too. */
async function requireDirectory(dir: string): Promise<void> {
  if (!(await lstat(await realpath(dir))).isDirectory()) throw new Error(`${dir} is not a directory`);
}

async function requireWorkTreeRoot(repository: Repository): Promise<void> {
  const root = await repository.line(['rev-parse', '--show-toplevel']);
  const dir = await realpath(repository.dir);
  if (root !== dir) throw new Error(`${dir} is not the root of a work tree: that is ${root}`);
}

async function look(repository: Repository, request: ObserveRequest): Promise<Omit<CheckoutFacts, 'name' | 'dir'>> {
  const branch = await currentBranch(repository);
  const configured = branch?.upstream;
  const asked = request.fetch ? await askRemote(repository, request, configured) : {};
  const status = parseStatus(await repository.read(statusCommand('normal')));
  const place = { ...status, configured, detached: branch === undefined, tip: branch?.tip };
  return {
    ...(await compare(repository, request, place)),
    files: withoutOurs(status.entries, repository.dir, request.rendered).map(({ path }) => path),
    ...(branch === undefined ? {} : { branch: branch.ref.replace(/^refs\/heads\//, '') }),
    ...(configured === undefined ? {} : { upstream: configured.name }),
    ...(status.head === undefined ? {} : { head: status.head }),
    ...asked,
  };
}

/** git's first line says what is wrong; what follows is advice about settings that we do not give. */
function brief(error: unknown): string {
  const text = error instanceof GitFailed ? error.stderr : messageOf(error);
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? messageOf(error);
  return redactUrls(line.trim()).slice(0, 300);
}
