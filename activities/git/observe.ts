/** Looks at one checkout: facts by git, the word by `classify`. */
import { lstat, realpath } from 'node:fs/promises';
import type { CheckoutObservation } from '../../workflows/model.js';
import { isMissing } from '../shared/files.js';
import { messageOf } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';
import type { Checkout } from '../stack/view.js';
import { classify, type CheckoutFacts } from './classify.js';
import { fetchRemote } from './fetch.js';
import type { KeySettings } from './keys.js';
import { parseStatus, statusCommand, withoutOurs } from './parse-status.js';
import { GitFailed, Repository, type GitOptions } from './repository.js';
import { subjectOf } from './subjects.js';

export interface ObserveRequest extends GitOptions {
  readonly checkout: Checkout;
  /** Asks the remote of the branch's upstream first. */
  readonly fetch: boolean;
  readonly keys: KeySettings;
  /** Absolute paths of files that we rendered: untracked, they are no local change. */
  readonly rendered: readonly string[];
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
    await requireWorkTreeRoot(repository);
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
  const branchRef = await repository.line(['symbolic-ref', '--quiet', 'HEAD']);
  const configured = branchRef === undefined ? undefined : await upstreamOf(repository, branchRef);
  const failure =
    request.fetch && configured?.remote !== undefined
      ? await fetchRemote(repository, configured.remote, request.keys)
      : undefined;
  const status = parseStatus(await repository.read(statusCommand('normal')));
  const tracked = configured ? await compare(repository, configured.ref, status.head) : { behind: 0, ahead: 0 };
  return {
    ...tracked,
    files: withoutOurs(status.entries, repository.dir, request.rendered).map(({ path }) => path),
    ...(branchRef === undefined ? {} : { branch: branchRef.replace(/^refs\/heads\//, '') }),
    ...(configured === undefined ? {} : { upstream: configured.name }),
    ...(status.head === undefined ? {} : { head: status.head }),
    ...(failure === undefined ? {} : { fetchError: failure.message }),
  };
}

export interface Upstream {
  /** Short name, `origin/main`. */
  name: string;
  /** Full name of the remote-tracking branch. */
  ref: string;
  /** Undefined when the upstream is a branch of the same repository: nothing is to be asked. */
  remote?: string;
}

/** What the branch is configured to follow; also when the remote-tracking branch does not exist. */
export async function upstreamOf(repository: Repository, branchRef: string): Promise<Upstream | undefined> {
  const format = '%(refname)%00%(upstream)%00%(upstream:short)%00%(upstream:remotename)';
  const output = await repository.read(['for-each-ref', `--format=${format}`, branchRef]);
  const line = output.split('\n').find((candidate) => candidate.startsWith(`${branchRef}\0`)) ?? '';
  const [, ref, short, remote] = line.split('\0');
  if (!ref) return undefined;
  const name = short || ref.replace(/^refs\/(remotes|heads)\//, '');
  return { name, ref, ...(remote && remote !== '.' ? { remote } : {}) };
}

type Comparison = Pick<CheckoutFacts, 'upstreamCommit' | 'behind' | 'ahead' | 'subject'>;

async function compare(repository: Repository, upstream: string, head: string | undefined): Promise<Comparison> {
  const upstreamCommit = await repository.line(['rev-parse', '--quiet', '--verify', `${upstream}^{commit}`]);
  if (upstreamCommit === undefined) return { behind: 0, ahead: 0 };
  const subject = await subjectOf(repository, upstreamCommit);
  if (head === undefined) return { upstreamCommit, subject, behind: 0, ahead: 0 };
  const counts = await repository.line(['rev-list', '--left-right', '--count', `${head}...${upstreamCommit}`]);
  const [ahead = 0, behind = 0] = (counts ?? '').split('\t').map(Number);
  return { upstreamCommit, subject, behind, ahead };
}

/** git's first line says what is wrong; what follows is advice about settings that we do not give. */
function brief(error: unknown): string {
  const text = error instanceof GitFailed ? error.stderr : messageOf(error);
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? messageOf(error);
  return redactUrls(line.trim()).slice(0, 300);
}
