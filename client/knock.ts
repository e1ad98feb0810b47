/** Whether a server can be talked to, asked without gRPC: that only says that its time is over, not what was wrong. */
import { X509Certificate } from 'node:crypto';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ServerSecurity } from './server-security.js';
import { explainTls } from './tls-words.js';

/** A port that refuses does so at once; silence is for gRPC to wait out. */
const KNOCK_LIMIT_MS = 500;
const HANDSHAKE_LIMIT_MS = 2_000;

/** Throws what refused the connection: ECONNREFUSED as it is, of TLS a sentence for people. */
export async function knock(address: string, { tls }: ServerSecurity): Promise<void> {
  const at = address.lastIndexOf(':');
  const place = { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
  if (!tls) return knockPlain(place);
  const settings = tls === true ? {} : tls;
  const { serverNameOverride, serverRootCACertificate, clientCertPair } = settings;
  const name = serverNameOverride ?? place.host;
  const pem = (bytes: Uint8Array) => Buffer.from(bytes);
  const socket = connectTls({
    ...place,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ALPNProtocols: ['h2'],
    ...(serverRootCACertificate ? { ca: pem(serverRootCACertificate) } : {}),
    ...(clientCertPair ? { cert: pem(clientCertPair.crt), key: pem(clientCertPair.key) } : {}),
    timeout: HANDSHAKE_LIMIT_MS,
  });
  try {
    // With TLS 1.3 a server looks at the client's certificate after the handshake: what it says first tells.
    await outcomeOf(socket, 'data');
  } catch (error) {
    if (isFarAway(error)) return;
    const client = clientCertPair && { validTo: new X509Certificate(pem(clientCertPair.crt)).validTo };
    throw new Error(explainTls(error, { address, name, client, now: new Date() }), { cause: error });
  }
}

/** A proxy may be the way there: gRPC has the last word. */
const isFarAway = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(String(error.code));

function knockPlain(place: { host: string; port: number }): Promise<void> {
  const socket = connectSocket({ ...place, timeout: KNOCK_LIMIT_MS });
  return outcomeOf(socket, 'connect').catch((error: unknown) => {
    // Whatever else is wrong, a proxy may be the way there.
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') throw error;
  });
}

function outcomeOf(socket: Socket, good: 'connect' | 'data'): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (refusal?: Error) => {
      socket.destroy();
      if (refusal) reject(refusal);
      else resolve();
    };
    socket.once(good, () => done());
    socket.once('timeout', () => done());
    socket.once('error', done);
    if (good === 'data') socket.once('end', () => done(new Error('the server ended the connection')));
  });
}
