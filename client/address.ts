/** Which Temporal server, and why. */
import { loadClientConfigProfile, type ClientConfigProfile } from '@temporalio/envconfig';
import { messageOf } from '../activities/shared/failures.js';
import { NAMESPACE } from '../workflows/contract.js';
import { isServerAlive, readEmbeddedRecord, type EmbeddedRecord } from './embedded-record.js';
import { wrongUse } from './failures.js';
import { checkTlsSwitch, securityOf, type ServerSecurity } from './server-security.js';

export interface ServerChoice {
  /** HOST:PORT. */
  address: string;
  namespace: string;
  source: 'option' | 'environment' | 'profile' | 'embedded';
  /** Which server this is and why, for people. */
  sentence: string;
  /** It is the embedded server of this host, by whichever road it was named. */
  isEmbedded: boolean;
  /** For the embedded server: its process lives. */
  isRunning: boolean;
  security: ServerSecurity;
}

export interface AddressSources {
  /** `--address`. */
  option: string | undefined;
  /** See `temporalEnvironment` in places.ts. */
  temporalEnvironment: Record<string, string>;
  /** Where the embedded server's record may be, best first. */
  stateDirectories: readonly string[];
}

/**
 * `--address`, else the TEMPORAL_* variables, else the profile file, else the embedded server of this host. Undefined:
 * none of these names one. Throws `CommandEnd` (wrong use) on an address or a profile that cannot be read.
 */
export async function chooseServer(sources: AddressSources): Promise<ServerChoice | undefined> {
  checkTlsSwitch(sources.temporalEnvironment);
  const embedded = await findEmbedded(sources.stateDirectories);
  const profile = readProfile(sources.temporalEnvironment);
  return decideServer({
    option: sources.option,
    variable: sources.temporalEnvironment.TEMPORAL_ADDRESS,
    profile,
    security: securityOf(profile),
    embedded,
  });
}

export interface FoundEmbedded {
  record: EmbeddedRecord;
  stateDirectory: string;
  isRunning: boolean;
}

/** The embedded server that runs; else the first that once ran, which says where it would be. */
export async function findEmbedded(stateDirectories: readonly string[]): Promise<FoundEmbedded | undefined> {
  const found: FoundEmbedded[] = [];
  for (const stateDirectory of stateDirectories) {
    const record = await readEmbeddedRecord(stateDirectory);
    if (record) found.push({ record, stateDirectory, isRunning: await isServerAlive(record) });
  }
  return found.find(({ isRunning }) => isRunning) ?? found[0];
}

export interface ServerFacts {
  option: string | undefined;
  variable: string | undefined;
  profile: Pick<ClientConfigProfile, 'address' | 'namespace'>;
  security: ServerSecurity;
  embedded: FoundEmbedded | undefined;
}

/** The decision alone. Pure. */
export function decideServer(facts: ServerFacts): ServerChoice | undefined {
  const { option, variable, profile, embedded } = facts;
  if (option !== undefined) return named(facts, checked(option, '--address'), 'option', '--address names it');
  if (variable) return named(facts, checked(variable, 'TEMPORAL_ADDRESS'), 'environment', 'TEMPORAL_ADDRESS names it');
  if (profile.address) {
    return named(facts, checked(profile.address, 'profile'), 'profile', 'the Temporal profile file names it');
  }
  if (!embedded) return undefined;
  return {
    address: embedded.record.address,
    namespace: NAMESPACE,
    source: 'embedded',
    sentence: `the embedded Temporal server of this host at ${embedded.record.address} (${embedded.stateDirectory} says so; no address was given)`,
    isEmbedded: true,
    isRunning: embedded.isRunning,
    security: {},
  };
}

function named(facts: ServerFacts, address: string, source: ServerChoice['source'], why: string): ServerChoice {
  const { embedded, profile, security } = facts;
  // Who copied the two export lines that `up` prints means this server, also when it does not run yet.
  const isEmbedded = embedded !== undefined && normal(address) === normal(embedded.record.address);
  return {
    address,
    namespace: isEmbedded ? NAMESPACE : (profile.namespace ?? NAMESPACE),
    source,
    sentence: isEmbedded
      ? `the embedded Temporal server of this host at ${address} (${why})`
      : `the Temporal server at ${address} (${why})`,
    isEmbedded,
    isRunning: isEmbedded ? embedded.isRunning : true,
    // A key for another server is not sent to ours.
    security: isEmbedded ? {} : security,
  };
}

const normal = (address: string): string => address.replace(/^(localhost|\[::1\]):/i, '127.0.0.1:');

function checked(address: string, where: string): string {
  if (/^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/.test(address)) return address;
  throw wrongUse(`${where}: ${JSON.stringify(address)} is no address; give HOST:PORT, for instance 127.0.0.1:7233.`);
}

function readProfile(env: Record<string, string>): ClientConfigProfile {
  try {
    return loadClientConfigProfile({ overrideEnvVars: env });
  } catch (error) {
    // The library stumbles over a file that holds no profile at all, an empty one for instance: it says nothing, then.
    if (error instanceof TypeError && !env.TEMPORAL_PROFILE) {
      return loadClientConfigProfile({ overrideEnvVars: env, disableFile: true });
    }
    // The lines after the first quote the file, keys included.
    throw wrongUse(
      `The Temporal profile (TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE or its default file) cannot be used: ${messageOf(error).split('\n')[0]}`,
    );
  }
}
