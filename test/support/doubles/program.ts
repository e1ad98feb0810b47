/** What doubles have in common that run as programs, in a container or on a machine. */
import type { ServeOptions } from './http.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where to listen, out of HOST (all addresses unless given: in a container there is no other way) and PORT. */
export const placeOf = ({ HOST, PORT }: Environment, port: number): Required<Pick<ServeOptions, 'host' | 'port'>> => ({
  host: HOST || '0.0.0.0',
  port: PORT === undefined || PORT === '' ? port : Number(PORT),
});

/** Says where it is, and ends when it is told to, as a container is. */
export function runUntilTold(name: string, running: { port: number; close(): Promise<void> }): void {
  console.log(`${name} listens on port ${running.port}`);
  const end = (): void => void running.close().then(() => process.exit(0));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
}
