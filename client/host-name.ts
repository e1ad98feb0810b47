/**
 * What this host is called in workflow ids and its task queue. Kept in the state directory, because the hostname of a
 * container changes with every new one, and a host that changes its name would lose its keepers.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { readJson, writeAtomically } from '../activities/shared/files.js';
import { HOST_FILE } from './places.js';

const HostFile = z.object({
  host: z.string().min(1),
  stateId: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .exactOptional(),
});

/** Letters, digits, `.`, `_` and `-`, at most 63: the form that workflows accept. `host` when nothing is left. */
export function sanitiseHostName(name: string): string {
  const clean = name
    .trim()
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 63)
    .replace(/[._-]+$/, '');
  return clean === '' ? 'host' : clean;
}

/** BIRDKEEPER_HOST, else the name kept in the state directory, else the machine's. Changes nothing. */
export async function readHostName(
  stateDirectory: string,
  setting: string | undefined,
  hostname: string,
): Promise<string> {
  if (setting?.trim()) return sanitiseHostName(setting);
  const kept = await readJson(join(stateDirectory, HOST_FILE), HostFile);
  return sanitiseHostName(kept?.host ?? hostname);
}

/** The same, and the name is kept for the next start. Twice: the same name. */
export async function keepHostName(
  stateDirectory: string,
  setting: string | undefined,
  hostname: string,
): Promise<string> {
  const host = await readHostName(stateDirectory, setting, hostname);
  await keep(stateDirectory, { host });
  return host;
}

/** Eight hexadecimal digits that tell state directories apart whose hosts have one name. Made at the first start, stays for the directory's life. */
export async function keepStateId(stateDirectory: string): Promise<string> {
  const kept = await readJson(join(stateDirectory, HOST_FILE), HostFile);
  const stateId = kept?.stateId ?? randomBytes(4).toString('hex');
  await keep(stateDirectory, { stateId });
  return stateId;
}

async function keep(stateDirectory: string, change: Partial<z.infer<typeof HostFile>>): Promise<void> {
  const path = join(stateDirectory, HOST_FILE);
  const kept = await readJson(path, HostFile);
  const wanted = { ...kept, ...change };
  if (!isDeepStrictEqual(kept, wanted)) await writeAtomically(path, `${JSON.stringify(wanted, null, 2)}\n`, 0o644);
}
