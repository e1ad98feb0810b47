/** What Weaver says to who registers and removes providers. */
import { expect } from 'vitest';
import type { Told } from '../client.js';
import type { Bench, Point } from '../bench.js';

const LINKS = ['service-desc', 'service', 'self', 'http://www.opengis.net/def/rel/ogc/1.0/processes'];
const text = expect.any(String) as string;

/** Every field of a provider that was read, with their shapes. */
const summary = (id: string, url: string) => ({
  id,
  url,
  type: 'wps-remote',
  public: false,
  title: text,
  description: text,
  keywords: ['WPS', 'bird'],
  metadata: ['Provider Name', 'Provider Name', 'Contact Name'].map(
    (title) => expect.objectContaining({ title, value: text, role: text }) as unknown,
  ),
  links: LINKS.map((rel) => expect.objectContaining({ rel, href: text, title: text, type: text }) as unknown),
  $id: expect.stringContaining('#/definitions/ProviderSummarySchema') as string,
});

const isError = (told: Told, status: number, description: RegExp): void => {
  expect({ status: told.status, json: told.json }).toEqual({
    status,
    json: {
      description: expect.stringMatching(description) as string,
      code: text,
      error: { code: status, status: expect.stringContaining(String(status)) as string },
    },
  });
};

/** Statuses of registrations, one after the other. */
async function statuses(bench: Bench, asked: readonly [id: unknown, url: unknown][]): Promise<number[]> {
  const all: number[] = [];
  for (const [id, url] of asked) all.push((await bench.add(id, url)).status);
  return all;
}

