/** Kills, and brings back what was killed as the service manager of a host would. */
import { messageOf } from '../../activities/shared/failures.js';
import type { Held } from '../support/chaos/gate.js';
import type { SecondEngine } from '../support/chaos/second-engine.js';
import { waitFor, type World } from '../support/world/index.js';
import type { Victim } from './places.js';

export interface Scene {
  world: World;
  engine: SecondEngine;
  /** Starts `birdkeeper up`, its commands behind the gate. */
  up: () => Promise<void>;
  /** What a reader of the matrix should know of a cell that is well. */
  note: (sentence: string) => void;
}

const UP_TRIES = 8;

/** Kills the victim while the command is held, lets the command go on (or dies with it), and starts the victim again. */
export async function strike(victim: Victim, held: Held, scene: Scene): Promise<void> {
  const { world, engine } = scene;
  switch (victim) {
    case 'worker':
      await world.kill9();
      await letGo(held);
      return upAgain(scene);
    case 'temporal':
      await killServer(world);
      await letGo(held);
      return serverAgain(scene);
    case 'dockerd':
      await engine.kill9();
      await letGo(held);
      return engine.start();
    case 'all':
      await Promise.all([world.kill9(), killServer(world), engine.kill9(), held.kill()]);
      // As after a power cut: nobody waits for the other.
      await Promise.all([engine.start(), upAgain(scene)]);
  }
}

async function letGo(held: Held): Promise<void> {
  await held.signal('SIGCONT').catch(() => undefined);
  await held.release();
}

async function killServer(world: World): Promise<void> {
  const pid = (await world.server())?.pid;
  if (pid === undefined) throw new Error('no Temporal server of ours runs');
  process.kill(pid, 'SIGKILL');
}

async function upAgain({ world, up, note }: Scene): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await up();
    } catch (error) {
      if (tries >= UP_TRIES || world.upkeep.isRunning) throw error;
      note(`up ended and was started again: ${lastLine(messageOf(error))}`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

/** `up` brings it back by itself, or ends and says so. */
async function serverAgain(scene: Scene): Promise<void> {
  const { world } = scene;
  const serves = async () => {
    await (await world.temporal()).keeper();
    return true;
  };
  await waitFor('the Temporal server or the end of up', async () => !world.upkeep.isRunning || (await serves()));
  if (!world.upkeep.isRunning) await upAgain(scene);
}
