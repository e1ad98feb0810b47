/**
 * A tag or commit that a checkout follows in the place of its upstream. What a fetch brought for it is kept under a
 * remote-tracking ref of ours, so that a look that asks no remote, and a move, find the same commit.
 */
import type { FetchFailure } from './fetch-failure.js';
import { fetchRemote } from './fetch.js';
import type { KeySettings } from './keys.js';
import type { Repository } from './repository.js';

/** What the text of a pin can name. An abbreviated id may be a tag as well. */
export type Pin =
  | { kind: 'commit'; name: string }
  | { kind: 'tag'; name: string; abbreviated: boolean }
  | { kind: 'nothing'; name: string };

/** Pure. The rules for names are those of `git check-ref-format`. */
export function readPin(text: string): Pin {
  const name = text.trim().replace(/^refs\/tags\//, '');
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(name)) return { kind: 'commit', name: name.toLowerCase() };
  if (!isRefName(name)) return { kind: 'nothing', name };
  return { kind: 'tag', name, abbreviated: /^[0-9a-f]{7,39}$/i.test(name) };
}

const isRefName = (name: string): boolean =>
  name !== '' &&
  !/[\p{Cc}\p{Cs} ~^:?*[\\]|\.\.|@\{|\.$/u.test(name) &&
  name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));

const PIN_REFS = 'refs/remotes/birdkeeper-pin/';
/** Every commit that a pin of ours ever brought. */
export const PIN_GLOB = `${PIN_REFS}*`;
/** One level, so that the tags `v1` and `v1/x` can follow each other. */
export const pinRef = (name: string): string => `${PIN_REFS}${encodeURIComponent(name)}`;

/** The commit as far as it is here; undefined when it is not, or the pin names nothing. Asks no remote. */
export async function pinnedCommit(repository: Repository, text: string): Promise<string | undefined> {
  const pin = readPin(text);
  if (pin.kind === 'nothing') return undefined;
  if (pin.kind === 'commit') return commitAt(repository, pin.name);
  return (
    (await commitAt(repository, pinRef(pin.name))) ?? (pin.abbreviated ? onlyCommit(repository, pin.name) : undefined)
  );
}

const commitAt = async (repository: Repository, name: string): Promise<string | undefined> => {
  const args = ['rev-parse', '--quiet', '--verify', `${name}^{commit}`];
  const { stdout, status } = await repository.ask(args, { okStatuses: [0, 1, 128] });
  return status === 0 ? stdout.trim() : undefined;
};

/** By `--disambiguate`, since a branch may be called like an abbreviated id. */
async function onlyCommit(repository: Repository, prefix: string): Promise<string | undefined> {
  const { stdout } = await repository.ask(['rev-parse', `--disambiguate=${prefix.toLowerCase()}`], {
    okStatuses: [0, 1, 128],
  });
  const [id, ...others] = stdout.split('\n').filter((line) => line !== '');
  return id === undefined || others.length > 0 ? undefined : commitAt(repository, id);
}

/**
 * Brings what the pin names. A full id that is here already needs no remote. Returns why it failed, or undefined. Only
 * objects and remote-tracking refs change. Twice: asks again, to no effect.
 */
export async function fetchPin(
  repository: Repository,
  remote: string,
  keys: KeySettings,
  text: string,
): Promise<FetchFailure | undefined> {
  const pin = readPin(text);
  if (pin.kind === 'nothing') return gone(text, remote);
  if (pin.kind === 'tag') return fetchTag(repository, remote, keys, pin);
  if ((await commitAt(repository, pin.name)) !== undefined) return undefined;
  // By the branches first: not every server gives what it is asked for by its id.
  const failure = await fetchRemote(repository, remote, keys);
  if (failure !== undefined || (await commitAt(repository, pin.name)) !== undefined) return failure;
  const byId = await fetchRemote(repository, remote, keys, [`+${pin.name}:${pinRef(pin.name)}`]);
  return byId?.kind === 'no such ref' ? gone(text, remote) : byId;
}

async function fetchTag(
  repository: Repository,
  remote: string,
  keys: KeySettings,
  { name, abbreviated }: Extract<Pin, { kind: 'tag' }>,
): Promise<FetchFailure | undefined> {
  const ref = pinRef(name);
  const failure = await fetchRemote(repository, remote, keys, [`+refs/tags/${name}:${ref}`]);
  if (failure?.kind !== 'no such ref') return failure;
  await repository.run(['update-ref', '-d', ref]);
  if (!abbreviated) return gone(name, remote);
  return (await fetchRemote(repository, remote, keys)) ?? (await abbreviatedOrGone(repository, name, remote));
}

const abbreviatedOrGone = async (repository: Repository, name: string, remote: string) =>
  (await onlyCommit(repository, name)) === undefined ? gone(name, remote) : undefined;

const gone = (text: string, remote: string): FetchFailure => ({
  kind: 'no such ref',
  message: noSuchPin(text, remote),
});

export const noSuchPin = (text: string, remote: string): string =>
  `the pin ${JSON.stringify(text.slice(0, 80))} names no tag and no commit of ${remote}. Push it, or correct BIRDKEEPER_PIN_…`;
