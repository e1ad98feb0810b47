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

/** A sentence, and the variables that it is about: the first one that is set is where to mend it. */
export interface PlaceTrouble {
  variables: readonly string[];
  message: string;
}

/** `problems`: sentences; nothing may be touched then. */
export type ReadPlace = { place: WeaverPlace; problems?: never } | { problems: string[]; place?: never };

/** Of an id of a provider (Weaver's schema): groups of letters and digits, joined by single `-` or `_`. */
const ID = /^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/;

const PROVIDERS = 'WEAVER_WPS_PROVIDERS';
const TEMPLATE = 'WEAVER_PROVIDERS_URL_TEMPLATE';
const HOSTS = ['BIRDHOUSE_FQDN_PUBLIC', 'PAVICS_FQDN_PUBLIC', 'BIRDHOUSE_FQDN', 'PAVICS_FQDN'];

/** Whatever the platform says; the former names first, as its own scripts look them up. */
const first = (variables: Variables, ...names: string[]): string =>
  names.map((name) => variables[name] ?? '').find((value) => value !== '') ?? '';

/** `https://HOST`, by which the platform is seen from outside; undefined: it does not say. */
export function publicAddress(variables: Variables): string | undefined {
  const host = first(variables, ...HOSTS);
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
  const url = weaverAddress(variables);
  const troubles = placeTroubles(variables);
  if (troubles.length > 0 || url === undefined) return { problems: troubles.map(({ message }) => message) };
  const [maxTimeSeconds, retryCount, retryAfterSeconds] = TIMES.map(([name, value]) =>
    numberOf(variables, name, value),
  ) as [number, number, number];
  return {
    place: {
      ...{ url, birds: wantedBirds(variables), maxTimeSeconds, retryCount, retryAfterSeconds },
      dropsOthers: first(variables, 'WEAVER_UNREGISTER_DROPPED_PROVIDERS').toLowerCase() === 'true',
    },
  };
}

const weaverAddress = (variables: Variables): string | undefined =>
  addressOf(variables, 'WEAVER_URL', first(variables, 'WEAVER_MANAGER_NAME') || 'weaver');

/** All that keeps Weaver and its birds from being found. */
export function placeTroubles(variables: Variables): PlaceTrouble[] {
  const url = weaverAddress(variables);
  const birds = wantedBirds(variables);
  return [
    ...(url === undefined ? [NO_ADDRESS] : []),
    ...eachOnce([
      ...(url === undefined ? [] : webWrong(variables, 'WEAVER_URL', url)),
      ...birds.flatMap((bird) => webWrong(variables, TEMPLATE, bird.url)),
    ]),
    ...wantedNames(variables)
      .filter((name) => !ID.test(name))
      .map(badId),
    ...sameAddress(birds),
    ...TIMES.flatMap(([name]) => numberWrong(variables, name)),
  ];
}

/** Those that an address is known of. */
export const wantedBirds = (variables: Variables): Bird[] =>
  wantedNames(variables).flatMap((name) => {
    const url = birdAddress(variables, name);
    return url === undefined ? [] : [{ name, url }];
  });

/** Ids in WEAVER_WPS_PROVIDERS, each once: between blanks, new lines and commas. */
export const wantedNames = (variables: Variables): string[] => [
  ...new Set(
    first(variables, PROVIDERS)
      .split(/[\s,]+/)
      .filter((name) => name !== ''),
  ),
];

/** Behind Twitcher's proxy, or where the template has `{name}`. */
function birdAddress(variables: Variables, name: string): string | undefined {
  const template = first(variables, TEMPLATE);
  if (template !== '') return template.replaceAll('{name}', name);
  const base = twitcherAddress(variables);
  return base === undefined ? undefined : `${base}/${name}`;
}

/** Below which each bird has its name, guarded by Magpie; without a slash at the end. */
export function twitcherAddress(variables: Variables): string | undefined {
  const base = publicAddress(variables);
  const path = first(variables, 'TWITCHER_PROTECTED_PATH') || '/twitcher/ows/proxy';
  return base === undefined ? undefined : `${base}/${path.replace(/^\/+|\/+$/g, '')}`;
}

/** As Weaver stores it. */
export const withoutQuery = (url: string): string => url.replace(/[?#].*$/, '').replace(/\/+$/, '');

/** Weaver keeps one provider for an address: of two, the first would go without a word. */
function sameAddress(birds: readonly Bird[]): PlaceTrouble[] {
  const urls = [...new Set(birds.map(({ url }) => withoutQuery(url)))];
  return urls.flatMap((url) => {
    const same = birds.filter((bird) => withoutQuery(bird.url) === url).map(({ name }) => name);
    if (same.length < 2) return [];
    const message = `WEAVER_WPS_PROVIDERS: ${same.join(' and ')} have one address, ${url}, of which Weaver keeps only the last one: take the others away, or put {name} into WEAVER_PROVIDERS_URL_TEMPLATE.`;
    return [{ variables: [PROVIDERS, TEMPLATE], message }];
  });
}

const NO_ADDRESS: PlaceTrouble = {
  variables: HOSTS,
  message:
    'Nothing says where Weaver is: set BIRDHOUSE_FQDN_PUBLIC (PAVICS_FQDN_PUBLIC), or WEAVER_URL (http://weaver:4001/weaver).',
};

const badId = (name: string): PlaceTrouble => ({
  variables: [PROVIDERS],
  message: `WEAVER_WPS_PROVIDERS: ${JSON.stringify(name)} should be the id of a provider: letters and digits, with single "-" or "_" between them.`,
});

const eachOnce = (troubles: readonly PlaceTrouble[]): PlaceTrouble[] => [
  ...new Map(troubles.map((trouble) => [trouble.message, trouble])).values(),
];

/** `variable` gave the address, else a host. */
function webWrong(variables: Variables, variable: string, url: string): PlaceTrouble[] {
  const read = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = read !== undefined && /^https?:$/.test(read.protocol) && read.username === '' && read.password === '';
  if (isWeb) return [];
  const name = [variable, ...HOSTS].find((each) => first(variables, each) !== '') ?? variable;
  return [{ variables: [name], message: `${name}: should give an http(s) address without user and password.` }];
}

/** Seconds, and how many further tries. Negative: 0, as the platform's own script takes it. */
const TIMES = [
  ['WEAVER_WPS_PROVIDERS_MAX_TIME', 120],
  ['WEAVER_WPS_PROVIDERS_RETRY_COUNT', 5],
  ['WEAVER_WPS_PROVIDERS_RETRY_AFTER', 5],
] as const;
const MOST = 86_400;

function numberWrong(variables: Variables, name: string): PlaceTrouble[] {
  const text = first(variables, name);
  if (text === '' || (/^-?\d{1,6}$/.test(text) && Number(text) <= MOST)) return [];
  return [
    { variables: [name], message: `${name}: ${JSON.stringify(text)} should be a whole number, at most ${MOST}.` },
  ];
}

const numberOf = (variables: Variables, name: string, otherwise: number): number => {
  const text = first(variables, name);
  return text === '' ? otherwise : Math.max(0, Number(text));
};
