/** Providers that nobody wants any more. Looks only; what is looked at three times is decided by the workflow. */
import { WebFailure } from '../shared/web.js';
import { registeredIds, removeProvider, storedProvider, type Reach } from './client.js';

/**
 * Ids of those that are not wanted and of which Weaver says itself that they do not answer (422). Whatever else happens, a time-out of
 * ours above all, speaks for the provider. `among`: only of these.
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
  const answers = await Promise.all(asked.map(async (id) => ({ id, silent: await isSilent(reach, id) })));
  return { others, silent: answers.filter(({ silent }) => silent).map(({ id }) => id) };
}

async function isSilent(reach: Reach, id: string): Promise<boolean> {
  try {
    const stored = await storedProvider(reach, id);
    return 'answer' in stored && stored.answer.status === 422;
  } catch (error) {
    if (error instanceof WebFailure) return false;
    throw error;
  }
}

/** True: it is gone, whoever removed it. */
export async function unregister(reach: Reach, id: string): Promise<boolean> {
  const { status } = await removeProvider(reach, id);
  return status === 204 || status === 404;
}
