/** Where Weaver, Magpie and the birds of a stack are, and how long they are given, out of the stack's variables. Pure. */

export interface Bird {
  name: string;
  /** Of its WPS, as it is to be registered. */
  url: string;
}

export interface WeaverPlace {
  /** Without a slash at the end. */
  url: string;
  birds: readonly Bird[];
  /** Seconds that each bird is given, and Weaver and Magpie before. */
  maxTimeSeconds: number;
  /** Further tries of a registration that Weaver refused. */
  retryCount: number;
  retryAfterSeconds: number;
  /** What is registered, not wanted and does not answer is unregistered. */
  dropsOthers: boolean;
}

export type Variables = Readonly<Record<string, string>>;

/** `problems`: sentences; nothing may be touched then. */
export type ReadPlace = { place: WeaverPlace; problems?: never } | { problems: string[]; place?: never };

/** Of an id of a provider (Weaver's schema): groups of letters and digits, joined by single `-` or `_`. */
const ID = /^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/;

/** Whatever the platform says; the former names first, as its own scripts look them up. */
const first = (variables: Variables, ...names: string[]): string =>
  names.map((name) => variables[name] ?? '').find((value) => value !== '') ?? '';

/** `https://HOST`, by which the platform is seen from outside; undefined: it does not say. */
export function publicAddress(variables: Variables): string | undefined {
  const host = first(variables, ...['BIRDHOUSE_FQDN_PUBLIC', 'PAVICS_FQDN_PUBLIC', 'BIRDHOUSE_FQDN', 'PAVICS_FQDN']);
  return host === '' ? undefined : `${first(variables, 'BIRDHOUSE_PROXY_SCHEME') || 'https'}://${host}`;
}

/** Address of a service behind the proxy, or as a variable of its own says. */
export function addressOf(variables: Variables, override: string, path: string): string | undefined {
  const own = first(variables, override);
  if (own !== '') return own.replace(/\/+$/, '');
  const base = publicAddress(variables);
  return base === undefined ? undefined : `${base}/${path.replace(/^\/+|\/+$/g, '')}`;
}

export function weaverPlace(variables: Variables): ReadPlace {
  const url = addressOf(variables, 'WEAVER_URL', first(variables, 'WEAVER_MANAGER_NAME') || 'weaver');
  const names = wantedNames(variables);
  const birds = names.flatMap((name) => {
    const address = birdAddress(variables, name);
    return address === undefined ? [] : [{ name, url: address }];
  });
  const problems = [
    ...(url === undefined ? [NO_ADDRESS] : webWrong('WEAVER_URL', url)),
    ...names.filter((name) => !ID.test(name)).map(badId),
    ...birds.flatMap((bird) => webWrong('WEAVER_PROVIDERS_URL_TEMPLATE', bird.url)).slice(0, 1),
    ...sameAddress(birds),
    ...TIMES.flatMap(([name]) => numberWrong(variables, name)),
  ];
  if (problems.length > 0 || url === undefined) return { problems };
  const [maxTimeSeconds, retryCount, retryAfterSeconds] = TIMES.map(([name, value]) =>
    numberOf(variables, name, value),
  ) as [number, number, number];
  return {
    place: {
      ...{ url, birds, maxTimeSeconds, retryCount, retryAfterSeconds },
      dropsOthers: first(variables, 'WEAVER_UNREGISTER_DROPPED_PROVIDERS').toLowerCase() === 'true',
    },
  };
}

/** Ids in WEAVER_WPS_PROVIDERS, each once: between blanks, new lines and commas. */
export const wantedNames = (variables: Variables): string[] => [
  ...new Set(
    first(variables, 'WEAVER_WPS_PROVIDERS')
      .split(/[\s,]+/)
      .filter((name) => name !== ''),
  ),
];

/** Behind Twitcher's proxy, or where the template has `{name}`. */
function birdAddress(variables: Variables, name: string): string | undefined {
  const template = first(variables, 'WEAVER_PROVIDERS_URL_TEMPLATE');
  if (template !== '') return template.replaceAll('{name}', name);
  const base = publicAddress(variables);
  const path = first(variables, 'TWITCHER_PROTECTED_PATH') || '/twitcher/ows/proxy';
  return base === undefined ? undefined : `${base}/${path.replace(/^\/+|\/+$/g, '')}/${name}`;
}

/** As Weaver stores it. */
export const withoutQuery = (url: string): string => url.replace(/[?#].*$/, '').replace(/\/+$/, '');

/** Weaver keeps one provider for an address: of two, the first would go without a word. */
function sameAddress(birds: readonly Bird[]): string[] {
  const urls = [...new Set(birds.map(({ url }) => withoutQuery(url)))];
  return urls.flatMap((url) => {
    const same = birds.filter((bird) => withoutQuery(bird.url) === url).map(({ name }) => name);
    if (same.length < 2) return [];
    return [
      `WEAVER_WPS_PROVIDERS: ${same.join(' and ')} have one address, ${url}, of which Weaver keeps only the last one: take the others away, or put {name} into WEAVER_PROVIDERS_URL_TEMPLATE.`,
    ];
  });
}

const NO_ADDRESS =
  'Nothing says where Weaver is: set BIRDHOUSE_FQDN_PUBLIC (PAVICS_FQDN_PUBLIC), or WEAVER_URL (http://weaver:4001/weaver).';

const badId = (name: string): string =>
  `WEAVER_WPS_PROVIDERS: ${JSON.stringify(name)} should be the id of a provider: letters and digits, with single "-" or "_" between them.`;

function webWrong(variable: string, url: string): string[] {
  const read = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = read !== undefined && /^https?:$/.test(read.protocol) && read.username === '' && read.password === '';
  return isWeb ? [] : [`${variable}: should give an http(s) address without user and password.`];
}

/** Seconds, and how many further tries. Negative: 0, as the platform's own script takes it. */
const TIMES = [
  ['WEAVER_WPS_PROVIDERS_MAX_TIME', 120],
  ['WEAVER_WPS_PROVIDERS_RETRY_COUNT', 5],
  ['WEAVER_WPS_PROVIDERS_RETRY_AFTER', 5],
] as const;
const MOST = 86_400;

function numberWrong(variables: Variables, name: string): string[] {
  const text = first(variables, name);
  if (text === '' || (/^-?\d{1,6}$/.test(text) && Number(text) <= MOST)) return [];
  return [`${name}: ${JSON.stringify(text)} should be a whole number, at most ${MOST}.`];
}

const numberOf = (variables: Variables, name: string, otherwise: number): number => {
  const text = first(variables, name);
  return text === '' ? otherwise : Math.max(0, Number(text));
};
