/** An archive by its address into a cache of ours; one that has not changed is not sent again. */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { FAILURES, isStepFailure, messageOf, StepFailure } from '../shared/failures.js';
import { readIfThere, unlessMissing, writeJson } from '../shared/files.js';
import { redactUrls } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import type { ArchiveSource } from './list.js';
import { sha256Of } from './manifest.js';
import { showSize } from './size.js';

export interface DownloadLimits {
  readonly bytes: number;
  readonly timeoutMs: number;
}

export interface Archive {
  readonly file: string;
  readonly sha256: string;
}

const Known = z.object({ sha256: z.string(), etag: z.string().optional(), modified: z.string().optional() });
type Known = z.infer<typeof Known>;

/**
 * Throws RemoteUnavailable, Unauthorised, NotFound; Configuration for what is too large, not what `sha256` says, or leads
 * elsewhere than http(s). The cache then holds what it held.
 */
export async function download(
  source: ArchiveSource,
  { cacheDir, limits }: { cacheDir: string; limits: DownloadLimits },
  step: Step,
): Promise<Archive> {
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  await removeLeftovers(cacheDir, limits);
  const file = join(cacheDir, 'archive');
  const cached = await readKnown(cacheDir, file);
  // Another one than the list wants is asked for as a whole.
  const known = source.sha256 === undefined || source.sha256 === cached?.sha256 ? cached : undefined;
  const limit = AbortSignal.timeout(limits.timeoutMs);
  const signal = AbortSignal.any([step.signal, limit]);
  try {
    const response = await ask(new URL(source.archive), known, signal);
    if (response.status === 304 && known) return checked({ file, sha256: known.sha256 }, source);
    const scratch = join(cacheDir, `archive.${randomBytes(4).toString('hex')}.part`);
    try {
      const sha256 = await save(response, scratch, limits.bytes, signal);
      checked({ file, sha256 }, source);
      await rename(scratch, file);
      const [etag, modified] = [response.headers.get('etag'), response.headers.get('last-modified')];
      const now: Known = { sha256, ...(etag && { etag }), ...(modified && { modified }) };
      await writeJson(join(cacheDir, 'archive.json'), now);
      return { file, sha256 };
    } finally {
      await rm(scratch, { force: true });
    }
  } catch (error) {
    step.signal.throwIfAborted();
    throw explained(error, source, limit.aborted ? limits.timeoutMs : undefined);
  }
}

/** Of runs that were killed; what is younger than the limit may be on its way. */
async function removeLeftovers(cacheDir: string, { timeoutMs }: DownloadLimits): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const path = join(cacheDir, name);
    const stat = name.endsWith('.part') ? await unlessMissing(lstat(path)) : undefined;
    if (stat && Date.now() - stat.mtimeMs > timeoutMs) await rm(path, { force: true });
  }
}

/** Undefined also when the file is not what was written down: a run was killed between the two. */
async function readKnown(cacheDir: string, file: string): Promise<Known | undefined> {
  try {
    const known = Known.safeParse(JSON.parse((await readIfThere(join(cacheDir, 'archive.json'))) ?? '')).data;
    return known && (await sha256Of(file)) === known.sha256 ? known : undefined;
  } catch {
    return undefined;
  }
}

const MOST_REDIRECTS = 5;

/** Credentials go to the host that the list names, and to no other. */
async function ask(address: URL, known: Known | undefined, signal: AbortSignal): Promise<Response> {
  const authorization = authorizationOf(address);
  let url = withoutCredentials(address);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      signal,
      headers: {
        'user-agent': 'birdkeeper',
        // An archive that is compressed on its way would arrive as another file.
        'accept-encoding': 'identity',
        ...(known?.etag !== undefined && { 'if-none-match': known.etag }),
        ...(known?.modified !== undefined && { 'if-modified-since': known.modified }),
        ...(authorization !== undefined && url.origin === address.origin && { authorization }),
      },
    });
    if (response.status === 304 || response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (!isRedirect(response.status) || location === null) throw refusedWith(response.status);
    url = redirected(location, url);
  }
  throw new StepFailure(FAILURES.configuration, `it leads on more than ${MOST_REDIRECTS} times`);
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

function redirected(location: string, from: URL): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to === undefined || !/^https?:$/.test(to.protocol) || (from.protocol === 'https:' && to.protocol === 'http:')) {
    const where = to === undefined ? 'no address' : to.protocol.replace(':', '');
    throw new StepFailure(FAILURES.configuration, `it leads on to ${where}, which is not followed`);
  }
  return withoutCredentials(to);
}

function refusedWith(status: number): StepFailure {
  if (status === 401 || status === 403)
    return new StepFailure(FAILURES.unauthorised, `it is refused (status ${status})`);
  if (status === 404 || status === 410) return new StepFailure(FAILURES.notFound, `it is not there (status ${status})`);
  return new StepFailure(FAILURES.remoteUnavailable, `its server answered with status ${status}`);
}

/** Returns the SHA-256 of what was written. */
async function save(response: Response, file: string, most: number, signal: AbortSignal): Promise<string> {
  const tooLarge = () => new StepFailure(FAILURES.configuration, `it is larger than ${showSize(most)}`);
  if (Number(response.headers.get('content-length') ?? 0) > most) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const hash = createHash('sha256');
  let size = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length;
      hash.update(chunk);
      if (size > most) done(tooLarge());
      else done(null, chunk);
    },
  });
  const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
  await pipeline(body, count, createWriteStream(file, { mode: 0o600 }), { signal });
  return hash.digest('hex');
}

function checked(archive: Archive, { sha256 }: ArchiveSource): Archive {
  if (sha256 === undefined || sha256 === archive.sha256) return archive;
  throw new StepFailure(
    FAILURES.configuration,
    `its SHA-256 is ${archive.sha256}, not the ${sha256} of the list: look at what changed before you correct the list`,
  );
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

/** Without what may be a secret: credentials, and the query, where some forges want their tokens. */
export const shownAddress = (url: string): string => redactUrls(url).replace(/[?#].*$/, '?…');

/** `overMs`: the limit that it passed. */
function explained(error: unknown, { archive }: ArchiveSource, overMs: number | undefined): Error {
  const about = `The archive ${shownAddress(archive)}: `;
  if (isStepFailure(error)) return new StepFailure(error.type, `${about}${error.message}.`);
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
    return new StepFailure(FAILURES.diskFull, `${about}there is no room for it in the state directory.`);
  }
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const why =
    overMs === undefined ? `it cannot be reached (${causeOf(cause)})` : `it did not come within ${overMs / 1000} s`;
  return new StepFailure(FAILURES.remoteUnavailable, `${about}${redactUrls(why)}.`);
}

/** A host with several addresses fails with one error for all, which says nothing itself. */
const causeOf = (error: unknown): string =>
  error instanceof AggregateError && error.errors.length > 0 ? messageOf(error.errors[0]) : messageOf(error);
