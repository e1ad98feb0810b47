/** Commit subjects as data for people: bounded, and without anything that could steer a terminal. */
import type { Repository } from './repository.js';

export const MAX_SUBJECT = 100;

export function tidySubject(subject: string): string {
  const clean = subject.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  const characters = [...clean];
  return characters.length <= MAX_SUBJECT ? clean : `${characters.slice(0, MAX_SUBJECT - 1).join('')}…`;
}

export async function subjectOf(repository: Repository, commit: string): Promise<string> {
  return tidySubject(await repository.read(['log', '--no-show-signature', '--max-count=1', '--format=%s', commit]));
}
