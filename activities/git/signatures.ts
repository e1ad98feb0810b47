/**
 * Which of the commits that a deployment would bring are not signed by somebody whom the operator named. git verifies, in
 * a repository of ours, so that nothing in the checkout can say how.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import type { Checkout } from '../stack/view.js';
import { capped } from './classify.js';
import { quoteForShell } from './ssh-command.js';
import { Repository, requireCommit, type GitOptions } from './repository.js';
import { withScratchRepository } from './scratch-repository.js';
import { fingerprintsOf, nameOf, whyUnsigned, type SignedCommit } from './signature-words.js';

export interface SignatureRequest extends GitOptions {
  readonly checkout: Checkout;
  /** Full ids: what is checked out, and what would be deployed. */
  readonly from: string;
  readonly to: string;
  /** tip: only `to`; every: each commit that `to` has and `from` has not, and `to`. */
  readonly mode: 'tip' | 'every';
  /** File in the `allowed_signers` format of ssh-keygen. */
  readonly allowedSigners?: string | undefined;
  /** GPG keyring or exported public keys, armoured or not. */
  readonly gpgKeyring?: string | undefined;
}

/** One question to git: many commits cost a process, each signature costs some more. */
const BATCH = 50;
const MAX_SENTENCES = 20;

/**
 * A sentence per commit that does not count, without a full stop; at most 20, then `… and N more`. Throws Configuration
 * when nobody is named who may sign, or a file does not read. Twice: looks again.
 */
export async function unsignedCommits(request: SignatureRequest): Promise<string[]> {
  const { checkout, mode } = request;
  const [from, to] = [requireCommit(request.from), requireCommit(request.to)];
  const repository = await Repository.at(checkout.dir, request);
  const signers = await signersOf(request);
  const ids = mode === 'tip' ? [to] : await idsBetween(repository, from, to);
  return withScratchRepository(repository, async (scratch) => {
    const settings = await settingsOf(scratch, request);
    const sentences: string[] = [];
    for (let start = 0; start < ids.length; start += BATCH) {
      for (const seen of await verify(scratch, settings, ids.slice(start, start + BATCH))) {
        const why = whyUnsigned(seen, signers.files, signers.fingerprints);
        if (why !== undefined) sentences.push(`${checkout.name}: ${nameOf(seen)} ${why}`);
      }
    }
    return capped(sentences, MAX_SENTENCES);
  });
}

/** Newest first. `to` itself also where it is older: a pin may go back. */
async function idsBetween(repository: Repository, from: string, to: string): Promise<string[]> {
  const listed = await repository.read(['--no-replace-objects', 'rev-list', to, `^${from}`]);
  return [...new Set([to, ...listed.split('\n').filter((id) => id !== '')])];
}

async function signersOf({ allowedSigners, gpgKeyring }: SignatureRequest) {
  const files = [allowedSigners, gpgKeyring].flatMap((path) => (path ? [path] : []));
  if (files.length === 0) {
    throw new StepFailure(
      FAILURES.configuration,
      'Commits must be signed (BIRDKEEPER_VERIFY_SIGNATURES), but nobody is named who may sign: set BIRDKEEPER_ALLOWED_SIGNERS or BIRDKEEPER_GPG_KEYRING to a file.',
    );
  }
  if (gpgKeyring) await readSigners(gpgKeyring, 'BIRDKEEPER_GPG_KEYRING');
  const text = allowedSigners ? await readSigners(allowedSigners, 'BIRDKEEPER_ALLOWED_SIGNERS') : '';
  return { files, fingerprints: fingerprintsOf(text) };
}

async function readSigners(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new StepFailure(
      FAILURES.configuration,
      `${setting} names ${path}, which cannot be read (${messageOf(error)}). Correct the setting, or put the file there.`,
    );
  }
}

/** Every program and file by which git judges, so that no configuration of anybody's adds one. */
async function settingsOf(scratch: Repository, { allowedSigners, gpgKeyring }: SignatureRequest): Promise<string[]> {
  if (allowedSigners) await requireProgram(scratch, 'ssh-keygen', 'BIRDKEEPER_ALLOWED_SIGNERS');
  const gpg = gpgKeyring ? await gpgOver(scratch, gpgKeyring) : '/bin/false';
  return [
    `gpg.program=${gpg}`,
    `gpg.openpgp.program=${gpg}`,
    'gpg.x509.program=/bin/false',
    'gpg.ssh.program=ssh-keygen',
    `gpg.ssh.allowedSignersFile=${allowedSigners || '/dev/null'}`,
    'gpg.ssh.revocationFile=/dev/null',
    'gpg.minTrustLevel=undefined',
  ].flatMap((setting) => ['-c', setting]);
}

