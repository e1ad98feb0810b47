/** How Weaver asks a bird, and what it makes of the answer when the bird is to be registered. */
import { expect } from 'vitest';
import type { Behaviour } from '../../support/doubles/bird.js';
import type { Bench, Point } from '../bench.js';

interface Outcome {
  status: number;
  /** Name of what went wrong. */
  error?: string;
  description?: string;
  stored: boolean;
  /** Requests to the bird. */
  asked: number;
}

async function register(bench: Bench, behaviour: Behaviour): Promise<Outcome> {
  const [id, bird] = [bench.id(), await bench.bird(behaviour)];
  const { status, json } = await bench.add(id, bird.url);
  const { error, description } = json as { error?: string; description?: string };
  const stored = (await bench.ids()).includes(id);
  return {
    status,
    stored,
    asked: bird.requests.length,
    ...(typeof error === 'string' ? { error } : {}),
    ...(description === undefined || status === 201 ? {} : { description }),
  };
}

/** All at once: they do not know of each other. */
const registerAll = (bench: Bench, behaviours: readonly Behaviour[]): Promise<Outcome[]> =>
  Promise.all(behaviours.map((behaviour) => register(bench, behaviour)));

const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const notReached = (error: string | RegExp, asked: number): Outcome => ({
  status: 422,
  error: typeof error === 'string' ? error : text(error),
  description: text(/^Exception occurred while checking service \[.*\] accessibility at/),
  stored: false,
  asked,
});
const notRead = (error: string | RegExp): Outcome => ({
  status: 422,
  error: typeof error === 'string' ? error : text(error),
  description: text(/^(Exception occurred while fetching or parsing WPS|Invalid XML returned by WPS)/),
  stored: false,
  asked: 2,
});
const TAKEN: Outcome = { status: 201, stored: true, asked: 2 };

/** Ids of the processes of a bird, as Weaver reads them. */
async function processes(bench: Bench, behaviour: Behaviour): Promise<unknown> {
  const { id } = await bench.registered(behaviour);
  return ((await bench.ask(`/providers/${id}/processes?detail=false`)).json as { processes: unknown }).processes;
}

