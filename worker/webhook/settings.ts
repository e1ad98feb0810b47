/** Where the webhook endpoint listens and what its callers must know. Settings of the host. */
import { constants, open, type FileHandle } from 'node:fs/promises';
import { isIP } from 'node:net';
import { z } from 'zod';
import { FAILURES, messageOf, StepFailure } from '../../activities/shared/failures.js';

export interface ListenAddress {
  host: string;
  port: number;
}

export interface WebhookSettings {
  listen: ListenAddress;
  secret: Buffer;
}

const LISTEN_FORM = 'should be PORT (of the loopback address) or HOST:PORT, such as 9000, 127.0.0.1:9000 or [::1]:9000';
const LEAST_SECRET_BYTES = 16;
const MOST_SECRET_BYTES = 1_024;

/** Throws a RangeError that says what is expected. */
export function parseListen(text: string): ListenAddress {
  const [, bracketed, plain, digits = ''] =
    /^(?:(?:\[([0-9a-f:.%]+)\]|([a-z0-9.-]+)):)?(\d{1,5})$/i.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new RangeError(LISTEN_FORM);
  if (bracketed !== undefined && isIP(bracketed) !== 6) throw new RangeError(LISTEN_FORM);
  return { host: bracketed ?? plain ?? '127.0.0.1', port };
}

/** `BIRDKEEPER_WEBHOOK_LISTEN` in the schema of the host's settings. */
export const WebhookListen = z.string().transform((text, context): ListenAddress => {
  try {
    return parseListen(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: messageOf(error) });
    return z.NEVER;
  }
});

/** Undefined: no endpoint. Throws `Configuration` when there is one without a good secret. */
export async function readWebhookSettings(
  listen: ListenAddress | undefined,
  secretFile: string | undefined,
): Promise<WebhookSettings | undefined> {
  if (listen === undefined) return undefined;
  if (secretFile === undefined) {
    throw refusal(
      'BIRDKEEPER_WEBHOOK_LISTEN is set and BIRDKEEPER_WEBHOOK_SECRET_FILE is not: without a secret anybody could ask for looks. Name a file that holds one',
    );
  }
  return { listen, secret: await readSecret(secretFile) };
}

/** The secret in a file, without the last line end. Throws `Configuration` with the reason when it is none to rely on. */
export async function readSecret(path: string): Promise<Buffer> {
  let file: FileHandle;
  try {
    // What waits for a writer (a pipe) is refused below rather than waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw refusal(`The webhook secret ${path} cannot be read (${messageOf(error)})`);
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw refusal(`The webhook secret ${path} is not a file`);
    if ((stat.mode & 0o007) !== 0) {
      throw refusal(`The webhook secret ${path} may be read or changed by any account of this host: chmod 600 ${path}`);
    }
    if (stat.size > MOST_SECRET_BYTES)
      throw refusal(`The webhook secret ${path} is longer than ${MOST_SECRET_BYTES} bytes`);
    return withoutLineEnd(await file.readFile(), path);
  } finally {
    await file.close();
  }
}

function withoutLineEnd(content: Buffer, path: string): Buffer {
  const secret = Buffer.from(content.toString('latin1').replace(/\r?\n$/, ''), 'latin1');
  if (secret.length === 0) throw refusal(`The webhook secret ${path} is empty`);
  if (secret.includes('\n')) throw refusal(`The webhook secret ${path} has more than one line`);
  if (secret.length < LEAST_SECRET_BYTES) {
    throw refusal(
      `The webhook secret ${path} is shorter than ${LEAST_SECRET_BYTES} bytes and could be guessed: openssl rand -hex 32 makes a good one`,
    );
  }
  return secret;
}

const refusal = (sentence: string): StepFailure => new StepFailure(FAILURES.configuration, `${sentence}.`);
