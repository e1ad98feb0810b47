/** A connection to a server, opened; what refuses it is said in words that tell what to do. */
import { Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { messageOf } from '../activities/shared/failures.js';
import type { ServerChoice } from './address.js';
import { knock } from './knock.js';
import type { ServerSecurity } from './server-security.js';

export interface ConnectionWishes {
  limitMs: number;
  /** The library tries calls again that failed, on timers that outlive `close`. */
  retries: boolean;
}

/** Throws an Error of one line. A key is never in it. */
export async function openConnection(
  { address, security }: Pick<ServerChoice, 'address' | 'security'>,
  { limitMs, retries }: ConnectionWishes,
): Promise<Connection> {
  try {
    await knock(address, security);
    return await Connection.connect({
      address,
      connectTimeout: limitMs,
      ...(retries ? {} : { interceptors: [] }),
      ...security,
    });
  } catch (error) {
    throw new Error(explain(error, security));
  }
}

/** gRPC status. */
const REFUSED: readonly number[] = [16, 7]; // UNAUTHENTICATED, PERMISSION_DENIED

function explain(error: unknown, security: ServerSecurity): string {
  const cause = error instanceof ServiceError ? error.cause : error;
  const isRefusal = isGrpcServiceError(cause) && REFUSED.includes(Number(cause.code));
  const said = withoutSecrets((isRefusal ? messageOf(cause) : messageOf(error)).split('\n')[0] ?? '', security);
  if (isRefusal) return `it refuses our ${meansOf(security)}: ${said}`;
  const isSilent = /deadline/i.test(said) && !security.tls;
  return isSilent ? `${said}. Where that server wants TLS: TEMPORAL_TLS=true, TEMPORAL_TLS_SERVER_CA_CERT_PATH.` : said;
}

function meansOf({ apiKey, tls }: ServerSecurity): string {
  if (apiKey !== undefined) return 'key (TEMPORAL_API_KEY, or api_key of the profile)';
  return typeof tls === 'object' && tls?.clientCertPair
    ? 'client certificate (TEMPORAL_TLS_CLIENT_CERT_PATH), or wants a key besides (TEMPORAL_API_KEY)'
    : 'request, which has no key (TEMPORAL_API_KEY)';
}

/** A server may answer with what it was given. */
export function withoutSecrets(text: string, { apiKey, metadata }: ServerSecurity): string {
  const headers = Object.values(metadata ?? {}).filter((value) => String(value).length >= 6);
  return [apiKey, ...headers].reduce<string>(
    (shown, secret) => (typeof secret === 'string' && secret !== '' ? shown.replaceAll(secret, '***') : shown),
    text,
  );
}
