/** Commit subjects as data for people: bounded, and without anything that could steer a terminal. */
import { shortLine } from '../../workflows/one-line.js';
import type { Repository } from './repository.js';

export const MAX_SUBJECT = 100;

export function tidySubject(subject: string): string {
  return shortLine(subject, MAX_SUBJECT);
}

export interface Tip {
  commit: string;
  subject: string;
}

/** Of a ref by its full name; undefined when there is no such ref. */
export async function tipOf(repository: Repository, ref: string): Promise<Tip | undefined> {
  const format = '%(refname)%00%(objectname)%00%(subject)';
  const output = await repository.read(['for-each-ref', `--format=${format}`, ref]);
  const line = output.split('\n').find((candidate) => candidate.startsWith(`${ref}\0`));
  const [, commit = '', subject = ''] = line?.split('\0') ?? [];
  return commit === '' ? undefined : { commit, subject: tidySubject(subject) };
}

export async function subjectOf(repository: Repository, commit: string): Promise<string> {
  return tidySubject(await repository.read(['log', '--no-show-signature', '--max-count=1', '--format=%s', commit]));
}
