/** Who asks, as it stands in histories, logs and records. Pure. */
import { oneLine } from './text.js';

export interface Asker {
  user: string;
  /** SUDO_USER. */
  sudoUser: string | undefined;
  /** Hostname of the machine on which the command was typed. */
  machine: string;
}

const MAX_NAME = 60;

/** `ann@alpha`; `ann@alpha (sudo)` when she became root for it: "root" would name nobody. */
export function askedBy({ user, sudoUser, machine }: Asker): string {
  const person = nameOf(sudoUser ?? '');
  const isSudo = user === 'root' && person !== '' && person !== 'root';
  const name = (isSudo ? person : nameOf(user)) || 'unknown';
  return `${name}@${nameOf(machine) || 'unknown'}${isSudo ? ' (sudo)' : ''}`;
}

const nameOf = (text: string): string =>
  oneLine(text)
    .replaceAll(/[\s@]+/g, '-')
    .slice(0, MAX_NAME);
