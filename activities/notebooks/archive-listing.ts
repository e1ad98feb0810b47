/** What `tar` and `unzip` say is in an archive, before anything of it is written. Pure. */
import { posix } from 'node:path';
import type { Command } from '../shared/run-command.js';
import { showSize } from './size.js';

export type ArchiveKind = 'tar' | 'zip';

export interface Member {
  readonly name: string;
  readonly kind: 'directory' | 'file' | 'link' | 'hard link' | 'other';
  readonly size: number;
  /** Where a link leads, as far as the listing says; that of a hard link counts from the root. */
  readonly to?: string;
}

export interface UnpackLimits {
  readonly bytes: number;
  readonly members: number;
}

/** By its first bytes; `tar` finds out by itself whether it is compressed. */
export function kindOfArchive(beginning: Buffer): ArchiveKind | undefined {
  if (/^PK(\x03\x04|\x05\x06)/.test(beginning.toString('latin1', 0, 4))) return 'zip';
  const isGzip = beginning[0] === 0x1f && beginning[1] === 0x8b;
  return isGzip || beginning.toString('latin1', 257, 262) === 'ustar' ? 'tar' : undefined;
}

/** Absolute names: told as they are, rather than as tar would bend them. */
export const listCommand = (kind: ArchiveKind, file: string): Command =>
  kind === 'tar'
    ? {
        file: 'tar',
        args: [
          '--list',
          '--verbose',
          '--numeric-owner',
          '--full-time',
          '--quoting-style=c',
          '--absolute-names',
          `--file=${file}`,
        ],
        shownAs: 'tar --list',
      }
    : { file: 'unzip', args: ['-Z', '-s', '-h', '-t', file], shownAs: 'unzip -Z' };

/** A listing may lie about sizes: no file grows beyond the limit. */
export const unpackCommand = (kind: ArchiveKind, file: string, to: string, { bytes }: UnpackLimits): Command => {
  const args =
    kind === 'tar'
      ? ['tar', '--extract', '--no-same-owner', '--no-same-permissions', `--directory=${to}`, `--file=${file}`]
      : ['unzip', '-qq', '-o', '-d', to, file];
  return { file: 'prlimit', args: [`--fsize=${bytes}`, ...args], shownAs: kind === 'tar' ? 'tar --extract' : 'unzip' };
};

/** Throws RangeError on a line that it does not know: nothing may hide in it. */
export const parseListing = (kind: ArchiveKind, output: string): Member[] =>
  kind === 'tar' ? parseTar(output) : parseZip(output);

const TAR_LINE =
  /^(.)[rwxsStT-]{9}\S?\s+\S+\s+(\d+|\d+,\s*\d+)\s+\S+\s+\S+\s+"((?:[^"\\]|\\.)*)"(?: (?:->|link to) "((?:[^"\\]|\\.)*)")?$/;
const KINDS: Readonly<Record<string, Member['kind']>> = {
  '-': 'file',
  '?': 'file',
  d: 'directory',
  l: 'link',
  h: 'hard link',
};

function parseTar(output: string): Member[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, letter = '', size = '', name = '', to] = TAR_LINE.exec(line) ?? unknownLine(line);
      const kind = letter === '?' ? 'other' : (KINDS[letter] ?? 'other');
      return {
        name: unquoted(name),
        kind,
        size: Number(size.replace(/,.*$/, '')),
        ...(to !== undefined && { to: unquoted(to) }),
      };
    });
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

const unquoted = (text: string): string =>
  text.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    /^[0-7]{3}$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );

const ZIP_LINE = /^([-dl?bcps])[\w-]{6,9}\s+\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s+\S+\s+\S+ (.+)$/;
const ZIP_FRAME = /^(Archive: |Zip file size: |Empty zipfile)/;
const ZIP_COUNT = /^(\d+) files?, /;

function parseZip(output: string): Member[] {
  const members: Member[] = [];
  for (const line of output.split('\n')) {
    const count = ZIP_COUNT.exec(line)?.[1];
    if (count !== undefined && Number(count) !== members.length) unknownLine(line);
    if (line === '' || ZIP_FRAME.test(line) || count !== undefined) continue;
    const [, letter = '', size = '', name = ''] = ZIP_LINE.exec(line) ?? unknownLine(line);
    const kind = name.endsWith('/') ? 'directory' : (KINDS[letter] ?? 'other');
    members.push({ name, kind, size: Number(size) });
  }
  return members;
}

function unknownLine(line: string): never {
  throw new RangeError(`its listing has a line that is not understood: ${line.slice(0, 200)}`);
}

/** Why the archive is not unpacked, as the rest of a sentence; undefined when it may be. */
export function problemOfMembers(members: readonly Member[], limits: UnpackLimits): string | undefined {
  if (members.length > limits.members) return `holds more than ${limits.members} files`;
  if (members.reduce((sum, { size }) => sum + size, 0) > limits.bytes) {
    return `would fill more than ${showSize(limits.bytes)} when it is unpacked`;
  }
  return members.map(problemOfMember).find((problem) => problem !== undefined);
}

function problemOfMember({ name, kind, to }: Member): string | undefined {
  if (!isInside(name)) return `holds a path that leads out of it: ${shown(name)}`;
  if (kind === 'other') return `holds a device, a pipe or something else that is no file: ${shown(name)}`;
  const end = to === undefined ? undefined : kind === 'hard link' ? to : linkEnd(name, to);
  return end === undefined || isInside(end) ? undefined : `holds a link that leads out of it: ${shown(name)}`;
}

/** Where a link leads, seen from the root. */
export const linkEnd = (name: string, to: string): string =>
  to.startsWith('/') ? to : posix.normalize(posix.join(posix.dirname(name), to));

export const isInside = (path: string): boolean => !/^[/\\]|^[a-z]:/i.test(path) && !path.split(/[/\\]/).includes('..');

const shown = (name: string): string => JSON.stringify(name.slice(0, 200));
