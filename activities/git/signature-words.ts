/** What git says of a commit's signature, in words. Pure. */
import { createHash } from 'node:crypto';
import { tidySubject } from './subjects.js';

export interface SignedCommit {
  id: string;
  /** `%G?` */
  verdict: string;
  /** `%GF`: fingerprint of the key, where git knows it. */
  fingerprint: string;
  subject: string;
  /** Name and address. */
  author: string;
  /** The commit carries a signature, whether or not it could be read. */
  signed: boolean;
}

/**
 * Why a commit does not count as signed; undefined when it does. `files`: what may sign; `known`: fingerprints of the ssh
 * keys in them.
 */
export function whyUnsigned(
  { verdict, fingerprint, signed }: SignedCommit,
  files: readonly string[],
  known: ReadonlySet<string>,
): string | undefined {
  const named = files.join(' or ');
  switch (verdict) {
    case 'G':
      return undefined;
    case 'B':
      return 'has a bad signature';
    case 'X':
      return 'has a signature that has expired';
    case 'Y':
      return `is signed by a key of ${named} that has expired`;
    case 'R':
      return `is signed by a key of ${named} that was revoked`;
    case 'N':
      return signed ? `has a signature that nothing in ${named} can vouch for` : 'is not signed';
    default:
      return known.has(fingerprint)
        ? `is signed by a key of ${named} that was not valid then`
        : `is signed by a key that is not in ${named}`;
  }
}

/** `commit 4f2a91c "Raise the limit" by Ann <ann@x>` */
export const nameOf = ({ id, subject, author }: Pick<SignedCommit, 'id' | 'subject' | 'author'>): string =>
  `commit ${id.slice(0, 7)} "${tidySubject(subject)}" by ${tidySubject(author)}`;

/** Fingerprints, as ssh writes them, of every key in a file of allowed signers. */
export function fingerprintsOf(allowedSigners: string): Set<string> {
  const keys = allowedSigners.split('\n').flatMap((line) => {
    if (/^\s*(#|$)/.test(line)) return [];
    const [, key] = /(?:^|\s)(?:ssh-|ecdsa-|sk-)\S+\s+([A-Za-z0-9+/]+=*)(?:\s|$)/.exec(line) ?? [];
    return key === undefined ? [] : [key];
  });
  const hash = (key: string) => createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
  return new Set(keys.map((key) => `SHA256:${hash(key).replace(/=+$/, '')}`));
}