export const ASKING: readonly Point[] = [
  {
    number: 2,
    name: 'a bird is asked twice: as nobody and without a version, then for version 1.0.0 as the caller',
    judge: async (bench) => {
      const bird = await bench.bird();
      const cookie = bench.judged.cookie ?? 'session=conformance';
      const headers = { cookie, 'x-conformance': 'yes' };
      expect((await bench.add(bench.id(), bird.url, {}, headers)).status).toBe(201);
      const seen = bird.requests.map(({ method, query, headers: got, cookie: had }) => ({
        method,
        query: Object.fromEntries(query),
        cookie: had,
        own: got['x-conformance'],
        language: got['accept-language'],
        wantsJson: got.accept?.includes('json'),
      }));
      const capabilities = { service: 'WPS', request: 'GetCapabilities' };
      const both = { method: 'GET', language: undefined, wantsJson: false };
      expect(seen).toEqual([
        { ...both, query: capabilities, cookie: undefined, own: undefined },
        { ...both, query: { ...capabilities, version: '1.0.0' }, cookie: text(/./), own: 'yes' },
      ]);
      expect(seen[1]?.cookie).toContain(cookie);
    },
  },
  {
    number: 2,
    name: 'a wish for a language trips over a bird that does not say what it speaks',
    judge: async (bench) => {
      const add = async (behaviour: Behaviour, language: string) => {
        const bird = await bench.bird(behaviour);
        const { status, json } = await bench.add(bench.id(), bird.url, {}, { 'accept-language': language });
        return { status, json };
      };
      expect(await add('no languages', '*')).toMatchObject({ status: 422, json: { error: 'AttributeError' } });
      expect(await add('no languages', 'en-US')).toMatchObject({ status: 422 });
      expect(await add('good', '*')).toMatchObject({ status: 201 });
      const agreed = await add('good', 'fr-CA,en;q=0.5');
      expect(agreed).toMatchObject({ status: 201 });
      const { links, metadata } = agreed.json as { links: { hreflang?: string }[]; metadata: { lang?: string }[] };
      expect([links[0]?.hreflang, metadata[0]?.lang]).toEqual(['fr-CA', 'fr-CA']);
    },
  },
  {
    number: 3,
    name: 'a bird that refuses who bears no cookie is not accessible, whoever asks',
    judge: async (bench) => {
      const statuses = [401, 403, 404, 502, 503, 504];
      const seen = await registerAll(
        bench,
        statuses.map((needsCookie) => ({ needsCookie })),
      );
      // The answer never tells which status it was.
      expect(seen).toEqual(statuses.map(() => notReached('ServiceParsingError', 1)));
    },
  },
  {
    number: 3,
    name: 'any other status that is not 200, 400, 405 or 500 is not accessible either',
    judge: async (bench) => {
      const statuses = [201, 204, 402, 406, 410, 429, 501];
      const seen = await registerAll(
        bench,
        statuses.map((status) => ({ status })),
      );
      expect(seen).toEqual(statuses.map(() => notReached('ServiceParsingError', 1)));
    },
  },
  {
    number: 3,
    name: '400, 405 and 500 pass the first look, and fail in the second if at all',
    judge: async (bench) => {
      const statuses = [400, 405, 500];
      const passing = await registerAll(
        bench,
        statuses.map((status) => ({ probe: { status }, read: 'good' })),
      );
      expect(passing).toEqual(statuses.map(() => TAKEN));
      expect(await registerAll(bench, [{ status: 400 }, { status: 405 }, { status: 500 }])).toEqual([
        notRead('ServiceException'),
        notRead('AttributeError'),
        notRead(/HTTPError$/),
      ]);
    },
  },
  {
    number: 3,
    name: 'the second look fails by its own rules',
    judge: async (bench) => {
      const statuses = [401, 404, 503];
      const refused = await registerAll(
        bench,
        statuses.map((status) => ({ probe: 'good', read: { status } })),
      );
      expect(refused).toEqual(['ServiceException', /HTTPError$/, /HTTPError$/].map(notRead));
    },
  },
  {
    number: 3,
    name: 'to the second look 403 is the same as 401',
    from: '6.8.3',
    judge: async (bench) => {
      expect(await register(bench, { probe: 'good', read: { status: 403 } })).toEqual(notRead('ServiceException'));
    },
  },
  {
    number: 4,
    name: 'a bird that is slow, silent or not there is not registered',
    slow: true,
    judge: async (bench) => {
      expect(await registerAll(bench, [{ sleepsS: 3 }, 'black hole', 'closed'])).toEqual([
        notReached(/Timeout$/, 1),
        notReached(/Timeout$/, 1),
        notReached('ConnectionError', 0),
      ]);
    },
  },
  {
    number: 4,
    name: 'the first look waits for 2 s, the second for 5 s',
    slow: true,
    judge: async (bench) => {
      const read = (sleepsS: number): Behaviour => ({ probe: 'good', read: { sleepsS } });
      expect(await registerAll(bench, [{ sleepsS: 1 }, read(3.5), read(7)])).toEqual([
        TAKEN,
        TAKEN,
        { ...notRead(/Timeout$/), description: text(/^Exception occurred while fetching/) },
      ]);
    },
  },
  {
    number: 5,
    name: 'what is no capabilities document, or tells nothing of service or provider, is not registered',
    judge: async (bench) => {
      const behaviours: Behaviour[] = ['html', 'json', 'empty', 'exception 200', 'no identification', 'no provider'];
      expect(await registerAll(bench, behaviours)).toEqual([
        notRead('AttributeError'),
        notRead(/./),
        notRead('XMLSyntaxError'),
        notRead('ServiceException'),
        notRead('AttributeError'),
        notRead('AttributeError'),
      ]);
    },
  },
  {
    number: 5,
    name: 'a provider of which the site is not told fits no answer',
    judge: async (bench) => {
      const [id, bird] = [bench.id(), await bench.bird('no site')];
      const { status, json } = await bench.add(id, bird.url);
      expect({ status, json }).toMatchObject({
        status: 422,
        json: {
          description: 'Provider properties could not be parsed correctly.',
          schema: 'CreateProviderRequestBody',
        },
      });
      expect(await bench.ids()).not.toContain(id);
    },
  },
  {
    number: 5,
    name: 'a document that breaks off is read as far as it goes',
    judge: async (bench) => {
      expect(await register(bench, 'cut off')).toEqual(TAKEN);
    },
  },
  {
    number: 5,
    name: 'the prefix of a namespace means nothing, a bird may have no process, and WPS 2.0 lists none',
    judge: async (bench) => {
      const behaviours: Behaviour[] = ['default namespace', 'no processes', 'wps 2'];
      expect(await registerAll(bench, behaviours)).toEqual(behaviours.map(() => TAKEN));
      expect(await processes(bench, 'default namespace')).toEqual(['hello', 'sing']);
      expect(await processes(bench, 'no processes')).toEqual([]);
      expect(await processes(bench, 'wps 2')).toEqual([]);
    },
  },
];
