/**
 * Who is told what, from the texts of `BIRDKEEPER_NOTIFY`, `BIRDKEEPER_NOTIFY_ON`, `BIRDKEEPER_SMTP_URL` and
 * `BIRDKEEPER_MAIL_FROM`. Pure. The path of a webhook is its password, so no message repeats what was written.
 */
import { NOTICE_KINDS, type NoticeKind } from '../../workflows/contract.js';

export { NOTICE_KINDS, type NoticeKind };

export type Receiver = MailReceiver | Webhook;

export interface MailReceiver {
  kind: 'mail';
  /** At least one; they get one mail together. */
  addresses: string[];
}

export interface Webhook {
  /** slack: `{"text": …}` as Slack, Mattermost and others take it; json: the shape of docs/notices.md. */
  kind: 'slack' | 'json';
  /** http or https. Secret from its path on. */
  url: string;
  /** Value of the Authorization header, from credentials in the address. Secret. */
  authorization?: string;
}

export interface MailServer {
  /** Name or address, an IPv6 one without brackets. */
  host: string;
  port: number;
  /** TLS from the first byte on, rather than STARTTLS. */
  secure: boolean;
  login?: { user: string; password: string };
}

export interface Sender {
  /** Empty when only an address was given. */
  name: string;
  address: string;
}

/** As `StackSettings` has them: plain data, which can be kept as JSON. */
export interface NoticeSettings {
  notify: Receiver[];
  notifyOn: NoticeKind[];
  smtpUrl: MailServer;
  mailFrom: Sender;
}

const FORM = 'should be mailto:ADDRESS[,ADDRESS], slack+https://HOST/PATH or https://HOST/PATH';
const MAIL_ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.){0,8}[A-Za-z0-9-]{1,63}$/;
/** Slack takes no other shape, and reads mentions out of a text that is not escaped for it. */
const SLACK_HOST = 'hooks.slack.com';
const MAIL_PORT = { 'smtp:': 25, 'smtps:': 465 } as const;

/** Whitespace separated; the same one twice counts once. Throws a RangeError that says which one is wrong, by its place. */
export function parseReceivers(text: string): Receiver[] {
  const receivers = wordsOf(text).map((entry, index) => parseReceiver(entry, `receiver ${index + 1}`));
  return [...new Map(receivers.map((receiver) => [JSON.stringify(receiver), receiver])).values()];
}

function parseReceiver(entry: string, which: string): Receiver {
  if (/^mailto:/i.test(entry)) return parseMailto(entry.slice('mailto:'.length), which);
  const isSlack = /^slack\+/i.test(entry);
  const url = urlOf(isSlack ? entry.slice('slack+'.length) : entry);
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new RangeError(`${which} ${FORM}`);
  }
  const credentials = credentialsOf(url, `${which} `);
  url.username = '';
  url.password = '';
  url.hash = '';
  return {
    kind: isSlack || url.hostname === SLACK_HOST ? 'slack' : 'json',
    url: url.href,
    ...(credentials && { authorization: basic(credentials) }),
  };
}

function parseMailto(list: string, which: string): MailReceiver {
  const addresses = list.split(',').map((address) => decoded(address) ?? '');
  if (!addresses.every((address) => MAIL_ADDRESS.test(address))) {
    throw new RangeError(`${which} should be mailto: with mail addresses, separated by commas without blanks`);
  }
  return { kind: 'mail', addresses: [...new Set(addresses)] };
}

/** Throws a RangeError that names the words there are. */
export function parseNoticeKinds(text: string): NoticeKind[] {
  const kinds = wordsOf(text).map((word) => {
    const kind = NOTICE_KINDS.find((candidate) => candidate === word);
    if (kind === undefined) throw new RangeError(`should be some of: ${NOTICE_KINDS.join(' ')}`);
    return kind;
  });
  return [...new Set(kinds)];
}

/** Throws a RangeError that says what is expected; user and password may be percent-encoded. */
export function parseMailServer(text: string): MailServer {
  const url = urlOf(text);
  const scheme = url?.protocol;
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  const isBare = url !== undefined && /^\/?$/.test(url.pathname) && url.search === '' && url.hash === '';
  if ((scheme !== 'smtp:' && scheme !== 'smtps:') || !isBare || !/^([A-Za-z0-9._-]+|[0-9A-Fa-f:.]+)$/.test(host)) {
    throw new RangeError(
      'should be smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…, with "/", "?", "#", "%" and ":" in user and password written as %2F, %3F, %23, %25 and %3A',
    );
  }
  const login = credentialsOf(url);
  if (login && (login.user === '' || login.password === '')) {
    throw new RangeError('should hold a user and a password, or neither');
  }
  const port = url.port === '' ? MAIL_PORT[scheme] : Number(url.port);
  if (port === 0) throw new RangeError('should have a port from 1 on');
  return { host, port, secure: scheme === 'smtps:', ...(login && { login }) };
}

/** `ADDRESS` or `NAME <ADDRESS>`. Throws a RangeError that says so. */
export function parseSender(text: string): Sender {
  const [, name = '', address = text] = /^([^<>]*)<([^<>]*)>$/.exec(text) ?? [];
  const plainName = name.trim().replace(/^"(.*)"$/, '$1');
  if (!MAIL_ADDRESS.test(address.trim()) || /[\p{Cc}"]/u.test(plainName)) {
    throw new RangeError('should be a mail address, ADDRESS or NAME <ADDRESS>');
  }
  return { name: plainName, address: address.trim() };
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const urlOf = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

function credentialsOf(url: URL, which = ''): { user: string; password: string } | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const user = decoded(url.username);
  const password = decoded(url.password);
  if (user === undefined || password === undefined) {
    throw new RangeError(`${which}should have "%" in user and password written as %25`);
  }
  return { user, password };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const basic = ({ user, password }: { user: string; password: string }): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
