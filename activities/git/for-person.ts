/** What a push says that a person must do before, or beside, its deployment. */
import { shortLine } from '../../workflows/one-line.js';
import { redactUrls } from '../shared/redact.js';
import type { Checkout } from '../stack/view.js';
import { capped } from './classify.js';
import { Repository, requireCommit, type GitOptions } from './repository.js';
import { fileAt } from './tree.js';

export const TRAILER = 'Needs-Person';
export const NEEDS_PERSON_PATH = 'autodeploy/needs-person';

export interface ForPersonRequest extends GitOptions {
  readonly checkout: Checkout;
  /** Full ids: what is checked out, and what would be deployed. */
  readonly from: string;
  readonly to: string;
}

const MAX_FILE = 500;
const MAX_TRAILER = 300;
const MAX_SENTENCES = 10;

/**
 * Trailers `Needs-Person: TEXT` of the commits that are new, newest first, and the file `autodeploy/needs-person` where
 * these add or change it: `platform: TEXT (commit 4f2a91c)`. At most 10, then `… and N more`.
 */
export async function forPerson(request: ForPersonRequest): Promise<string[]> {
  const [from, to] = [requireCommit(request.from), requireCommit(request.to)];
  const repository = await Repository.at(request.checkout.dir, request);
  const told = [...(await fileTold(repository, from, to)), ...(await trailersTold(repository, from, to))];
  // Commits that were picked onto another branch say the same again.
  const byText = new Map<string, string>();
  for (const { text, commit } of told) if (text !== '' && !byText.has(text)) byText.set(text, commit);
  const sentences = [...byText].map(
    ([text, commit]) => `${request.checkout.name}: ${text} (commit ${commit.slice(0, 7)})`,
  );
  return capped(sentences, MAX_SENTENCES);
}

interface Told {
  text: string;
  commit: string;
}

async function trailersTold(repository: Repository, from: string, to: string): Promise<Told[]> {
  const format = `%H%x00%(trailers:key=${TRAILER},valueonly,unfold)`;
  const args = ['log', '-z', '--no-show-signature', `--format=${format}`, to, `^${from}`];
  const fields = (await repository.read(args)).split('\0');
  const told: Told[] = [];
  for (let start = 0; start + 1 < fields.length; start += 2) {
    const [commit = '', values = ''] = fields.slice(start, start + 2);
    told.push(...values.split('\n').map((value) => ({ text: tidyText(value, MAX_TRAILER), commit })));
  }
  return told;
}

async function fileTold(repository: Repository, from: string, to: string): Promise<Told[]> {
  const [before, after] = [
    await fileAt(repository, from, NEEDS_PERSON_PATH),
    await fileAt(repository, to, NEEDS_PERSON_PATH),
  ];
  if (after?.kind !== 'file' || after.id === before?.id) return [];
  const text = tidyText(await repository.read(['cat-file', 'blob', after.id]), MAX_FILE);
  const log = ['log', '--no-show-signature', '--max-count=1', '--format=%H', to, `^${from}`, '--', NEEDS_PERSON_PATH];
  const commit = (await repository.read(log)).trim();
  return [{ text, commit: commit === '' ? to : commit }];
}

/** One line without anything that could steer a terminal. Pure. */
export function tidyText(text: string, max: number): string {
  return shortLine(redactUrls(text), max);
}
