/** How Weaver's two clients ask: Python's requests, once plain and once below OWSLib. */
import { request as askHttp, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { request as askHttps } from 'node:https';
import { RequestFault, type NoAnswer } from './faults.js';

export interface Got {
  status: number;
  reason: string;
  headers: IncomingHttpHeaders;
  text: string;
  /** Of the last place, after redirects. */
  url: string;
}

export interface AskOptions {
  headers?: OutgoingHttpHeaders;
  /** To connect, and between two pieces of the answer: what requests calls a timeout. */
  limitMs: number;
  /** false: certificates are taken as they are. */
  verifyTls?: boolean;
}

/** Of requests. */
const MAX_REDIRECTS = 30;

export async function ask(url: string, options: AskOptions): Promise<Got> {
  let [at, headers] = [url, options.headers ?? {}];
  for (let i = 0; i <= MAX_REDIRECTS; i++) {
    const got = await once(at, { ...options, headers });
    const to = got.headers.location;
    if (![301, 302, 303, 307, 308].includes(got.status) || to === undefined) return got;
    const next = new URL(to, at);
    headers = onwards(headers, new URL(at).host === next.host);
    at = next.href;
  }
  throw new RequestFault('TooManyRedirects', `Exceeded ${MAX_REDIRECTS} redirects.`);
}

/** A cookie that was given as a header does not survive a redirect, a credential not another host (`Session.resolve_redirects`). */
const onwards = (headers: OutgoingHttpHeaders, sameHost: boolean): OutgoingHttpHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => name.toLowerCase() !== 'cookie' && (sameHost || name.toLowerCase() !== 'authorization'),
    ),
  );

function once(url: string, { headers = {}, limitMs, verifyTls = false }: AskOptions): Promise<Got> {
  return new Promise((resolve, reject) => {
    const place = parse(url);
    const { hostname, port, protocol } = place;
    const fail = (kind: NoAnswer, said: string): void => {
      const pool = protocol === 'https:' ? 'HTTPSConnectionPool' : 'HTTPConnectionPool';
      const number = port || (protocol === 'https:' ? '443' : '80');
      reject(new RequestFault(kind, `${pool}(host='${hostname}', port=${number}): ${said}`));
    };
    let connected = false;
    const open = protocol === 'https:' ? askHttps : askHttp;
    const asked = open(place, { agent: false, headers: { accept: '*/*', ...headers }, rejectUnauthorized: verifyTls });
    const late = (): void => {
      const seconds = limitMs / 1_000;
      if (connected) fail('ReadTimeout', `Read timed out. (read timeout=${seconds})`);
      else fail('ConnectTimeout', `Max retries exceeded (connect timeout=${seconds})`);
      asked.destroy();
    };
    // A socket that does not connect has no idle time yet.
    const connecting = setTimeout(late, limitMs);
    asked.on('socket', (socket) => {
      socket.once('connect', () => {
        connected = true;
        clearTimeout(connecting);
        asked.setTimeout(limitMs, late);
      });
    });
    asked.once('close', () => clearTimeout(connecting));
    asked.once('error', (error: NodeJS.ErrnoException) => {
      fail(isTls(error) ? 'SSLError' : 'ConnectionError', `Max retries exceeded (${error.code ?? error.message})`);
    });
    asked.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', (error) => fail('ConnectionError', `Connection broken: ${error.message}`));
      response.once('end', () => {
        const { statusCode: status = 0, statusMessage: reason = '', headers: answered } = response;
        resolve({ status, reason, headers: answered, text: decode(Buffer.concat(chunks)), url });
      });
    });
    asked.end();
  });
}

/** As the document says that it is written; what is no text of that kind becomes a mark. */
function decode(bytes: Buffer): string {
  const said =
    /^<\?xml[^>]*\sencoding=["']([\w-]+)["']/.exec(bytes.subarray(0, 200).toString('latin1'))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(said).decode(bytes);
  } catch {
    return bytes.toString();
  }
}

const isTls = ({ code = '' }: NodeJS.ErrnoException): boolean =>
  /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_|SELF_|UNABLE_TO)/.test(code);

function parse(url: string): URL {
  const place = URL.canParse(url) ? new URL(url) : undefined;
  if (place !== undefined && ['http:', 'https:'].includes(place.protocol)) return place;
  throw new RequestFault('InvalidSchema', `No connection adapters were found for '${url}'`);
}
