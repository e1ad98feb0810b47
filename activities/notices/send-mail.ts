/** One mail by SMTP. */
import { isIP } from 'node:net';
import type { MailServer, Sender } from '../stack/notify.js';
import { describeFailure, describeRefusal, type Failure } from './failure-words.js';
import type { Mail } from './render.js';

/** `refused`: addresses that the server did not take, while it took others. */
export type MailResult =
  { sent: true; refused: { address: string; failure: Failure }[] } | { sent: false; failure: Failure };

/** Longer than a receiver is given; only what an abort does not reach is ended by it. */
const SOCKET_MS = 15_000;

/** Never throws. An abort of `signal` closes the connection; a mail whose end was not confirmed may have been delivered. */
export async function sendMail(
  mail: Mail,
  to: readonly string[],
  server: MailServer,
  from: Sender,
  signal: AbortSignal,
): Promise<MailResult> {
  // Loaded when there is a mail: most looks and most stacks have none.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    ...connectionOf(server),
    connectionTimeout: SOCKET_MS,
    greetingTimeout: SOCKET_MS,
    socketTimeout: SOCKET_MS,
  });
  try {
    const info = await transport.sendMail({
      // As parts: nothing that is written in an address is read as a list or a name.
      from: { name: from.name, address: from.address },
      to: to.map((address) => ({ name: '', address })),
      subject: mail.subject,
      text: mail.text,
      // Nobody's absence note answers it (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
      signal,
    });
    const errors = new Map(info.rejectedErrors?.map((error) => [error.recipient, error]) ?? []);
    return {
      sent: true,
      refused: info.rejected.map((address) => ({ address, failure: failureOf(errors.get(address)) })),
    };
  } catch (error) {
    return { sent: false, failure: failureOf(error) };
  } finally {
    transport.close();
  }
}

/**
 * A mail server on this machine is trusted: its certificate is that of the distribution, and there is no wire to listen
 * on. Elsewhere every certificate is verified, whatever the environment says, and a password is sent over TLS only.
 */
export function connectionOf({ host, port, secure, login }: MailServer) {
  const isHere = isLoopback(host);
  return {
    host,
    port,
    secure,
    requireTLS: !secure && login !== undefined && !isHere,
    tls: { rejectUnauthorized: !isHere },
    ...(login && { auth: { user: login.user, pass: login.password } }),
  };
}

export const isLoopback = (host: string): boolean =>
  /^(localhost|(.+\.)?localhost)\.?$/i.test(host) || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error) || !('response' in error) || !('responseCode' in error)) return describeFailure(error);
  const { response: answer, responseCode: status } = error;
  const command = 'command' in error && typeof error.command === 'string' ? error.command : '';
  return typeof answer === 'string' && typeof status === 'number' && status >= 400
    ? describeRefusal({ command, status, answer })
    : describeFailure(error);
}
