/** The program that gives somebody a right on files of others. Pure. */
import type { Command } from '../shared/run-command.js';

export interface Grant {
  /** Number rather than name: it holds where the name is not known. */
  readonly uid: number;
  /** Real path of a file or directory. */
  readonly path: string;
  /** Only root changes the rights on files of others. */
  readonly throughSudo: boolean;
}

/**
 * Read, write, and execute what is a directory or can be executed already: for what is there, and as default entry for what is made
 * there later. `--physical`: no symbolic link is followed, the path itself included. Files get no default entry; setfacl leaves it
 * out by itself.
 */
export function setfaclCommand({ uid, path, throughSudo }: Grant): Command {
  const entry = `u:${uid}:rwX`;
  const args = ['--recursive', '--physical', '--modify', `${entry},d:${entry}`, '--', path];
  return throughSudo ? { file: 'sudo', args: ['--', 'setfacl', ...args] } : { file: 'setfacl', args };
}

/** As one would type it. */
export const shownCommand = ({ file, args }: Command): string => [file, ...args].map(quoted).join(' ');

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
