/** One Magpie: its people, their tickets, its services, and how it behaves. */
import { randomBytes } from 'node:crypto';
import { ADMINISTRATORS, ANONYMOUS, type MagpieService, type MagpieUser, type Webhook } from './model.js';

export const COOKIE = 'auth_tkt';

export interface MagpieBehaviour {
  /** One cookie for the host, as Pyramid 2 sets it, or two, of which the second is for the dotted domain. */
  cookies: 'one' | 'two';
  /** A ticket is worth that many requests. */
  ticketUses: number;
  /** What Magpie 2 answered to missing credentials, and later ones. */
  missingCredentials: 400 | 422;
  /** Every request is answered so. */
  instead: { status: number; body?: string } | undefined;
  /** Before each answer. */
  delayMs: number;
}

export interface MagpieOptions {
  admin?: { name: string; password: string };
  users?: readonly MagpieUser[];
  services?: readonly MagpieService[];
  webhooks?: readonly Webhook[];
  behaviour?: Partial<MagpieBehaviour>;
  version?: string;
  /** Under which Twitcher is seen; without a slash at the end. */
  publicUrl?: string;
}

export class Magpie {
  readonly version: string;
  publicUrl: string;
  /** Where it is found by those whom it tells to call back. */
  ownUrl: string;
  /** Webhooks under way; each ends well. */
  readonly sent: Promise<void>[] = [];
  /** Token → user whose making failed somewhere when it is called. */
  readonly callbacks = new Map<string, string>();
  readonly users: MagpieUser[];
  readonly services: MagpieService[];
  readonly webhooks: Webhook[];
  readonly behaviour: MagpieBehaviour;
  private readonly tickets = new Map<string, { user: string; uses: number }>();
  private readonly ids = new Map<string, number>();

  constructor(options: MagpieOptions = {}) {
    const { admin = { name: 'admin', password: 'qwertyqwerty' }, users = [], services = [], webhooks = [] } = options;
    this.version = options.version ?? '5.1.0';
    this.publicUrl = options.publicUrl ?? 'http://localhost';
    this.ownUrl = `${this.publicUrl}/magpie`;
    this.users = [
      { ...admin, groups: [ADMINISTRATORS] },
      { name: ANONYMOUS, password: ANONYMOUS, email: 'anonymous@mail.com' },
      ...users,
    ];
    this.services = [...services];
    this.webhooks = [...webhooks];
    this.behaviour = {
      cookies: 'one',
      ticketUses: Number.POSITIVE_INFINITY,
      missingCredentials: 422,
      instead: undefined,
      delayMs: 0,
      ...options.behaviour,
    };
  }

  behave(change: Partial<MagpieBehaviour>): void {
    Object.assign(this.behaviour, change);
  }

  user(name: string): MagpieUser | undefined {
    return this.users.find((user) => user.name === name);
  }

  service(name: string): MagpieService | undefined {
    return this.services.find((service) => service.name === name);
  }

  replaceService(service: MagpieService): void {
    this.services.splice(0, Infinity, ...this.services.filter(({ name }) => name !== service.name), service);
  }

  /** The same number for the same thing. */
  idOf(thing: string): number {
    const id = this.ids.get(thing) ?? this.ids.size + 1;
    this.ids.set(thing, id);
    return id;
  }

  /** A new ticket, in the form of the real one. */
  signIn(user: string): string {
    const ticket = `${randomBytes(68).toString('hex')}${Buffer.from(user).toString('hex')}!userid_type:int`;
    this.tickets.set(ticket, { user, uses: 0 });
    return ticket;
  }

  /** Whoever shows a ticket of these has none. */
  endSessions(): void {
    this.tickets.clear();
  }

  get sessions(): number {
    return this.tickets.size;
  }

  /** Who shows these cookies; a wrong or expired ticket is as good as none. Counts as a use. */
  caller(cookie: string | undefined): MagpieUser | undefined {
    const shown = (cookie ?? '').split(/;\s*/).flatMap((pair) => {
      const [name = '', ...value] = pair.split('=');
      return name === COOKIE ? [value.join('=')] : [];
    });
    for (const value of shown) {
      const ticket = this.tickets.get(value);
      if (ticket === undefined) continue;
      ticket.uses += 1;
      if (ticket.uses <= this.behaviour.ticketUses) return this.user(ticket.user);
      this.tickets.delete(value);
    }
    return undefined;
  }
}

export const groupsOf = (user: MagpieUser): string[] => [...new Set([...(user.groups ?? []), ANONYMOUS])].sort();

export const isAdministrator = (user: MagpieUser | undefined): boolean =>
  user !== undefined && groupsOf(user).includes(ADMINISTRATORS);
