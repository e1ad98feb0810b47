/** What a failed TLS handshake means, for people: what, why, what to do. Pure. */

const CODE_OF_CA = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);

export interface Handshake {
  address: string;
  /** What the server's certificate has to bear. */
  name: string;
  /** Our certificate. */
  client: { validTo: string } | undefined;
  now: Date;
}

export function explainTls(error: unknown, { address, name, client, now }: Handshake): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (CODE_OF_CA.has(code)) {
    return `the certificate of ${address} is signed by nobody that is trusted here (${code}). Name the authority that signed it: TEMPORAL_TLS_SERVER_CA_CERT_PATH.`;
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const when = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return `the certificate of ${address} ${when}. Renew it at the server, and look at both clocks.`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the certificate of ${address} is not for ${name}: ${message}. Connect by a name that it bears, or say which: TEMPORAL_TLS_SERVER_NAME.`;
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code)) {
    return `${address} speaks no TLS. Where it should not: TEMPORAL_TLS=false. An API key alone switches TLS on.`;
  }
  if (/ALERT|ECONNRESET|EPIPE/.test(code) || message === 'the server ended the connection') {
    const alert = /ALERT_([A-Z_]+)/.exec(code)?.[1]?.toLowerCase().replaceAll('_', ' ');
    const said = alert === undefined ? 'ended the connection' : `says "${alert}"`;
    return `${address} ${said}. ${wordsOfClient(client, now)}`;
  }
  return message;
}

const SETTINGS = 'TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_TLS_CLIENT_KEY_PATH';

function wordsOfClient(client: Handshake['client'], now: Date): string {
  if (client === undefined) return `Most likely it wants a client certificate: ${SETTINGS}.`;
  if (Date.parse(client.validTo) < now.getTime()) {
    return `Our client certificate has expired (${client.validTo}). Renew it: ${SETTINGS}.`;
  }
  return `Most likely it refuses our client certificate: is it signed by the authority that the server trusts? ${SETTINGS}.`;
}
