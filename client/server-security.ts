/** TLS, key and headers for a Temporal server, out of the profile: checked, and read from their files. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { toClientOptions, type ClientConfigProfile, type ClientConnectConfig } from '@temporalio/envconfig';
import { messageOf } from '../activities/shared/failures.js';
import { wrongUse } from './failures.js';

/** Absent where the profile has none. */
export type ServerSecurity = Pick<ClientConnectConfig['connectionOptions'], 'apiKey' | 'tls' | 'metadata'>;

/**
 * Throws `CommandEnd` (wrong use) that names the setting, for a file that cannot be read or holds something else, and for
 * what the library would pass over in silence: half a pair of certificate and key. A key is never shown.
 */
export function securityOf(profile: ClientConfigProfile): ServerSecurity {
  const { tls } = profile;
  if (tls && tls.disabled !== true) {
    if ((tls.clientCert === undefined) !== (tls.clientKey === undefined)) {
      const [there, missing] = tls.clientCert ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
      throw wrongUse(
        `TEMPORAL_TLS_CLIENT_${there} is set (or the like in the profile) without TEMPORAL_TLS_CLIENT_${missing}: set both, each as _PATH or _DATA, or neither.`,
      );
    }
    check(tls.serverCACert, 'TEMPORAL_TLS_SERVER_CA_CERT', 'certificate', (pem) => new X509Certificate(pem));
    check(tls.clientCert, 'TEMPORAL_TLS_CLIENT_CERT', 'certificate', (pem) => new X509Certificate(pem));
    check(tls.clientKey, 'TEMPORAL_TLS_CLIENT_KEY', 'private key without a passphrase', createPrivateKey);
  }
  const { apiKey, tls: read, metadata } = toClientOptions(profile).connectionOptions;
  return {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(read === undefined ? {} : { tls: read }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

type Source = NonNullable<NonNullable<ClientConfigProfile['tls']>['clientKey']>;

function check(source: Source | undefined, setting: string, what: string, parse: (pem: Buffer) => unknown): void {
  if (source === undefined) return;
  const isFile = 'path' in source;
  const where = isFile ? `${setting}_PATH (or the like in the profile): ${source.path}` : `${setting}_DATA`;
  let pem: Buffer;
  try {
    pem = isFile ? readFileSync(source.path) : Buffer.from(source.data);
  } catch (error) {
    throw wrongUse(`${where} cannot be read: ${messageOf(error).split(',')[0]}. Name a file that this user may read.`);
  }
  try {
    parse(pem);
  } catch {
    // The library's own words may quote what the file holds.
    throw wrongUse(`${where} holds no ${what} in PEM.`);
  }
}

/** Any other word would switch TLS off, and send what is secret readable. */
export function checkTlsSwitch(env: Readonly<Record<string, string>>): void {
  const { TEMPORAL_TLS: given } = env;
  if (given === undefined || ['1', 'true', '0', 'false'].includes(given)) return;
  throw wrongUse(`TEMPORAL_TLS: give true or false (got ${JSON.stringify(given)}).`);
}
