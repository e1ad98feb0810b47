/**
 * What is wrong with the settings of Weaver, of Cowbird and of the Magpie before them, whoever wrote the components of these names.
 * Asks nobody. Pure.
 */
import { basename } from 'node:path';
import { hasMagpie, NOBODY } from '../magpie/place.js';
import { nearest } from '../shared/nearest.js';
import { isAtLeast, versionOfTag } from '../shared/versions.js';
import { refusalSentence } from '../stack/render-stack.js';
import type { Configuration } from '../stack/view.js';
import { placeTroubles, twitcherAddress, wantedBirds, wantedNames, type PlaceTrouble } from '../weaver/place.js';
import { ROLE, ROLES, WITHOUT_PROVIDERS } from '../weaver/roles.js';

/** error: it cannot work. warning: it may not be what was meant. */
export interface SettingTrouble extends PlaceTrouble {
  severity: 'error' | 'warning';
}

export interface BirdSettings extends Pick<Configuration, 'components' | 'variables' | 'era'> {
  /** By which containers of the stack know each other; undefined: not known. */
  services?: readonly string[] | undefined;
}

export function birdTroubles(settings: BirdSettings): SettingTrouble[] {
  const { variables } = settings;
  const weaver = isListed('weaver', settings);
  const cowbird = isListed('cowbird', settings);
  const registers = weaver || isSet(variables, 'WEAVER_URL');
  const signsIn = registers || cowbird || isSet(variables, 'COWBIRD_URL');
  const errors = [
    ...(registers ? placeTroubles(variables) : []),
    ...(weaver ? [...roleTroubles(variables), ...oldDatabase(OF_WEAVER, variables)] : []),
    ...(cowbird ? oldDatabase(OF_COWBIRD, variables) : []),
    ...(signsIn ? nobodySignsIn(settings) : []),
  ];
  const warnings = [
    ...(signsIn ? knownPassword(settings) : []),
    ...(registers ? [...refusedHosts(settings), ...guardedBirds(settings), ...strangers(settings)] : []),
  ];
  return [
    ...errors.map((trouble) => ({ ...trouble, severity: 'error' as const })),
    ...warnings.map((trouble) => ({ ...trouble, severity: 'warning' as const })),
  ];
}

/**
 * Those of whose variables nothing is said yet: a component may say the same in its `needs`, and a variable may be required.
 * `told`: sentences.
 */
export const untold = <Trouble extends PlaceTrouble>(
  troubles: readonly Trouble[],
  told: readonly string[],
): Trouble[] => {
  const words = new Set(told.flatMap((sentence) => sentence.match(/\w+/g) ?? []));
  return troubles.filter(({ variables }) => !variables.some((name) => words.has(name)));
};

/** Why the stack cannot be deployed, with file and line. `told`: what is said of it already. */
export function birdErrors(
  view: Pick<Configuration, 'components' | 'variables' | 'era' | 'originOf'>,
  told: readonly string[],
): string[] {
  const errors = birdTroubles(view).filter(({ severity }) => severity === 'error');
  return untold(errors, told).map(({ message, variables }) =>
    refusalSentence({ message, ...originAmong(variables, view.originOf) }),
  );
}

/** Where the first of them that is set anywhere is set. */
export const originAmong = (
  names: readonly string[],
  originOf: Configuration['originOf'],
): { file?: string; line?: number } => names.map((name) => originOf(name)).find((origin) => origin !== undefined) ?? {};

const isListed = (name: string, { components }: BirdSettings): boolean =>
  components.some((directory) => basename(directory) === name);

const isSet = (variables: BirdSettings['variables'], name: string): boolean => (variables[name] ?? '').trim() !== '';

function roleTroubles(variables: BirdSettings['variables']): PlaceTrouble[] {
  const role = (variables['WEAVER_CONFIG'] ?? '').trim();
  const names = wantedNames(variables);
  const about = (message: string): PlaceTrouble[] => [
    { variables: ['WEAVER_CONFIG'], message: `WEAVER_CONFIG: ${message}` },
  ];
  if (role !== '' && !ROLES.includes(role.toUpperCase())) {
    return about(`${JSON.stringify(role)} is no role of Weaver, which would not start: ${ROLE}.`);
  }
  if (names.length === 0 || !WITHOUT_PROVIDERS.includes(role.toUpperCase())) return [];
  return about(
    `${role} is a role without providers, and WEAVER_WPS_PROVIDERS names ${listed(names)}: ${ROLE}, or WEAVER_WPS_PROVIDERS to nothing.`,
  );
}

interface Database {
  variable: string;
  /** Of the program whose database it is. */
  version: string;
  program: string;
  /** That version of the program is the first that needs a newer one. */
  since: string;
}

const OLDEST_DATABASE = '5.0';
const OF_WEAVER = { variable: 'WEAVER_MONGODB_VERSION', version: 'WEAVER_VERSION', program: 'Weaver', since: '4.5' };
const OF_COWBIRD = {
  variable: 'COWBIRD_MONGODB_VERSION',
  version: 'COWBIRD_VERSION',
  program: 'Cowbird',
  since: '2.0',
};

