/** Weavers that are wrong in one thing each, for the list to find. */
import type { IncomingHttpHeaders } from 'node:http';
import { serve, type Answer, type Seen, type Served } from '../../support/doubles/http.js';
import { forward, textOf } from '../../support/doubles/twitcher/forward.js';
import { ask } from '../../support/doubles/weaver/ask.js';
import { capabilitiesOf, realLooks, type Capabilities, type Looks } from '../../support/doubles/weaver/capabilities.js';
import { OtherFault, OwsFault } from '../../support/doubles/weaver/faults.js';
import { startWeaver, type WeaverOptions } from '../../support/doubles/weaver/index.js';
import { memoryStore, type Store, type StoredProvider } from '../../support/doubles/weaver/store.js';
import { readXml } from '../../support/doubles/weaver/xml.js';

/** What it changes of a request on its way to the double, and of the answer on its way back. */
interface Twist {
  /** `url`: path and query. */
  request?: (asked: {
    seen: Seen;
    url: string;
    weaver: string;
  }) => Promise<{ url: string; headers?: IncomingHttpHeaders }>;
  answer?: (
    answer: Required<Pick<Answer, 'status'>> & { text: string },
    seen: Seen,
  ) => { status: number; text: string };
}

export interface WrongWeaver {
  wrong: string;
  /** Of the points, at least one of which finds it. */
  points: readonly number[];
  options?: WeaverOptions;
  twist?: Twist;
}

/** A double, behind what changes its requests and answers. */
export async function startWrong({ options, twist }: Pick<WrongWeaver, 'options' | 'twist'>): Promise<Served> {
  const front: Served = await serve(async (seen) => {
    const { url, headers = {} } = (await twist?.request?.({ seen, url: seen.url, weaver: weaver.url })) ?? {
      url: seen.url,
    };
    const got = await forward({ url: `${weaver.url}${url}`, seen, headers });
    const answer = { status: got.status, text: await textOf(got.body) };
    const { status, text } = twist?.answer?.(answer, seen) ?? answer;
    return { status, headers: got.headers, body: text };
  });
  const weaver = await startWeaver({ base: front.url, ...options });
  return { ...front, close: async () => void (await Promise.all([front.close(), weaver.close()])) };
}

const CANNED: Capabilities = {
  identification: { title: 'Bird', abstract: 'Stands for a bird.', keywords: ['WPS', 'bird'] },
  provider: { name: 'A nest', site: 'http://nest.example/', contact: 'A keeper' },
  processes: ['hello', 'sing'].map((id) => ({ id, title: id, version: '1.0.0' })),
  languages: ['en-US'],
};

const looks = (wrong: Partial<Looks>): WeaverOptions => ({ looks: { ...realLooks, ...wrong } });

/** `save` gets a list that it changes. */
function store(
  wrong: Partial<Store> & { saves?: (kept: StoredProvider[], provider: StoredProvider) => StoredProvider[] },
): WeaverOptions {
  const right = memoryStore();
  let kept: StoredProvider[] = [];
  const { saves, ...rest } = wrong;
  if (saves === undefined) return { store: { ...right, ...rest } };
  const own: Store = {
    all: () => [...kept].sort((a, b) => (a.id < b.id ? -1 : 1)),
    get: (id) => kept.find((provider) => provider.id === id),
    save: (provider) => (kept = saves(kept, provider)),
    delete: (id) => (kept = kept.filter((provider) => provider.id !== id)),
  };
  return { store: own };
}

function unsorted(): WeaverOptions {
  const right = memoryStore();
  return { store: { ...right, all: () => right.all().reverse() } };
}

const without = (headers: IncomingHttpHeaders, name: string): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));

/** Changes parameters of listings. */
const query = (change: (parameters: URLSearchParams) => void): Twist => ({
  request: async ({ url }) => {
    const [path = '', search = ''] = url.split('?');
    const parameters = new URLSearchParams(search);
    change(parameters);
    return { url: parameters.size === 0 ? path : `${path}?${parameters.toString()}` };
  },
});

const isPost = ({ method }: Seen): boolean => method === 'POST';

/** Reads what has that text in it, and nothing else. */
const readOnlyWith = (wanted: string): WeaverOptions =>
  looks({
    read: async (url) => {
      const { text } = await ask(`${url}?service=WPS&request=GetCapabilities&version=1.0.0`, { limitMs: 5_000 });
      const root = text.includes(wanted) ? readXml(text) : undefined;
      if (root === undefined) throw new OwsFault('XMLSyntaxError', `there is no ${wanted}`);
      return capabilitiesOf(root);
    },
  });

