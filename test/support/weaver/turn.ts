/** Containers and images of the component have one name on an engine: who wants them waits for who has them. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processStart } from '../../../activities/shared/process.js';
import { waitFor } from '../world/index.js';

const FILE = join(tmpdir(), 'birdkeeper-test-weaver.turn');
/** The other one may be a whole file of slow tests. */
export const TURN_MS = 30 * 60_000;

/** Waits for it. Returns how to give it back. */
export async function takeTurn(): Promise<() => Promise<void>> {
  const mine = `${process.pid} ${await processStart(process.pid)}`;
  await waitFor('the turn to be Weaver', () => isTaken(mine), { within: TURN_MS });
  return () => rm(FILE, { force: true });
}

async function isTaken(mine: string): Promise<boolean> {
  try {
    await writeFile(FILE, mine, { flag: 'wx' });
    return true;
  } catch {
    const [pid = '', start] = (await readFile(FILE, 'utf8')).split(' ');
    if (pid !== '' && (await processStart(Number(pid))) !== start) await rm(FILE, { force: true });
    return false;
  }
}