/** What says no version (`latest`) is taken for new. */
function oldDatabase({ variable, version, program, since }: Database, variables: BirdSettings['variables']) {
  const database = versionOfTag(variables[variable] ?? '');
  const own = versionOfTag(variables[version] ?? '');
  if (database === undefined || isAtLeast(database, OLDEST_DATABASE)) return [];
  if (own !== undefined && !isAtLeast(own, since)) return [];
  return [
    {
      variables: [variable],
      message: `${variable}: ${program} ${since} and newer need MongoDB ${OLDEST_DATABASE} or newer, and this is ${database}: set ${variable} to ${OLDEST_DATABASE}. It does not read data of an older one: give it a directory of its own.`,
    },
  ];
}

const CREDENTIALS = ['MAGPIE_ADMIN_USERNAME', 'MAGPIE_ADMIN_PASSWORD'];

function nobodySignsIn(settings: BirdSettings): PlaceTrouble[] {
  if (!hasMagpie(settings)) return [];
  const { variables } = settings;
  const isGiven = (name: string) =>
    (variables[name] ?? '') !== '' || (name === 'MAGPIE_ADMIN_PASSWORD' && isSet(variables, `${name}_FILE`));
  const missing = CREDENTIALS.filter((name) => !isGiven(name));
  return missing.length === 0 ? [] : [{ variables: missing, message: NOBODY }];
}

/** The one of every example of the platform. */
const KNOWN_PASSWORDS = ['qwertyqwerty!'];

/** The platform's own scripts start with it: so it keeps nothing from being deployed. */
function knownPassword(settings: BirdSettings): PlaceTrouble[] {
  const name = 'MAGPIE_ADMIN_PASSWORD';
  if (!hasMagpie(settings) || !KNOWN_PASSWORDS.includes((settings.variables[name] ?? '').trim())) return [];
  const message = `${name} has a value that everybody knows, by which anybody is administrator of the platform: set one of your own in env.local.`;
  return [{ variables: [name], message }];
}

const TEMPLATE = 'WEAVER_PROVIDERS_URL_TEMPLATE';
const INTERNAL = `register internal addresses: ${TEMPLATE}='http://{name}.birds:5000/wps'`;

/** Weaver looks at a bird without the session of who registers it. */
function guardedBirds(settings: BirdSettings): PlaceTrouble[] {
  if (isListed('all-public-access', settings)) return [];
  const guarded = behindTwitcher(settings.variables);
  if (guarded.length === 0) return [];
  const message = `WEAVER_WPS_PROVIDERS: Weaver asks for ${listed(guarded)} at Twitcher's path, without a session, and no component all-public-access is enabled: unless Magpie lets everybody read them, they cannot be registered. Enable ./optional-components/all-public-access, or ${INTERNAL}.`;
  // The names are most often defaults of birds, which are not where to mend it.
  return [{ variables: [TEMPLATE], message }];
}

/** Weaver's schema of an address: a host has a dot, or is `localhost` or numbers, and has no `_`. Seen of 6.8.3 and 4.22.0. */
function refusedHosts({ variables }: BirdSettings): PlaceTrouble[] {
  const refused = wantedBirds(variables).find(({ url }) => {
    const host = URL.canParse(url) ? new URL(url).hostname : '';
    return host !== '' && host !== 'localhost' && (!/[.:]/.test(host) || host.includes('_'));
  });
  if (refused === undefined) return [];
  const message = `${TEMPLATE}: Weaver takes no address like ${refused.url}, whose host has no dot, or a "_": give the birds an alias with one (aliases: [NAME.birds]) on a network of Weaver, and write http://{name}.birds:5000/wps.`;
  return [{ variables: [TEMPLATE], message }];
}

function behindTwitcher(variables: BirdSettings['variables']): string[] {
  const twitcher = twitcherAddress(variables);
  if (twitcher === undefined) return [];
  return wantedBirds(variables)
    .filter(({ url }) => url.startsWith(`${twitcher}/`))
    .map(({ name }) => name);
}

/** Only where birds are meant to be services of the stack: at Twitcher's path, or where the template makes a host of the name. */
function strangers({ variables, services }: BirdSettings): PlaceTrouble[] {
  if (services === undefined) return [];
  const known = new Set(services.map((name) => name.toLowerCase()));
  const guarded = behindTwitcher(variables);
  return wantedNames(variables).flatMap((name) => {
    const host = guarded.includes(name) ? name : hostFor(name, variables);
    if (host === undefined || known.has(host.toLowerCase())) return [];
    const near = nearest(host, services);
    const meant = near === undefined ? '' : ` (the nearest name there is ${near})`;
    const message = `WEAVER_WPS_PROVIDERS: ${name} is no service of this stack${meant}: correct the name, unless the bird is elsewhere.`;
    return [{ variables: ['WEAVER_WPS_PROVIDERS'], message }];
  });
}

/** Undefined: the name is no part of the host, or the host is one of the world. */
function hostFor(name: string, variables: BirdSettings['variables']): string | undefined {
  const [, host = ''] = /^https?:\/\/([^/:?#]*\{name\}[^/:?#]*)/i.exec(variables[TEMPLATE] ?? '') ?? [];
  return host === '' || host.includes('.') ? undefined : host.replaceAll('{name}', name);
}

const listed = (names: readonly string[]): string => names.join(', ');