/**
 * A gpg that knows one keyring and nothing else: no keyring, settings or trust of a user's, no server that would be asked
 * for keys, no agent that would stay. Returns its path.
 */
async function gpgOver(scratch: Repository, keyring: string): Promise<string> {
  await requireProgram(scratch, 'gpg', 'BIRDKEEPER_GPG_KEYRING');
  const home = join(scratch.dir, 'gnupg');
  await mkdir(home, { mode: 0o700 });
  const quiet = ['--homedir', home, '--no-options', '--no-autostart', '--batch', '--no-tty', '--quiet'];
  const gpg = (args: readonly string[], okStatuses: readonly number[]) =>
    runCommand({ file: 'gpg', args: [...quiet, ...args] }, { ...surroundings(scratch), okStatuses });
  const keys = join(home, 'signers.gpg');
  await copyFile(keyring, keys);
  const from = ['--no-default-keyring', '--keyring', keys];
  if ((await readFile(keyring)).includes('-----BEGIN PGP')) {
    await writeFile(keys, '');
    await gpg([...from, '--import', keyring], [0, 2]);
  }
  const { stdout } = await gpg([...from, '--with-colons', '--list-keys'], [0, 2]);
  if (!/^pub:/m.test(stdout)) {
    throw new StepFailure(
      FAILURES.configuration,
      `BIRDKEEPER_GPG_KEYRING names ${keyring}, in which gpg finds no public key. Export the keys of those who sign into it: gpg --export KEY > FILE`,
    );
  }
  const wrapper = join(home, 'verify');
  const command = ['gpg', ...quiet, ...from, '--trust-model', 'always', '--no-auto-key-retrieve'];
  await writeFile(wrapper, `#!/bin/sh\nexec ${quoteForShell(command)} "$@"\n`, { mode: 0o700 });
  return wrapper;
}

const surroundings = ({ dir, environment, options }: Repository) => ({
  cwd: dir,
  env: environment,
  signal: options.signal,
  timeoutMs: options.timeoutMs,
});

/** Without its program git takes every commit for unsigned, which would be said of the wrong people. */
async function requireProgram(scratch: Repository, program: string, setting: string): Promise<void> {
  try {
    await runCommand({ file: program, args: ['--version'] }, surroundings(scratch));
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.reason !== 'not started') {
      scratch.options.signal.throwIfAborted();
      return;
    }
    throw new StepFailure(FAILURES.configuration, `${setting} is set, but ${program} is not installed here.`);
  }
}

const FORMAT = ['%H', '%G?', '%GF', '%s', '%an <%ae>'].join('%x00');
const FIELDS = 5;

async function verify(scratch: Repository, settings: string[], ids: readonly string[]): Promise<SignedCommit[]> {
  // An ordinary run: simple-git refuses to be told which programs verify.
  const { stdout } = await scratch.run([...settings, 'log', '-z', '--no-walk=unsorted', `--format=${FORMAT}`, ...ids]);
  const fields = stdout.split('\0');
  const seen: SignedCommit[] = [];
  for (let start = 0; start + FIELDS <= fields.length; start += FIELDS) {
    const [id = '', verdict = '', fingerprint = '', subject = '', author = ''] = fields.slice(start, start + FIELDS);
    const signed = verdict === 'N' && (await carriesSignature(scratch, id));
    seen.push({ id, verdict, fingerprint, subject, author, signed });
  }
  // Each commit that was asked for has its own answer, or nothing counts.
  if (seen.map(({ id }) => id).join() !== ids.join()) throw new Error('git told of other commits than it was asked of');
  return seen;
}

async function carriesSignature(scratch: Repository, id: string): Promise<boolean> {
  const { stdout } = await scratch.run(['cat-file', 'commit', id]);
  const [header = ''] = stdout.split('\n\n');
  return /^gpgsig/m.test(header);
}
