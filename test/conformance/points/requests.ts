/** What Weaver takes for a request, and in which kind it answers. */
import { expect } from 'vitest';
import type { Point } from '../bench.js';
import { statuses } from './statuses.js';

export const REQUESTS: readonly Point[] = [
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
      const urls = [undefined, 5, '', 'nonsense', '/wps'];
      expect(
        await statuses(
          bench,
          urls.map((url) => [bench.id(), url]),
        ),
      ).toEqual(urls.map(() => 400));
      expect(bird.requests).toHaveLength(0);
      expect((await bench.add('a--b', bird.url)).json).toMatchObject({
        description: expect.stringMatching(/^Invalid schema: \[.*'id'/) as string,
        value: null,
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
    name: 'a URL has no two slashes in its path',
    from: '6.8.3',
    judge: async (bench) => {
      const bird = await bench.bird();
      expect((await bench.add(bench.id(), `http://127.0.0.1:${bird.port}//wps`)).status).toBe(400);
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
    number: 10,
    name: 'a body that is not announced as JSON is refused with 415, whoever wants no JSON with 406',
    from: '6.8.3',
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
    name: 'its first page is there for people too, and in no other kind',
    from: '6.8.3',
    judge: async (bench) => {
      const kind = async (accept: string) => {
        const { status, headers } = await bench.ask('/', { headers: { accept } });
        return [status, String(headers['content-type']).split(';')[0]];
      };
      expect(await kind('*/*')).toEqual([200, 'application/json']);
      expect(await kind('text/html')).toEqual([200, 'text/html']);
      expect(await kind('text/xml')).toEqual([406, 'application/json']);
    },
  },
  {
    number: 10,
    name: 'a failure is a page for who does not ask for JSON by name',
    from: '6.8.3',
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
