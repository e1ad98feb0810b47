/**
 * The demo: the main job in front of the reader. Exit status 0 only when every act went as told.
 *
 * `--keep` leaves everything running, held by a process of its own, until `--stop`.
 */
import { stopKeptWorlds } from '../../test/support/world/index.js';
import { holdPerformance, playInBackground } from './keep.js';
import { Performance } from './performance.js';

const USAGE = `usage: npm run demo [-- --keep | --stop]

  --keep  leave everything running afterwards, for looking around
  --stop  end what --keep left, and remove it`;
const INTERRUPTED = 130;
const REMOVED = 'Everything that was made is removed.';

const print = (line: string) => console.log(line);

async function playHere(): Promise<number> {
  const performance = new Performance(print);
  let clearing: Promise<void> | undefined;
  const interrupt = () => {
    // A second ^C changes nothing: what was made must go.
    clearing ??= (async () => {
      print('\nInterrupted: removing what was made.');
      await performance.clearNow();
      print(REMOVED);
      process.exit(INTERRUPTED);
    })();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return (await performance.play()) ? 0 : 1;
  } finally {
    await (clearing ?? performance.clear());
    print(REMOVED);
  }
}

async function stop(): Promise<number> {
  const stopped = await stopKeptWorlds();
  print(stopped.length === 0 ? 'Nothing is kept.' : `Ended and removed: ${stopped.join(', ')}`);
  return 0;
}

async function main([option, ...others]: readonly string[]): Promise<number> {
  if (others.length > 0) option = '';
  switch (option) {
    case undefined:
      return playHere();
    case '--keep':
      return playInBackground(print);
    case '--hold':
      return holdPerformance();
    case '--stop':
      return stop();
    default:
      console.error(USAGE);
      return 2;
  }
}

process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }),
);
