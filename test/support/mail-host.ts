/** A real mail server that keeps what it gets. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Received {
  from: string;
  to: string[];
  /** Headers and body as they came. */
  raw: string;
  secure: boolean;
  user: string | undefined;
}

export interface MailHost {
  port: number;
  received: Received[];
  /** Sessions that said EHLO. */
  sessions(): number;
  close(): Promise<void>;
}

/** Without options: takes everything, offers STARTTLS with the self-signed certificate of smtp-server, wants no password. */
export async function mailHost(options: SMTPServerOptions = {}, address = '127.0.0.1'): Promise<MailHost> {
  const received: Received[] = [];
  let sessions = 0;
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 200,
    logger: false,
    onConnect(_session, done) {
      sessions += 1;
      done();
    },
    onData(stream, session, done) {
      void text(stream).then((raw) => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((to) => to.address),
          raw,
          secure: session.secure,
          // It is false when nobody logged in.
          user: typeof session.user === 'string' ? session.user : undefined,
        });
        done();
      });
    },
    ...options,
  });
  // A client that does not trust our certificate hangs up: that is what some tests want.
  server.on('error', () => undefined);
  server.listen(0, address);
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    sessions: () => sessions,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
