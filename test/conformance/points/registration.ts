/** What Weaver says to who registers and removes providers. */
import { expect } from 'vitest';
import type { Told } from '../client.js';
import { statuses } from './statuses.js';
import type { Point } from '../bench.js';

/** Until 6.8 the last is no secure address. */
const LINKS = [
  /^service-desc$/,
  /^service$/,
  /^self$/,
  /^https?:\/\/www\.opengis\.net\/def\/rel\/ogc\/1\.0\/processes$/,
];
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
  links: LINKS.map(
    (rel) =>
      expect.objectContaining({
        rel: expect.stringMatching(rel) as string,
        href: text,
        title: text,
        type: text,
      }) as unknown,
  ),
});

/** Without what tells of the schema, which has other names in older releases. */
function withoutSchema(json: unknown): unknown {
  const { $id: _id, $schema: _address, schema: _name, ...rest } = json as Record<string, unknown>;
  return rest;
}

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

export const REGISTRATION: readonly Point[] = [
  {
    number: 1,
    name: 'a new provider is told of in full, a second one refused, a deleted one gone and free again',
    judge: async (bench) => {
      const [id, bird] = [bench.id(), await bench.bird('no languages')];
      const remove = () => bench.ask(`/providers/${id}`, { method: 'DELETE' });
      const added = await bench.add(id, bird.url);
      expect(added.status).toBe(201);
      expect(withoutSchema(added.json)).toEqual(summary(id, bird.url));
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
      expect({ status: told.status, json: withoutSchema(told.json) }).toEqual({
        status: 200,
        json: summary(id, bird.url),
      });
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
    name: 'answers name their schema',
    from: '6.8.3',
    judge: async (bench) => {
      const [id, bird] = [bench.id(), await bench.bird()];
      const $id = expect.stringContaining('#/definitions/ProviderSummarySchema') as string;
      expect((await bench.add(id, bird.url)).json).toMatchObject({ $id, schema: 'ProviderSummarySchema' });
      const one = (await bench.ask(`/providers/${id}`)).json as object;
      expect([one, 'schema' in one]).toEqual([expect.objectContaining({ $id }), false]);
    },
  },
  {
    number: 1,
    name: 'answers about providers are compact',
    judge: async (bench) => {
      const { id } = await bench.registered();
      const { text: told, json } = await bench.ask(`/providers/${id}`);
      expect(told).toBe(JSON.stringify(json));
    },
  },
  {
    number: 1,
    name: 'errors and listings of processes have blanks',
    from: '6.8.3',
    judge: async (bench) => {
      expect((await bench.ask(`/providers/${bench.id()}`)).text).toContain('"description": "');
      expect((await bench.ask('/processes?detail=false')).text).toContain('"processes": ["');
    },
  },
  {
    number: 1,
    name: 'answers are written in ASCII',
    judge: async (bench) => {
      const { id } = await bench.registered('good', { name: 'étourneau' });
      const { text: told, json } = await bench.ask(`/providers/${id}`);
      expect([told.includes('\\u00e9tourneau'), (json as { title: string }).title]).toEqual([
        true,
        'Title of étourneau',
      ]);
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
    number: 7,
    name: 'neither a fragment nor the case of the scheme makes another URL, a slash at the end does',
    judge: async (bench) => {
      const [bird, ids] = [await bench.bird(), ['plain', 'fragment', 'capitals', 'slash'].map(() => bench.id())];
      const capitals = bird.url.replace(/^http:/, 'HTTP:');
      const urls = [bird.url, `${bird.url}#f`, capitals, `${bird.url}/`];
      expect(
        await statuses(
          bench,
          urls.map((url, i) => [ids[i], url]),
        ),
      ).toEqual([201, 201, 201, 201]);
      const kept = await bench.ids();
      expect(ids.map((id) => kept.includes(id))).toEqual([false, false, true, true]);
      expect((await bench.ask(`/providers/${ids[2]}`)).json).toMatchObject({ url: bird.url });
    },
  },
];
