/** What listings hold when a registered bird is not well. */
import { expect } from 'vitest';
import type { Behaviour } from '../../support/doubles/bird.js';
import type { Bench, Point } from '../bench.js';

type Item = string | { id: string; processes?: unknown[] };

/** `dropped`, `listed` (with the number of its processes where they are told), or the status of the call that failed. */
type Cell = 'dropped' | 'listed' | `listed ${number}` | number;

const LISTINGS = {
  details: '/providers?detail=true&check=true',
  ids: '/providers?detail=false&check=true',
  processes: '/processes?providers=true&detail=false',
  everything: '/processes?providers=true&detail=true',
} as const;

async function cell(bench: Bench, path: string, id: string): Promise<Cell> {
  const { status, json } = await bench.ask(path);
  if (status !== 200) return status;
  // A list of processes without a single provider has no member of that name.
  const { providers = [] } = json as { providers?: Item[] };
  const item = providers.find((each) => each === id || (typeof each === 'object' && each.id === id));
  if (item === undefined) return 'dropped';
  return typeof item === 'string' || item.processes === undefined ? 'listed' : `listed ${item.processes.length}`;
}

type Row = Record<keyof typeof LISTINGS, Cell> & { one: number; own: number };

/** All that is told of a bird which became so after it was registered. */
async function row(bench: Bench, behaviour: Behaviour): Promise<Row> {
  const { id } = await bench.registered(behaviour);
  const [details, ids, processes, everything, one, own] = await Promise.all([
    cell(bench, LISTINGS.details, id),
    cell(bench, LISTINGS.ids, id),
    cell(bench, LISTINGS.processes, id),
    cell(bench, LISTINGS.everything, id),
    bench.ask(`/providers/${id}`),
    bench.ask(`/providers/${id}/processes?detail=false`),
  ]);
  return { details, ids, processes, everything, one: one.status, own: own.status };
}

const cells = (details: Cell, ids: Cell, processes: Cell, everything: Cell, one: number, own: number): Row => ({
  details,
  ids,
  processes,
  everything,
  one,
  own,
});

const GONE = (own: number): Row => cells('dropped', 'dropped', 'dropped', 'dropped', 422, own);
/** What is left out where it is read in full, and ends the whole call where only its processes are. */
const BREAKS = cells('dropped', 'listed', 500, 'dropped', 422, 500);
const OWS = cells(422, 'listed', 'dropped', 503, 422, 422);

const ROWS: readonly [name: string, behaviour: Behaviour, row: Row][] = [
  ['is good', 'good', cells('listed', 'listed', 'listed 2', 'listed 2', 200, 200)],
  ['refuses connections', 'closed', GONE(500)],
  ['answers after 2 s', { sleepsS: 3 }, GONE(200)],
  ['answers with 401', { status: 401 }, GONE(422)],
  ['answers with 403', { status: 403 }, GONE(422)],
  ['answers with 404', { status: 404 }, GONE(500)],
  ['answers with 502', { status: 502 }, GONE(500)],
  ['answers with 503', { status: 503 }, GONE(500)],
  ['answers with 504', { status: 504 }, GONE(500)],
  ['answers with 500', { status: 500 }, BREAKS],
  ['answers with 400', { status: 400 }, OWS],
  ['answers with 400 and an exception', 'exception', OWS],
  ['answers with an exception', 'exception 200', OWS],
  ['answers with nothing', 'empty', OWS],
  ['answers with a page', 'html', cells('dropped', 'listed', 'listed 0', 'dropped', 422, 200)],
  ['answers with JSON', 'json', BREAKS],
  ['tells nothing of the service', 'no identification', cells('dropped', 'listed', 'listed 2', 'dropped', 422, 200)],
  ['tells nothing of the provider', 'no provider', BREAKS],
  ['does not tell its site', 'no site', cells(500, 'listed', 'listed 2', 400, 500, 200)],
  ['has no process', 'no processes', cells('listed', 'listed', 'listed 0', 'listed 0', 200, 200)],
  ['speaks WPS 2.0 only', 'wps 2', cells('listed', 'listed', 'listed 0', 'listed 0', 200, 200)],
  ['is quick at the first look, then takes more than 5 s', { probe: 'good', read: { sleepsS: 7 } }, BREAKS],
  ['is good at the first look, then answers with 401', { probe: 'good', read: { status: 401 } }, OWS],
  ['is good at the first look, then answers with 503', { probe: 'good', read: { status: 503 } }, BREAKS],
];

/** To an older OWSLib 403 is an answer like any other. Other providers of that Weaver must be well, or a whole call fails because of them. */
const table = ROWS.map(([name, behaviour, wanted]): Point => ({
  number: 8,
  name: `a registered bird that ${name}`,
  slow: JSON.stringify(behaviour).includes('sleepsS'),
  ...(name.endsWith('403') ? { from: '6.8.3' } : {}),
  judge: async (bench) => {
    expect(await row(bench, behaviour)).toEqual(wanted);
  },
}));

