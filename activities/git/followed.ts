/** What a checkout follows, its upstream or a pin, and how HEAD stands to it. */
import type { CheckoutFacts } from './classify.js';
import { fetchRemote } from './fetch.js';
import type { KeySettings } from './keys.js';
import { ownCommits, wasUpstream } from './own-commits.js';
import type { Status } from './parse-status.js';
import { fetchPin, noSuchPin, pinnedCommit } from './pin.js';
import type { Repository } from './repository.js';
import { subjectOf, tipOf, type Tip } from './subjects.js';
import type { Upstream } from './upstream.js';

export interface Following {
  readonly fetch: boolean;
  readonly keys: KeySettings;
  readonly pin?: string | undefined;
  readonly rewrittenUpstream?: 'report' | 'follow' | undefined;
}

/** Where HEAD stands. */
export interface Place extends Pick<Status, 'head' | 'ahead' | 'behind'> {
  configured: Upstream | undefined;
  detached: boolean;
  /** Of the branch, read before the remote was asked. */
  tip?: Tip | undefined;
}

/** Asks the remote of the upstream, or for the pin. Only objects and remote-tracking refs change. */
export async function askRemote(
  repository: Repository,
  { pin, keys }: Following,
  configured: Upstream | undefined,
): Promise<Pick<CheckoutFacts, 'fetchError' | 'pinError'>> {
  const remote = configured?.remote ?? (pin === undefined ? undefined : await onlyRemote(repository));
  if (remote === undefined) return {};
  const failure =
    pin === undefined ? await fetchRemote(repository, remote, keys) : await fetchPin(repository, remote, keys, pin);
  if (failure === undefined) return {};
  return pin !== undefined && failure.kind === 'no such ref'
    ? { pinError: failure.message }
    : { fetchError: failure.message };
}

/** For a pin the branch need not follow anything: `origin`, or the only remote there is. */
async function onlyRemote(repository: Repository): Promise<string | undefined> {
  const names = (await repository.read(['remote'])).split('\n').filter((name) => name !== '');
  return names.includes('origin') || names.length > 1 ? names.find((name) => name === 'origin') : names[0];
}

type Comparison = Pick<
  CheckoutFacts,
  | 'upstreamCommit'
  | 'behind'
  | 'ahead'
  | 'subject'
  | 'pin'
  | 'pinError'
  | 'fetchError'
  | 'rewritten'
  | 'followsRewrites'
>;

export async function compare(repository: Repository, following: Following, place: Place): Promise<Comparison> {
  if (following.pin !== undefined) return compareWithPin(repository, following.pin, following, place);
  if (place.configured === undefined) return { behind: 0, ahead: 0 };
  return compareWithUpstream(repository, place.configured.ref, following, place);
}

async function compareWithUpstream(
  repository: Repository,
  upstream: string,
  { rewrittenUpstream }: Following,
  place: Place,
): Promise<Comparison> {
  const { head, ahead = 0, behind = 0 } = place;
  const tip = isLevel(place) ? place.tip : await tipOf(repository, upstream);
  if (tip === undefined) return { behind: 0, ahead: 0 };
  const { commit: upstreamCommit, subject } = tip;
  if (head === undefined) return { upstreamCommit, subject, behind: 0, ahead: 0 };
  const rewritten = ahead > 0 && (await wasUpstream(repository, upstream, head));
  const how = rewritten ? { rewritten, followsRewrites: rewrittenUpstream === 'follow' } : {};
  return { upstreamCommit, subject, behind, ahead, ...how };
}

/** Then the newest commit of the branch is that of the upstream, and git need not be asked for it. */
const isLevel = ({ head, ahead, behind, tip }: Place): boolean =>
  ahead === 0 && behind === 0 && tip !== undefined && tip.commit === head;

async function compareWithPin(
  repository: Repository,
  pin: string,
  { fetch }: Following,
  { head, configured, detached }: Place,
): Promise<Comparison> {
  const upstreamCommit = await pinnedCommit(repository, pin);
  if (upstreamCommit === undefined) return { pin, behind: 0, ahead: 0, ...notHere(pin, fetch, configured) };
  const subject = await subjectOf(repository, upstreamCommit);
  if (head === undefined) return { pin, upstreamCommit, subject, behind: 0, ahead: 0 };
  const behind = Number(await repository.line(['rev-list', '--count', upstreamCommit, `^${head}`]));
  const ahead = await ownCommits(repository, head, { upstream: configured?.ref, commit: upstreamCommit, detached });
  return { pin, upstreamCommit, subject, behind, ahead };
}

/** Unasked, the remote may well have it: that is a reason to ask, not to block. */
const notHere = (pin: string, asked: boolean, configured: Upstream | undefined) =>
  asked
    ? { pinError: noSuchPin(pin, configured?.remote ?? 'any remote') }
    : { fetchError: `the pin ${JSON.stringify(pin.slice(0, 80))} is not here yet, and no remote was asked` };
