/** `--keep`: a process of its own plays and then holds what runs, so that the reader gets the prompt back. */
import { fork } from 'node:child_process';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { keepOwnWorlds } from '../../test/support/world/index.js';
import { Performance } from './performance.js';
import type { Print } from './teller.js';

/** From the holder to the process in front of the reader. */
const Message = z.union([z.object({ line: z.string() }), z.object({ status: z.number() })]);
type Message = z.infer<typeof Message>;

/** Starts the holder, prints what it tells, and returns the status of the play. ^C ends both. */
export async function playInBackground(print: Print): Promise<number> {
  const program = join(dirname(fileURLToPath(import.meta.url)), 'main.js');
  // No stream of ours: whoever reads them to their end would wait as long as everything is kept.
  const holder = fork(program, ['--hold'], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const interrupt = () => holder.kill('SIGTERM');
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return new Promise((resolve) => {
    holder.on('message', (received) => {
      const message = Message.parse(received);
      if ('line' in message) return print(message.line);
      holder.disconnect();
      holder.unref();
      resolve(message.status);
    });
    holder.once('exit', (status) => resolve(status ?? 1));
  });
}

/** Plays, tells how to look and how to stop, and stays until SIGTERM; then removes everything. */
export async function holdPerformance(): Promise<number> {
  const tell = (message: Message) => {
    if (process.connected) process.send?.(message);
  };
  const performance = new Performance((line) => tell({ line }));
  const told = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  const played = performance.play().catch((error: unknown) => {
    tell({ line: error instanceof Error ? error.message : String(error) });
    return false;
  });
  const holding = played.then(async (asTold) => {
    await keepOwnWorlds();
    const places = await performance.describePlaces().catch(() => []);
    for (const line of ['', 'Everything still runs.', ...places]) tell({ line });
    tell({ line: `stop it       npm run demo -- --stop   (or: kill ${process.pid})` });
    tell({ status: asTold ? 0 : 1 });
  });
  await told;
  await performance.clearNow();
  await holding.catch(() => undefined);
  return 0;
}
