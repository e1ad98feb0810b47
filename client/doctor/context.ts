/** What the command line's own checks look at. */
import { resolve } from 'node:path';
import { messageOf } from '../../activities/shared/failures.js';
import { connect, type Session } from '../connection.js';
import type { CommonOptions } from '../io.js';
import type { ClientSettings } from '../settings.js';
import { findStack, serverFor, type KnownStack } from '../stack.js';
import { chooseServer, type ServerChoice } from '../address.js';
import { CommandEnd } from '../failures.js';
import { NotLooked } from './findings.js';

export interface ClientContext {
  directory: string;
  /** The stack, or why none is known; `isUnknown`: simply nobody started to keep it. */
  stack: KnownStack | { problem: string; isUnknown: boolean };
  stateDirectory: string;
  server(): Promise<ServerChoice | undefined>;
  /** The same session for all. Throws `CommandEnd` (unreachable). */
  session(): Promise<Session>;
  close(): Promise<void>;
}

export async function clientContext(settings: ClientSettings, options: CommonOptions): Promise<ClientContext> {
  const stack = await findStack(settings, options.stack, options.envFile).catch((error: unknown) => ({
    problem: messageOf(error),
    isUnknown: error instanceof CommandEnd,
  }));
  const server = () =>
    'ref' in stack
      ? serverFor(settings, stack, options.address)
      : chooseServer({
          option: options.address,
          temporalEnvironment: settings.temporalEnvironment,
          stateDirectories: settings.stateDirectories,
        });
  const directory = resolve(options.stack);
  let opened: Promise<Session> | undefined;
  return {
    directory,
    stack,
    stateDirectory: 'ref' in stack ? stack.stateDirectory.root : (settings.stateDirectories[0] ?? ''),
    server,
    session: () => (opened ??= server().then((choice) => connect(choice, directory))),
    close: async () => {
      const session = await opened?.catch(() => undefined);
      await session?.close();
    },
  };
}

/** For checks that need both: another check says what is wrong with each. */
export async function keptStack(context: ClientContext): Promise<{ session: Session; stack: KnownStack }> {
  const { stack } = context;
  if (!('ref' in stack)) throw new NotLooked('no stack is known in this directory');
  try {
    return { stack, session: await context.session() };
  } catch (error) {
    throw new NotLooked('no Temporal server answers', { cause: error });
  }
}
