/** Facts of a web service, each a sentence and what shows it; of a double as of a real one. */
import { strict as assert } from 'node:assert';

export interface Heard {
  status: number;
  type: string;
  text: string;
  headers: Headers;
  /** NAME=VALUE of each cookie that was set, in order, and all that was said with it. */
  cookies: { pair: string; line: string }[];
}

export interface Asking {
  method?: string;
  cookie?: string;
  json?: unknown;
  /** In the place of JSON. */
  form?: Readonly<Record<string, string>>;
  accept?: string;
}

export async function ask(
  url: string,
  { method, cookie, json, form, accept = 'application/json' }: Asking = {},
): Promise<Heard> {
  const body = json === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(json);
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      accept,
      ...(cookie === undefined ? {} : { cookie }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const lines = response.headers.getSetCookie();
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
    headers: response.headers,
    cookies: lines.map((line) => ({ pair: line.split(';')[0] ?? '', line })),
  };
}

export type Fact<Place> = readonly [sentence: string, judge: (place: Place) => Promise<void>];

/** The sentences that do not hold. */
export async function broken<Place>(facts: readonly Fact<Place>[], place: Place): Promise<string[]> {
  const found: string[] = [];
  for (const [sentence, judge] of facts) {
    await judge(place).catch((error: unknown) => {
      if (!(error instanceof assert.AssertionError || error instanceof SyntaxError)) throw error;
      found.push(sentence);
    });
  }
  return found;
}

export type Json = Readonly<Record<string, unknown>>;

export const jsonIn = ({ text }: Heard): Json => JSON.parse(text) as Json;

/** As Python writes it, on one line: shell tools grep for it. */
export function isSpacedJson({ text, type }: Heard): void {
  assert.match(type, /^application\/json/);
  assert.equal(text.includes('\n'), false, 'on one line');
  assert.match(text, /^\{"[^"]+": /);
  assert.match(text, /, "/);
}

/** Code, detail and kind of the answer, and the request that it answers. */
export function isTold(heard: Heard, status: number, detail: string, path: string): void {
  assert.equal(heard.status, status, heard.text);
  isSpacedJson(heard);
  const told = jsonIn(heard);
  assert.equal(told['code'], status);
  assert.equal(told['detail'], detail);
  assert.equal(told['type'], 'application/json');
  assert.equal(told['path'], path);
  assert.equal(typeof told['url'], 'string');
  assert.equal(typeof told['method'], 'string');
}
