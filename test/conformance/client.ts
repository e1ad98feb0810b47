/** Asks a Weaver what a point wants to know, with exactly the headers that are named: Node's `fetch` would add a wish for a language. */
import { request as askHttp } from 'node:http';
import { request as askHttps } from 'node:https';

export interface Asked {
  method?: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /** Sent as JSON, with its content type unless `headers` names another. */
  json?: unknown;
  /** Beside `accept: application/json`; undefined takes one away. */
  headers?: Readonly<Record<string, string | undefined>>;
}

export interface Told {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
  /** Undefined when it is no JSON. */
  json: unknown;
}

/** A listing that asks several birds may take its time. */
const LIMIT_MS = 60_000;

/** Certificates are taken as they are. */
export function ask(url: string, { method = 'GET', json, headers = {} }: Asked = {}, cookie?: string): Promise<Told> {
  const body = json === undefined ? undefined : typeof json === 'string' ? json : JSON.stringify(json);
  const all = {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(cookie === undefined ? {} : { cookie }),
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const open = url.startsWith('https:') ? askHttps : askHttp;
    const asked = open(url, { method, headers: given, agent: false, rejectUnauthorized: false, timeout: LIMIT_MS });
    asked.once('timeout', () => asked.destroy(new Error(`${method} ${url} was not answered in ${LIMIT_MS / 1_000} s`)));
    asked.once('error', reject);
    asked.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
      });
    });
    asked.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
