/** Which stacks a delivery is about. Pure. */

export interface StackRepositories {
  stack: string;
  /** Remote addresses of its checkouts. */
  urls: string[];
}

/** What git and the providers write for one repository: `HOST[:PORT]` (empty: a directory of this machine) and a path. */
interface Place {
  host: string;
  path: string;
  /** Whether the host may be an alias out of an ssh configuration. */
  isAlias: boolean;
}

/** Of HTTP, HTTPS, ssh and git: left out, because one repository has an address for each. */
const USUAL_PORTS = ['80', '443', '22', '9418'];
/** Names under which the hosts are reached by ssh through port 443. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
};

/**
 * Names of the stacks one of whose checkouts has one of the addresses that a delivery names. In doubt it matches: a look too
 * many costs nothing, a look too few a day.
 */
export function matchStacks(said: readonly string[], stacks: readonly StackRepositories[]): string[] {
  const wanted = said.map(placeOf).filter((place) => place !== undefined);
  const isWanted = (url: string): boolean => {
    const own = placeOf(url);
    return own !== undefined && wanted.some((place) => isSamePlace(own, place));
  };
  return [...new Set(stacks.filter(({ urls }) => urls.some(isWanted)).map(({ stack }) => stack))];
}

/** `HOST/PATH` without user, password and query, so that it may be shown; undefined when it is no address. */
export function shownAddress(url: string): string | undefined {
  const place = placeOf(url);
  return place && (place.host === '' ? `/${place.path}` : `${place.host}/${place.path}`);
}

const isSamePlace = (own: Place, other: Place): boolean =>
  own.path === other.path && (own.host === other.host || (own.isAlias && other.host !== ''));

function placeOf(url: string): Place | undefined {
  const text = url.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'file') return localPlace(text.slice('file://'.length));
  if (scheme !== undefined) return URL.canParse(text) ? remotePlace(new URL(text), /ssh/.test(scheme)) : undefined;
  if (text.startsWith('/')) return localPlace(text);
  // As scp writes it: [user@]host:path, the host in brackets when it is an address of IPv6.
  const [, host, path] = /^(?:[^@/:]*@)?(\[[^\]/]+\]|[^/:@]+):(.+)$/s.exec(text) ?? [];
  return host === undefined || path === undefined ? undefined : place(host, path, true);
}

/** Of a scheme that URL does not know, it keeps port and case of the host. */
const remotePlace = ({ hostname, port, pathname }: URL, isSsh: boolean): Place | undefined =>
  hostname === ''
    ? undefined
    : place(port === '' || USUAL_PORTS.includes(port) ? hostname : `${hostname}:${port}`, pathname, isSsh);

function place(givenHost: string, givenPath: string, isSsh: boolean): Place | undefined {
  const host = givenHost.toLowerCase();
  const path = tidy(givenPath);
  if (path === '') return undefined;
  const isAlias = isSsh && !/[.:]/.test(host) && host !== 'localhost';
  return { host: OTHER_NAMES[host] ?? host, path, isAlias };
}

function localPlace(path: string): Place | undefined {
  const tidied = tidy(path);
  return tidied === '' ? undefined : { host: '', path: tidied, isAlias: false };
}

/** The providers do not tell upper from lower case in paths, and people clone either. */
const tidy = (path: string): string =>
  path
    .replace(/^\/+|\/+$/g, '')
    .replace(/\/?\.git$/i, '')
    .toLowerCase();