export const LISTING: readonly Point[] = [
  {
    number: 8,
    name: 'dead birds are listed without a check, dropped with one, and a failure for who does not ignore them',
    judge: async (bench) => {
      const { id } = await bench.registered('closed');
      const look = (path: string) => cell(bench, path, id);
      expect(await look('/providers?check=false&detail=false')).toBe('listed');
      expect(await look('/providers?check=false')).toBe('listed');
      expect(await look('/providers?check=true')).toBe('dropped');
      expect(await look('/providers')).toBe('dropped');
      expect(await look('/providers?ignore=false')).toBe(422);
      expect(await look('/providers?detail=false&ignore=false')).toBe(422);
      expect(await look('/processes?providers=true&detail=false')).toBe('dropped');
      expect(await look('/processes?providers=true&detail=false&ignore=false')).toBe(503);
      const { json } = await bench.ask('/processes?providers=true&ignore=false');
      expect(Object.keys(json as object).sort()).toEqual(['description', 'error', 'exception']);
    },
  },
  {
    number: 8,
    name: 'a listing in which no provider is left has no member of that name',
    judge: async (bench) => {
      const others = (await bench.ids()).length;
      await bench.registered('closed');
      const { status, json } = await bench.ask('/processes?providers=true&detail=false');
      expect([status, 'providers' in (json as object)]).toEqual([200, others > 0]);
    },
  },
  {
    number: 8,
    name: 'only a list of ids without a check asks nobody',
    judge: async (bench) => {
      const { bird } = await bench.registered();
      const asks = async (path: string): Promise<(string | undefined)[]> => {
        bird.requests.length = 0;
        await bench.ask(path);
        return bird.requests.map(({ query }) => query.get('version') ?? undefined);
      };
      expect(await asks('/providers?check=false&detail=false')).toEqual([]);
      expect(await asks('/providers?check=false')).toEqual([undefined]);
      expect(await asks('/providers?detail=false')).toEqual([undefined]);
      expect(await asks('/providers')).toEqual([undefined, undefined, '1.0.0']);
      expect(await asks('/processes?providers=true&detail=false')).toEqual([undefined, '1.0.0']);
      expect(await asks('/processes?providers=true&detail=true')).toEqual([undefined, undefined, '1.0.0']);
    },
  },
  {
    number: 8,
    name: 'what is not read of a bird is not told',
    judge: async (bench) => {
      const { id, bird } = await bench.registered();
      const { json } = await bench.ask('/providers?check=false');
      const { checked, providers } = json as { checked: boolean; providers: { id: string }[] };
      expect([checked, providers.find((each) => each.id === id)]).toEqual([
        false,
        {
          id,
          url: bird.url,
          type: 'wps-remote',
          public: false,
          keywords: [],
          metadata: [],
          links: expect.any(Array) as [],
        },
      ]);
    },
  },
  {
    number: 8,
    name: 'a listing of everything tells of providers their processes only',
    judge: async (bench) => {
      const { id } = await bench.registered();
      const { json } = await bench.ask('/processes?providers=true&detail=true');
      const one = (json as { providers: { id: string; processes: object[] }[] }).providers.find(
        (each) => each.id === id,
      );
      expect(
        Object.keys(one ?? {})
          .filter((name) => name !== '$schema')
          .sort(),
      ).toEqual(['id', 'processes']);
      expect(one?.processes).toMatchObject([
        { id: 'hello', title: 'Say hello', version: '1.0.0' },
        { id: 'sing', title: 'Sing', version: '1.0.0' },
      ]);
    },
  },
  {
    number: 8,
    name: 'birds are asked one after the other',
    slow: true,
    judge: async (bench) => {
      const birds = await Promise.all([0, 1].map(async () => (await bench.registered({ sleepsS: 1 })).bird));
      await bench.ask('/providers?detail=false');
      const [first, second] = birds.flatMap(({ requests }) => requests).sort((a, b) => a.at - b.at);
      expect(first?.answeredAt).toBeLessThanOrEqual(second?.at ?? 0);
    },
  },
  {
    number: 8,
    name: 'providers are sorted by id',
    judge: async (bench) => {
      await bench.registered();
      await bench.registered();
      const ids = await bench.ids();
      expect(ids).toEqual([...ids].sort());
    },
  },
  {
    number: 8,
    name: 'providers and pages of processes exclude each other',
    judge: async (bench) => {
      const status = async (query: string) =>
        (await bench.ask(`/processes?detail=false&providers=true&${query}`)).status;
      expect(await Promise.all(['limit=1', 'page=1', 'sort=created'].map(status))).toEqual([400, 400, 400]);
      expect((await bench.ask('/processes?providers=true&limit=1')).json).toEqual({
        description: expect.stringContaining('Cannot combine') as string,
        error: 'ListingInvalidParameter',
        value: ['limit'],
      });
    },
  },
  {
    number: 8,
    name: 'the total counts what is local and what is remote',
    judge: async (bench) => {
      const count = async () =>
        ((await bench.ask('/processes?providers=true&detail=false')).json as { total: number }).total;
      const before = await count();
      await bench.registered();
      expect((await count()) - before).toBe(2);
    },
  },
  ...table,
];
