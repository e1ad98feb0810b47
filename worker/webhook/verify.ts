/** Whether a request comes from who knows the secret. Pure but for the key of the comparison. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Delivery {
  headers: IncomingHttpHeaders;
  /** The bytes as they came: signatures are made of them. */
  body: Buffer;
}

const SIGNING_TOKEN = 'whsec_';
const LEAST_KEY_BYTES = 16;
/** Tolerance of the Standard Webhooks specification. */
const STALE_SECONDS = 300;

/**
 * True when one of the credentials that the providers know is there and right: GitHub, Gitea and Forgejo sign the body;
 * GitLab sends the secret itself or, when it is a signing token (`whsec_…`), signs; anything else does as it likes.
 */
export function isGenuine({ headers, body }: Delivery, secret: Buffer, nowMs: number): boolean {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const candidates = [
    isSame(hexOf(header(headers, 'x-hub-signature-256'), 'sha256='), signature),
    isSame(hexOf(header(headers, 'x-birdkeeper-signature'), 'sha256='), signature),
    isSame(hexOf(header(headers, 'x-gitea-signature')), signature),
    isSame(hexOf(header(headers, 'x-forgejo-signature')), signature),
    isSame(tokenOf(header(headers, 'x-gitlab-token')), secret),
    isSame(tokenOf(bearerOf(headers.authorization)), secret),
    isSignedByToken({ headers, body }, secret, nowMs),
  ];
  return candidates.includes(true);
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Without its prefix; undefined when the prefix is another. */
function hexOf(value: string | undefined, prefix = ''): string | undefined {
  const text = value?.toLowerCase();
  return text?.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}

const bearerOf = (value: string | undefined): string | undefined => /^bearer +(.+)$/i.exec(value ?? '')?.[1];

/** Node reads the bytes of a header as Latin-1. */
const tokenOf = (value: string | undefined): Buffer | undefined =>
  value === undefined ? undefined : Buffer.from(value, 'latin1');

/** https://www.standardwebhooks.com: HMAC of `ID.TIMESTAMP.BODY`, one or more `v1,BASE64` separated by blanks. */
function isSignedByToken({ headers, body }: Delivery, secret: Buffer, nowMs: number): boolean {
  const key = signingKey(secret);
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp') ?? '';
  if (key === undefined || id === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > STALE_SECONDS) return false;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`, 'latin1').update(body).digest('base64');
  const given = (header(headers, 'webhook-signature') ?? '').split(' ');
  return given.map((one) => isSame(one, `v1,${signature}`)).includes(true);
}

/** A key that is too short would be guessed; an empty one is known to everybody. */
function signingKey(secret: Buffer): Buffer | undefined {
  const text = secret.toString('latin1');
  if (!text.startsWith(SIGNING_TOKEN)) return undefined;
  const key = Buffer.from(text.slice(SIGNING_TOKEN.length), 'base64');
  return key.length < LEAST_KEY_BYTES ? undefined : key;
}

const COMPARISON_KEY = randomBytes(32);
const digest = (value: string | Buffer): Buffer => createHmac('sha256', COMPARISON_KEY).update(value).digest();

/** Takes as long for any difference, in length too: digests of both sides are compared. */
function isSame(given: string | Buffer | undefined, expected: string | Buffer): boolean {
  const same = timingSafeEqual(digest(given ?? ''), digest(expected));
  return given !== undefined && same;
}