export const WRONG_WEAVERS: readonly WrongWeaver[] = [
  {
    wrong: 'fetches nothing',
    points: [2, 3, 4, 5],
    options: looks({ probe: async () => 'accessible', read: async () => CANNED }),
  },
  { wrong: 'forgets the first look', points: [2, 3], options: looks({ probe: async () => 'accessible' }) },
  { wrong: 'forgets the second look', points: [2, 5], options: looks({ read: async () => CANNED }) },
  {
    wrong: 'looks first with a cookie',
    points: [2, 3],
    options: looks({
      probe: async (url) => {
        const headers = { cookie: 'session=conformance' };
        const { status } = await ask(`${url}?service=WPS&request=GetCapabilities`, { limitMs: 2_000, headers });
        return [200, 400, 405, 500].includes(status) ? 'accessible' : 'refused';
      },
    }),
  },
  {
    wrong: 'looks the second time without a cookie',
    points: [2],
    options: looks({ read: (url, headers) => realLooks.read(url, without(headers, 'cookie')) }),
  },
  {
    wrong: 'does not care for languages',
    points: [2],
    options: looks({ read: (url, headers) => realLooks.read(url, without(headers, 'accept-language')) }),
  },
  {
    wrong: 'takes any status for accessible',
    points: [3],
    options: looks({ probe: async (url) => realLooks.probe(url).then((is) => (is === 'refused' ? 'accessible' : is)) }),
  },
  {
    wrong: 'takes only 200 for accessible',
    points: [3],
    options: looks({
      probe: async (url) =>
        (await ask(`${url}?service=WPS&request=GetCapabilities`, { limitMs: 2_000 })).status === 200
          ? 'accessible'
          : 'refused',
    }),
  },
  {
    wrong: 'lists birds that answer with 500 as good',
    points: [3, 8],
    options: looks({
      read: (url, headers) =>
        realLooks.read(url, headers).catch((error: unknown) => {
          if (error instanceof OtherFault && error.error.endsWith('HTTPError')) return CANNED;
          throw error;
        }),
    }),
  },
  { wrong: 'reads only documents that are whole', points: [5], options: readOnlyWith('Capabilities>\n') },
  { wrong: 'wants a certain prefix', points: [5], options: readOnlyWith('<wps:Capabilities') },
  {
    wrong: 'keeps the query of a URL',
    points: [7],
    options: store({ saves: (kept, one) => [...kept.filter(({ url }) => url !== one.url), one] }),
  },
  {
    wrong: 'keeps two ids on one URL',
    points: [7],
    options: store({ saves: (kept, one) => [...kept, { ...one, url: one.url.replace(/\?.*/, '') }] }),
  },
  {
    wrong: 'replaces where it should refuse: no 409',
    points: [1],
    twist: {
      request: async ({ seen, url, weaver }) => {
        const { id } = isPost(seen) ? (JSON.parse(seen.text) as { id?: string }) : {};
        if (typeof id === 'string' && id !== '') await fetch(`${weaver}/providers/${id}`, { method: 'DELETE' });
        return { url };
      },
    },
  },
  { wrong: 'deletes nothing', points: [1], options: store({ delete: () => undefined }) },
  {
    wrong: 'does not know that it deleted',
    points: [1],
    twist: {
      answer: ({ status, text }, { method }) => (method === 'DELETE' ? { status: 204, text: '' } : { status, text }),
    },
  },
  { wrong: 'lists nothing', points: [8], options: store({ all: () => [] }) },
  { wrong: 'sorts the wrong way', points: [8], options: unsorted() },
  { wrong: 'drops nothing on a check', points: [8], twist: query((all) => all.set('check', 'false')) },
  { wrong: 'always ignores what fails', points: [8], twist: query((all) => all.delete('ignore')) },
  {
    wrong: 'takes pages and providers together',
    points: [8],
    twist: query((all) => ['page', 'limit', 'sort'].forEach((name) => all.delete(name))),
  },
  {
    wrong: 'tells all or nothing of providers, never their ids',
    points: [8],
    twist: query((all) => all.delete('detail')),
  },
  {
    wrong: 'takes any content type',
    points: [10],
    twist: {
      request: async ({ seen, url }) => ({ url, headers: isPost(seen) ? { 'content-type': 'application/json' } : {} }),
    },
  },
  {
    wrong: 'answers in JSON whatever one wants',
    points: [10],
    twist: { request: async ({ url }) => ({ url, headers: { accept: 'application/json' } }) },
  },
  {
    wrong: 'writes JSON with blanks',
    points: [1],
    twist: { answer: ({ status, text }) => ({ status, text: text.replaceAll('":"', '": "') }) },
  },
  {
    wrong: 'takes ids with two dashes',
    points: [6],
    twist: {
      answer: ({ status, text }, seen) => (seen.text.includes('a--b') ? { status: 201, text: '{}' } : { status, text }),
    },
  },
  {
    wrong: 'takes the name of a container for a host',
    points: [6],
    twist: {
      answer: ({ status, text }, seen) => (seen.text.includes('//finch:') ? { status: 422, text } : { status, text }),
    },
  },
  {
    wrong: 'says that it has no providers, and has them',
    points: [9],
    twist: { answer: ({ status, text }) => ({ status, text: text.replace('"HYBRID"', '"ADES"') }) },
  },
  {
    wrong: 'says that it has providers, and has none',
    points: [1, 8],
    options: { role: 'ADES' },
    twist: { answer: ({ status, text }) => ({ status, text: text.replace('"ADES"', '"HYBRID"') }) },
  },
];
