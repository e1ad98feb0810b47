/** One look at Cowbird: it waits for what may only be starting, and changes nothing. */
import { messageOf } from '../shared/failures.js';
import type { Web } from '../shared/web.js';
import { isCowbird, readHandlers, readUsers, readVersion, type VersionSight } from './answers.js';
import { ask, askUntil, isRefused, isUnheard, isUnknownService, whyNot, type Conversation } from './ask.js';
import type { CowbirdPlace } from './place.js';
import { judgeWebhooks, type RegisteredWebhooks, type WebhookSight } from './webhooks.js';

/** unknown: Magpie has no such service; refused: though an administrator is signed in. */
export type RootSight = { is: 'there' } | { is: 'unknown' | 'refused' | 'away'; why: string };

export interface PeopleSight {
  /** Known to Magpie, with no directory; absent: the directories are not on this host. */
  withoutWorkspace?: string[];
  /** Whose making failed at one of the webhooks. */
  failed: string[];
}

/** What was not asked because Cowbird was not there is absent. `why`: it was not told, a clause. */
export interface CowbirdLook {
  url: string;
  root: RootSight;
  version?: VersionSight;
  handlers?: { names: string[]; missing: string[] } | { why: string };
  /** Paths that nobody reads who is not signed in; absent: nobody guards it. */
  unreadable?: string[];
  people?: PeopleSight | { why: string };
  webhooks?: RegisteredWebhooks & WebhookSight;
}

/** Throws what the session throws: Unauthorised, Unhealthy. */
export async function lookAtCowbird(place: CowbirdPlace, web: Web, signal: AbortSignal): Promise<CowbirdLook> {
  const conversation = { place, web, signal };
  await place.magpie?.session.open(place.deadline, signal);
  const root = await lookAtRoot(conversation);
  const { webhooks, hosts } = place;
  const ofFiles =
    webhooks === undefined ? {} : { webhooks: { ...webhooks, ...judgeWebhooks(webhooks.webhooks, hosts) } };
  if (root.is !== 'there') return { url: place.url, root, ...ofFiles };
  const version = await lookAtVersion(conversation);
  const [handlers, guarded] = await Promise.all([lookAtHandlers(conversation), lookThroughGuard(conversation)]);
  return { url: place.url, root, version, handlers, ...guarded, ...ofFiles };
}

async function lookAtRoot(conversation: Conversation): Promise<RootSight> {
  const heard = await askUntil(conversation, { url: `${conversation.place.url}/` }, isCowbird);
  if (isCowbird(heard)) return { is: 'there' };
  if (isUnknownService(heard)) return { is: 'unknown', why: whyNot(heard) };
  if (isRefused(heard)) return { is: 'refused', why: whyNot(heard) };
  const isOther = !isUnheard(heard) && heard.status === 200;
  return { is: 'away', why: isOther ? 'answers with something that is not Cowbird' : whyNot(heard) };
}

/** The worker starts after the API, and each takes a moment to be replaced. */
async function lookAtVersion(conversation: Conversation): Promise<VersionSight> {
  const url = `${conversation.place.url}/version`;
  return readVersion(await askUntil(conversation, { url }, (heard) => readVersion(heard).is === 'in step'));
}

async function lookAtHandlers(conversation: Conversation): Promise<NonNullable<CowbirdLook['handlers']>> {
  const read = readHandlers(await ask(conversation, { url: `${conversation.place.url}/handlers` }));
  if ('why' in read) return read;
  return { names: read.names, missing: conversation.place.handlers.filter((name) => !read.names.includes(name)) };
}

async function lookThroughGuard(conversation: Conversation): Promise<Pick<CowbirdLook, 'unreadable' | 'people'>> {
  if (conversation.place.magpie === undefined) return {};
  const [unreadable, people] = await Promise.all([lookAsAnybody(conversation), lookAtPeople(conversation)]);
  return { unreadable, people };
}

/** Monitoring is nobody in particular. */
async function lookAsAnybody(conversation: Conversation): Promise<string[]> {
  const paths = ['/', '/version'];
  const heard = await Promise.all(
    paths.map((path) => ask(conversation, { url: `${conversation.place.url}${path}`, cookies: false })),
  );
  return paths.filter((_, i) => heard[i] !== undefined && isRefused(heard[i]));
}

async function lookAtPeople(conversation: Conversation): Promise<PeopleSight | { why: string }> {
  const { magpie, workspaces } = conversation.place;
  if (magpie === undefined) return { failed: [] };
  const [all, failed] = await Promise.all(
    ['/users', '/users?status=WebhookError'].map(async (path) =>
      readUsers(await ask(conversation, { url: `${magpie.url}${path}` })),
    ),
  );
  if (all === undefined || failed === undefined) return { failed: [] };
  if ('why' in all) return { why: `Magpie ${all.why}` };
  const people = peopleOf(all.names, magpie.user);
  // An old Magpie does not know the question and tells everybody.
  const isTold = !('why' in failed) && failed.names.length < all.names.length;
  const sight = { failed: isTold ? failed.names : [] };
  if (workspaces === undefined) return sight;
  try {
    const directories = await workspaces();
    return { ...sight, withoutWorkspace: people.filter((name) => !directories.includes(name)) };
  } catch (error) {
    return { why: `The directories of the workspaces cannot be read: ${messageOf(error)}` };
  }
}

/** Without the account of everyone, those that stand for other platforms, and who was there before Cowbird could hear of anybody. */
export const peopleOf = (names: readonly string[], administrator: string): string[] =>
  names.filter((name) => name !== administrator && !/^anonymous(_network_.+)?$/.test(name));
