/** What of the receivers is secret. Pure. */
import type { Redact } from '../shared/redact.js';
import type { NoticeSettings } from '../stack/notify.js';

const MASK = '‹redacted›';
/** Shorter words are part of ordinary text: `hooks`, `services`. */
const TELLING_CHARACTERS = 9;

/** Takes the paths of webhooks and the passwords of all receivers out of text; they are in no list of secret variables. */
export function createReceiverRedactor({ notify, smtpUrl }: Pick<NoticeSettings, 'notify' | 'smtpUrl'>): Redact {
  const secrets = notify.flatMap((receiver) => {
    if (receiver.kind === 'mail') return [];
    const { href, pathname, search, searchParams } = new URL(receiver.url);
    const place = `${pathname}${search}`;
    const parts = [...pathname.split('/'), ...searchParams.values(), ...passwordsIn(receiver.authorization)];
    const telling = parts.filter((part) => part.length >= TELLING_CHARACTERS);
    return [...(place.length > 1 ? [href, place] : []), ...telling];
  });
  const password = smtpUrl.login?.password;
  if (password !== undefined) secrets.push(password, encodeURIComponent(password));
  const longestFirst = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

function passwordsIn(authorization: string | undefined): string[] {
  const [, encoded = ''] = authorization?.split(' ') ?? [];
  if (encoded === '') return [];
  const [, ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  return [encoded, password.join(':')];
}
