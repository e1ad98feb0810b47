/** Why a receiver was not told, for people, and whether a second try may help. Pure. */

export interface Failure {
  /** Goes on after the receiver's host: `refuses the connection`. */
  why: string;
  again: boolean;
}

const AUTHORITY =
  'the worker trusts another authority when it is started with NODE_EXTRA_CA_CERTS=FILE, which holds its certificate';
const CLOSED: Failure = { why: 'closed the connection', again: true };
const SILENT: Failure = { why: 'does not answer in time', again: true };
const UNREACHABLE: Failure = { why: 'cannot be reached from this network', again: true };
/** Codes of the system, of undici and of nodemailer. */
const BY_CODE: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: { why: 'refuses the connection: nothing listens there', again: true },
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  ECONNECTION: CLOSED,
  ENOTFOUND: { why: 'is a name that is not known here', again: true },
  EAI_AGAIN: { why: 'is a name that cannot be looked up now', again: true },
  EDNS: { why: 'is a name that cannot be looked up', again: true },
  ETIMEDOUT: SILENT,
  UND_ERR_CONNECT_TIMEOUT: SILENT,
  UND_ERR_HEADERS_TIMEOUT: SILENT,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  EAUTH: { why: 'refuses the user and password of BIRDKEEPER_SMTP_URL', again: false },
  ENOAUTH: { why: 'does not take a password', again: false },
  ETLS: { why: 'does not speak TLS as it should', again: false },
  EPROTOCOL: { why: 'does not speak SMTP', again: false },
};
/** Codes of OpenSSL and Node, and the words of which nodemailer makes a message without a code. */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)|certificate|altnames/i;
const NO_TLS = /^(ERR_SSL_|EPROTO$)/;

/** Of anything that fetch or nodemailer throws. What a server says in its own words is told by `describeRefusal`. */
export function describeFailure(error: unknown): Failure {
  const signs = signsOf(error);
  if (signs.some((sign) => CERTIFICATE.test(sign))) {
    return { why: `has a certificate that is not trusted here; ${AUTHORITY}`, again: false };
  }
  if (signs.some((sign) => NO_TLS.test(sign))) return { why: 'does not speak TLS as it should', again: false };
  const known = signs.find((sign) => Object.hasOwn(BY_CODE, sign));
  return (known === undefined ? undefined : BY_CODE[known]) ?? { why: 'could not be told', again: true };
}

/** Codes and messages down the chain of causes, the innermost first: a library wraps what the system said. */
function signsOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const causes = [error.cause, ...inner].flatMap((cause) => signsOf(cause, depth + 1));
  // nodemailer puts its own code in the place of the system's.
  const system: unknown = 'originalCode' in error ? error.originalCode : undefined;
  const code: unknown = 'code' in error ? error.code : undefined;
  const codes = [system, code].filter((sign) => typeof sign === 'string');
  return [...causes, ...codes, error.message];
}

/** What a mail server answered to a command. */
export interface SmtpRefusal {
  command: string;
  status: number;
  /** Its own words. */
  answer: string;
}

export function describeRefusal({ command, status, answer }: SmtpRefusal): Failure {
  if (command === 'STARTTLS') {
    return { why: 'offers no STARTTLS, and a password goes over TLS only: use smtps:// or another port', again: false };
  }
  // RFC 5321: 4yz is for now, 5yz for good.
  const again = status < 500;
  if (command.startsWith('AUTH')) return { ...(BY_CODE['EAUTH'] ?? CLOSED), again };
  return { why: `refuses it: ${answer.replace(/\s+/g, ' ').trim().slice(0, 200)}`, again };
}

/** An HTTP answer other than 2xx. `location`: the header of a redirect. `answer`: the beginning of its body. */
export function describeAnswer(status: number, location: string | null, answer: string, asked: URL): Failure {
  if (status >= 300 && status < 400) {
    const target =
      location !== null && URL.canParse(location, asked.href) ? new URL(location, asked).origin : 'elsewhere';
    return {
      why: `sends on to ${target} (status ${status}), which is not followed: write the address that is meant`,
      again: false,
    };
  }
  // Slack says in one word what is wrong. Anything longer is left out: servers repeat the address they were asked for.
  const word = /^[a-z]{2,20}(_[a-z]{1,20}){0,5}$/.exec(answer.trim())?.[0];
  const said = word === undefined || asked.href.includes(word) ? '' : ` (${word})`;
  const again = status >= 500 || status === 408 || status === 425 || status === 429;
  return { why: `answers with status ${status}${said}`, again };
}
