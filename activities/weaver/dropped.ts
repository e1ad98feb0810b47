/** Providers that nobody wants any more. Looks only; what is looked at three times is decided by the workflow. */
import { WebFailure } from '../shared/web.js';
import { askBird } from './bird.js';
import { registeredIds, removeProvider, storedProvider, storedProviders, type Reach } from './client.js';

/**
 * Ids of those that are not wanted, of which Weaver says that it cannot read them (422), and that do not answer who is signed in either:
 * one that is only not public is healthy. Whatever else happens, a time-out of ours above all, speaks for the provider. `among`: only
 * of these.
 */
export async function silentOthers(
  reach: Reach,
  wanted: readonly string[],
  among?: readonly string[],
): Promise<{ others: string[]; silent: string[] }> {
  const ids = await registeredIds(reach);
  if (!Array.isArray(ids)) return { others: [], silent: [] };
  const others = ids.filter((id) => !wanted.includes(id));
  const asked = others.filter((id) => among?.includes(id) ?? true);
  const unread = await filtered(asked, (id) => isUnread(reach, id));
  if (unread.length === 0) return { others, silent: [] };
  const stored = await quietly(() => storedProviders(reach));
  if (!Array.isArray(stored)) return { others, silent: [] };
  const silent = await filtered(unread, async (id) => {
    const url = stored.find((provider) => provider.id === id)?.url;
    return url !== undefined && (await askBird(url, { ...reach, cookies: true })).is !== 'ready';
  });
  return { others, silent };
}

const isUnread = async (reach: Reach, id: string): Promise<boolean> => {
  const stored = await quietly(() => storedProvider(reach, id));
  return stored !== undefined && 'answer' in stored && stored.answer.status === 422;
};

/** Undefined: no answer. */
async function quietly<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WebFailure) return undefined;
    throw error;
  }
}

async function filtered(ids: readonly string[], is: (id: string) => Promise<boolean>): Promise<string[]> {
  const answers = await Promise.all(ids.map(async (id) => ({ id, is: await is(id) })));
  return answers.flatMap((answer) => (answer.is ? [answer.id] : []));
}

/** True: it is gone, whoever removed it. */
export async function unregister(reach: Reach, id: string): Promise<boolean> {
  const { status } = await removeProvider(reach, id);
  return status === 204 || status === 404;
}
