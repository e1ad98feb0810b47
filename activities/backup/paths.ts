/** What `BIRDKEEPER_BACKUP_PATHS` names. Pure. */
import { resolve } from 'node:path';
import type { Declaration } from './types.js';

export type BackupEntry =
  | { readonly kind: 'path'; readonly entry: string; readonly path: string }
  | { readonly kind: 'volume'; readonly entry: string; readonly volume: string };

const VOLUME = /^volume:(.*)$/s;
/** The engine's own rule for a volume's name. */
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * An absolute path, a path relative to the stack directory, or `volume:NAME`. Returns a sentence instead for what is
 * none of them.
 */
export function readEntry(entry: string, stackDirectory: string): BackupEntry | string {
  if (entry.trim() === '') return 'an empty entry names nothing';
  if (entry.includes('\0')) return 'an entry with a NUL byte is no path';
  const [, volume] = VOLUME.exec(entry) ?? [];
  if (volume === undefined) return { kind: 'path', entry, path: resolve(stackDirectory, entry) };
  if (!VOLUME_NAME.test(volume)) return `${JSON.stringify(entry)} names no volume (volume:NAME)`;
  return { kind: 'volume', entry, volume };
}

/** The setting's entries as a component declares its own, or what is wrong with them. */
export function declarationOfEntries(entries: readonly string[], stackDirectory: string): Declaration | string[] {
  const read = entries.map((entry) => readEntry(entry, stackDirectory));
  const wrong = read.filter((entry) => typeof entry === 'string');
  if (wrong.length > 0) return wrong;
  const application = read.filter((entry) => typeof entry !== 'string').map(({ entry: _entry, ...part }) => part);
  return { component: SETTING, application };
}

/** Stands for a component where the setting's entries are chosen. */
export const SETTING = 'BIRDKEEPER_BACKUP_PATHS';
