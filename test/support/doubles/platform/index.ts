/**
 * The platform's front: one address under which Magpie, Twitcher, Weaver and Cowbird are found as behind its nginx, in the seed's form or
 * in today's. Magpie and Twitcher are inside, Weaver, Cowbird and the birds are other servers.
 */
import { serve, type Answer, type Handler, type Reply, type Seen, type Served, type ServeOptions } from '../http.js';
import { Magpie, magpieHandler, type MagpieOptions } from '../magpie/index.js';
import { forward } from '../twitcher/forward.js';
import { twitcherHandler } from '../twitcher/index.js';
import { badGateway, moved, page } from './page.js';

export type Part = 'magpie' | 'twitcher' | 'weaver' | 'cowbird';

export interface PlatformOptions extends MagpieOptions, ServeOptions {
  /**
   * seed: `/weaver` goes through Twitcher. today: nginx asks Twitcher whether one may and forwards to Weaver itself, and Twitcher's path
   * of Weaver leads there (301, 308).
   */
  form?: 'seed' | 'today';
  /** Today's form: where Weaver is, with the path under which it knows itself. */
  weaver?: string;
  /**
   * As what Twitcher is asked about a request in today's form. GET: as the platform does it, whose nginx puts each question as one of
   * reading; same: as the request itself.
   */
  askedAs?: 'GET' | 'same';
  /** One that is also elsewhere; a new one unless given. */
  magpie?: Magpie;
}

export interface PlatformDouble extends Served {
  readonly magpie: Magpie;
  /** What is behind it answers 502, and again. */
  takeDown(part: Part): void;
  bringBack(part: Part): void;
  /** The next requests to a part are answered so, and then as ever. */
  instead(part: Part, answers: readonly Reply[]): void;
}

const PREFIXES: readonly (readonly [prefix: string, part: Part])[] = [
  ['/magpie', 'magpie'],
  ['/twitcher/', 'twitcher'],
  ['/weaver', 'weaver'],
  ['/cowbird', 'cowbird'],
];

export async function startPlatform(options: PlatformOptions = {}): Promise<PlatformDouble> {
  const magpie = options.magpie ?? new Magpie(options);
  const down = new Set<Part>();
  const planned = new Map<Part, Reply[]>();
  const handlers = partsOf(magpie, options);
  const served = await serve((seen) => {
    const [, part] = PREFIXES.find(([prefix]) => seen.path.startsWith(prefix)) ?? [];
    if (part === undefined) return page(404, 'Not Found');
    const answer = planned.get(part)?.shift();
    if (answer !== undefined) return answer;
    return down.has(part) ? badGateway() : handlers[part](seen);
  }, options);
  magpie.publicUrl = options.publicUrl ?? served.url;
  magpie.ownUrl = `${served.url}/magpie`;
  return {
    ...served,
    magpie,
    takeDown: (part) => void down.add(part),
    bringBack: (part) => void down.delete(part),
    instead: (part, answers) => void planned.set(part, [...answers]),
  };
}

function partsOf(magpie: Magpie, options: PlatformOptions): Record<Part, Handler> {
  const twitcher = twitcherHandler(magpie, '/twitcher');
  const ofTwitcher = options.form === 'today' ? todaysTwitcher(twitcher) : twitcher;
  return {
    magpie: behindSlash(magpieHandler(magpie, '/magpie')),
    twitcher: ofTwitcher,
    weaver: options.form === 'today' ? todaysWeaver(twitcher, options) : (seen) => twitcher(throughTwitcher(seen)),
    cowbird: (seen) => twitcher(throughTwitcher(seen)),
  };
}

const behindSlash =
  (magpie: Handler): Handler =>
  (seen) =>
    seen.path.startsWith('/magpie/') ? magpie(seen) : moved(301, seen.headers.host, '/magpie/');

/** `/cowbird/version` as `/twitcher/ows/proxy/cowbird/version`: by the letter, so that `/cowbirds` is another service. */
const throughTwitcher = (seen: Seen): Seen => elsewhere(seen, `/twitcher/ows/proxy${seen.url}`);

const elsewhere = (seen: Seen, url: string): Seen => ({ ...seen, url, path: new URL(url, 'http://any').pathname });

const TWITCHERS_WEAVER = /^\/twitcher\/ows\/proxy\/weaver(\/.*)?$/;

function todaysTwitcher(twitcher: Handler): Handler {
  return (seen) => {
    const [isWeaver, path] = TWITCHERS_WEAVER.exec(seen.path) ?? [];
    if (isWeaver === undefined) return twitcher(seen);
    const to = `/weaver${path ?? '/'}${queryOf(seen)}`;
    return moved(path === undefined ? 301 : 308, seen.headers.host, to);
  };
}

function todaysWeaver(twitcher: Handler, { weaver, askedAs = 'same' }: PlatformOptions): Handler {
  return async (seen) => {
    if (seen.path === '/weaver') return moved(301, seen.headers.host, `/weaver/${queryOf(seen)}`);
    if (!seen.path.startsWith('/weaver/')) return page(404, 'Not Found');
    const question = elsewhere(seen, `/twitcher/ows/verify${seen.url}`);
    if (askedAs === 'GET') question.method = 'GET';
    const { status } = (await twitcher({ ...question, text: '' })) as Answer;
    // What nginx does with any other answer: 401 and 403 are handed on, all else is its own failure.
    if (status === 401 || status === 403) return page(status, status === 401 ? 'Authorization Required' : 'Forbidden');
    if (status >= 300) return page(500, 'Internal Server Error');
    if (weaver === undefined) return badGateway();
    const url = `${weaver}${seen.url.slice('/weaver'.length)}`;
    return forward({ url, seen, host: seen.headers.host ?? 'localhost' }).catch(badGateway);
  };
}

const queryOf = ({ url }: Seen): string => /\?.*$/.exec(url)?.[0] ?? '';
