/**
 * Asks web services: one request at a time, with a limit, a cookie jar, and redirects that keep method and body (307, 308). Says
 * nothing of its own that a service could take for a wish: above all no `Accept-Language`, which Weaver trips over.
 */
import { CookieJar } from 'tough-cookie';
import { Agent, errors, request } from 'undici';
import { messageOf } from './failures.js';
import { redactUrls } from './redact.js';

/** Answers are small documents; capabilities of a large bird are some hundred kB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_REDIRECTS = 5;

export interface WebRequest {
  url: string;
  /** GET when absent. */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  json?: unknown;
  /** `application/json` when absent: some services answer in HTML otherwise. */
  accept?: string;
  /** Until the whole answer is there, redirects included. */
  limitMs: number;
  /** false: without what the jar holds, and nothing is kept. */
  cookies?: boolean;
}

export interface WebAnswer {
  status: number;
  /** Of the place that answered, after redirects. */
  url: string;
  /** Lower case, without parameters; empty when there is none. */
  type: string;
  text: string;
}

/**
 * timeout: no whole answer within the limit; unreachable: no connection, or it broke; unknown name: the host has no address here;
 * answer: not one of HTTP, or not one that can be followed.
 */
export type WebTrouble = 'timeout' | 'unreachable' | 'unknown name' | 'certificate' | 'answer';

/** No answer. The message is a clause: "does not answer within 2 s", "refuses connections". */
export class WebFailure extends Error {
  override readonly name = 'WebFailure';

  constructor(
    readonly trouble: WebTrouble,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface WebOptions {
  /** false: certificates are taken as they are. */
  verifyTls?: boolean;
  /**
   * Address of a host that the names service of this machine does not know; undefined: it is asked; empty: the host is a container
   * that does not run.
   */
  resolve?: (host: string) => string | undefined;
}

/** One conversation: what it is told in cookies, it says again. */
export class Web {
  private readonly agent: Agent;
  private jar = newJar();

  private readonly resolve: NonNullable<WebOptions['resolve']>;

  constructor({ verifyTls = true, resolve = () => undefined }: WebOptions = {}) {
    this.resolve = resolve;
    this.agent = new Agent({
      // No connection is kept: one that the service closed meanwhile would cost the next request.
      pipelining: 0,
      connect: { rejectUnauthorized: verifyTls },
      maxHeaderSize: 64 * 1024,
    }).compose((dispatch) => (options, handler) => dispatch(throughAddress(options, resolve), handler)) as Agent;
  }

  /** Whatever status it has. Throws WebFailure, or what `signal` was aborted with. */
  async ask(asked: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
    signal.throwIfAborted();
    const limit = AbortSignal.timeout(Math.ceil(asked.limitMs));
    try {
      return await this.follow(asked, AbortSignal.any([signal, limit]));
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted)
        throw new WebFailure('timeout', `does not answer within ${Math.round(asked.limitMs / 100) / 10} s`);
      throw error instanceof WebFailure ? error : failureOf(error);
    }
  }

  /** Whether it was told a cookie for that place. */
  async hasCookies(url: string): Promise<boolean> {
    return (await this.jar.getCookies(url)).length > 0;
  }

  forgetCookies(): void {
    this.jar = newJar();
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private async follow(asked: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
    let next: Hop = { url: asked.url, method: asked.method ?? 'GET', json: asked.json };
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const { answer, location } = await this.once(next, asked, signal);
      const onward = location === undefined ? undefined : hopTo(next, answer.status, location);
      if (onward === undefined) return answer;
      next = onward;
    }
    throw new WebFailure('answer', `redirects more than ${MAX_REDIRECTS} times`);
  }

  private async once(
    { url, method, json }: Hop,
    { accept = 'application/json', cookies = true }: WebRequest,
    signal: AbortSignal,
  ): Promise<{ answer: WebAnswer; location?: string }> {
    if (this.resolve(new URL(url).hostname) === '') {
      throw new WebFailure('unreachable', 'is a container that does not run');
    }
    const cookie = cookies ? await this.jar.getCookieString(url) : '';
    const { statusCode, headers, body } = await request(url, {
      dispatcher: this.agent,
      method,
      headers: {
        accept,
        'user-agent': 'birdkeeper',
        ...(cookie === '' ? {} : { cookie }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      signal,
    });
    if (cookies) for (const line of listOf(headers['set-cookie'])) await this.keep(line, url);
    const text = await textOf(body);
    const [type = ''] = (listOf(headers['content-type'])[0] ?? '').split(';');
    const answer = { status: statusCode, url, type: type.trim().toLowerCase(), text };
    const [location] = listOf(headers['location']);
    return location === undefined ? { answer } : { answer, location };
  }

  /** A service sets a cookie for its host and once more for its domain: what cannot be kept of it does no harm. */
  private async keep(line: string, url: string): Promise<void> {
    await this.jar.setCookie(line, url, { ignoreError: true, loose: true });
  }
}

interface Hop {
  url: string;
  method: NonNullable<WebRequest['method']>;
  json: unknown;
}

/** Where a redirect leads; undefined: the answer is no redirect. As browsers do: only 307 and 308 keep a POST. */
function hopTo({ url, method, json }: Hop, status: number, location: string): Hop | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  if (!URL.canParse(location, url)) throw new WebFailure('answer', 'redirects to what is no address');
  const to = new URL(location, url);
  if (!/^https?:$/.test(to.protocol)) throw new WebFailure('answer', `redirects to ${to.protocol}`);
  // What is sent may be a password, and is meant for nobody else.
  const goesElsewhere = to.hostname !== new URL(url).hostname;
  const keeps = status === 307 || status === 308 || (status !== 303 && method !== 'POST');
  if (keeps && json !== undefined && goesElsewhere)
    throw new WebFailure('answer', `redirects to ${to.hostname} what was sent to it`);
  return keeps ? { url: to.href, method, json } : { url: to.href, method: 'GET', json: undefined };
}

/** A name that only the engine knows is asked at its address, by its name. */
function throughAddress<Options extends { origin?: string | URL | undefined; headers?: unknown }>(
  options: Options,
  resolve: (host: string) => string | undefined,
): Options {
  if (options.origin === undefined) return options;
  const origin = new URL(options.origin);
  const address = resolve(origin.hostname);
  if (address === undefined || address === '') return options;
  const host = origin.host;
  origin.hostname = address.includes(':') ? `[${address}]` : address;
  return { ...options, origin: origin.origin, headers: { ...(options.headers as Record<string, string>), host } };
}

const newJar = (): CookieJar => new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true });

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new WebFailure('answer', `answers with more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke off',
  UND_ERR_SOCKET: 'broke off',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ETIMEDOUT: 'cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'cannot be reached',
};

function failureOf(error: unknown): WebFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const options = { cause: error };
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME|TLS/.test(code)) {
    return new WebFailure('certificate', `has a certificate that is not trusted (${code})`, options);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new WebFailure('unknown name', 'has a name that is not known here', options);
  }
  const words = WORDS[code];
  if (words !== undefined) return new WebFailure('unreachable', words, options);
  const isUnread = error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError;
  return new WebFailure(
    isUnread ? 'answer' : 'unreachable',
    `does not answer (${redactUrls(messageOf(error))})`,
    options,
  );
}

/** JSON of an answer; undefined: it is none. */
export function jsonOf({ text }: Pick<WebAnswer, 'text'>): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