export const REGISTRATION: readonly Point[] = [
  {
    number: 1,
    name: 'a new provider is told of in full, a second one refused, a deleted one gone and free again',
    judge: async (bench) => {
      const [id, bird] = [bench.id(), await bench.bird('no languages')];
      const remove = () => bench.ask(`/providers/${id}`, { method: 'DELETE' });
      const added = await bench.add(id, bird.url);
      expect(added.status).toBe(201);
      expect(added.json).toEqual({ ...summary(id, bird.url), schema: 'ProviderSummarySchema' });
      isError(await bench.add(id, bird.url), 409, /already exists/);
      const removed = await remove();
      expect([removed.status, removed.text]).toEqual([204, '']);
      isError(await remove(), 404, /cannot be found/);
      expect((await bench.add(id, bird.url)).status).toBe(201);
    },
  },
  {
    number: 1,
    name: 'a provider is told of when it is asked for, one that nobody knows is not found',
    judge: async (bench) => {
      const { id, bird } = await bench.registered('no languages');
      const told = await bench.ask(`/providers/${id}`);
      expect({ status: told.status, json: told.json }).toEqual({ status: 200, json: summary(id, bird.url) });
      const unknown = bench.id();
      isError(await bench.ask(`/providers/${unknown}`), 404, /cannot be found/);
      isError(await bench.ask(`/providers/${unknown}/processes`), 404, /could not be found/);
    },
  },
  {
    number: 1,
    name: 'a second registration is refused for its id, whatever its URL, and nobody is asked',
    judge: async (bench) => {
      const { id } = await bench.registered();
      const other = await bench.bird();
      expect((await bench.add(id, other.url)).status).toBe(409);
      expect(other.requests).toHaveLength(0);
    },
  },
  {
    number: 1,
    name: 'what is public stays so, what else was sent is dropped',
    judge: async (bench) => {
      const [id, bird] = [bench.id(), await bench.bird()];
      const { status, json } = await bench.add(id, bird.url, { public: true, auth: 'token', more: 1 });
      expect([status, (json as { public: boolean }).public]).toEqual([201, true]);
      expect(Object.keys(json as object)).not.toEqual(expect.arrayContaining(['auth', 'more']));
      expect((await bench.ask(`/providers/${id}`)).json).toMatchObject({ public: true });
    },
  },
  {
    number: 1,
    name: 'answers about providers are compact, those of errors and listings are not',
    judge: async (bench) => {
      const { id } = await bench.registered();
      const one = await bench.ask(`/providers/${id}`);
      expect(one.text).toBe(JSON.stringify(one.json));
      expect((await bench.ask(`/providers/${bench.id()}`)).text).toContain('"description": "');
      expect((await bench.ask('/processes?detail=false')).text).toContain('"processes": ["');
    },
  },
  {
    number: 6,
    name: 'an id is letters and digits, joined by one dash or underscore each, and a URL is one: else 400, and nobody is asked',
    judge: async (bench) => {
      const bird = await bench.bird();
      const bad = ['a b', 'a/b', '-a', 'a--b', 'a__b', 'a-_b', 'a-', '_a', 'a.b', 'a:1', 'é', '', 5, undefined];
      expect(
        await statuses(
          bench,
          bad.map((id) => [id, bird.url]),
        ),
      ).toEqual(bad.map(() => 400));
      const urls = [undefined, 5, '', 'nonsense', '/wps', `http://127.0.0.1:${bird.port}//wps`];
      expect(
        await statuses(
          bench,
          urls.map((url) => [bench.id(), url]),
        ),
      ).toEqual(urls.map(() => 400));
      expect(bird.requests).toHaveLength(0);
      const { json } = await bench.add('a--b', bird.url);
      expect(json).toEqual({
        description: expect.stringMatching(/^Invalid schema: \[.*'id'/) as string,
        value: null,
        $id: expect.stringContaining('#/definitions/CreateProviderRequestBody') as string,
        schema: 'CreateProviderRequestBody',
      });
    },
  },
  {
    number: 6,
    name: 'a URL whose host has no dot is none, unless it is localhost',
    judge: async (bench) => {
      const tried = [
        'http://finch:5000/wps',
        'http://finch_1.birds:5000/wps',
        'http://localhost:1/wps',
        'http://finch.invalid/wps',
      ];
      expect(
        await statuses(
          bench,
          tried.map((url) => [bench.id(), url]),
        ),
      ).toEqual([400, 400, 422, 422]);
    },
  },
  {
    number: 6,
    name: 'whether it is public is true or false, nothing else',
    judge: async (bench) => {
      const bird = await bench.bird();
      for (const value of ['true', 1, null]) {
        expect((await bench.add(bench.id(), bird.url, { public: value })).status, String(value)).toBe(400);
      }
    },
  },
  {
    number: 7,
    name: 'of two ids on one URL the second survives, with 201 both times',
    judge: async (bench) => {
      const [first, second, bird] = [bench.id(), bench.id(), await bench.bird()];
      expect(
        await statuses(bench, [
          [first, bird.url],
          [second, bird.url],
        ]),
      ).toEqual([201, 201]);
      const ids = await bench.ids();
      expect([ids.includes(first), ids.includes(second)]).toEqual([false, true]);
    },
  },
  {
    number: 7,
    name: 'a URL is kept without its query, though the first answer still has it',
    judge: async (bench) => {
      const [first, id, bird] = [bench.id(), bench.id(), await bench.bird()];
      await bench.add(first, bird.url);
      const added = await bench.add(id, `${bird.url}?map=x`);
      expect([added.status, (added.json as { url: string }).url]).toEqual([201, `${bird.url}?map=x`]);
      expect((await bench.ask(`/providers/${id}`)).json).toMatchObject({ url: bird.url });
      expect(await bench.ids()).not.toContain(first);
    },
  },
  {
    number: 10,
    name: 'a body that is not announced as JSON is refused with 415, whoever wants no JSON with 406',
    judge: async (bench) => {
      const bird = await bench.bird();
      const post = (headers: Record<string, string>) => bench.add(bench.id(), bird.url, {}, headers);
      expect((await post({ 'content-type': 'text/plain' })).status).toBe(415);
      expect((await post({ 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
      expect((await post({ accept: 'text/xml' })).status).toBe(406);
      expect((await bench.ask('/providers', { headers: { accept: 'text/html' } })).status).toBe(406);
      expect((await post({ 'content-type': 'application/json; charset=utf-8', accept: '*/*' })).status).toBe(201);
    },
  },
  {
    number: 10,
    name: 'a failure is a page for who does not ask for JSON by name',
    judge: async (bench) => {
      const { status, headers } = await bench.ask(`/providers/${bench.id()}`, { headers: { accept: undefined } });
      expect([status, headers['content-type']]).toEqual([404, expect.stringContaining('text/html')]);
    },
  },
  {
    number: 10,
    name: 'a provider cannot be changed: 405',
    judge: async (bench) => {
      const { id } = await bench.registered();
      expect((await bench.ask(`/providers/${id}`, { method: 'PUT', json: {} })).status).toBe(405);
      expect((await bench.ask('/providers', { method: 'PUT', json: {} })).status).toBe(405);
    },
  },
];
