/** What every change of the notebooks begins and ends with. */
import { userInfo } from 'node:os';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { Exclusive } from './exclusive.js';
import { openPlaces } from './places.js';
import type { Record } from './record.js';
import { clear, recover, type Owner, type Swap } from './swap.js';

export interface NotebookPlace {
  /**
   * Directory that users read. It stays the same directory when its content changes, since containers have it mounted. Beside
   * it lies `.<name>.birdkeeper`, for nobody but us.
   */
  readonly target: string;
  /** To whom the deployed files belong; root when we are root, else us. */
  readonly owner?: Owner;
  /** How many former trees are kept, at least 1; 2 when not given. */
  readonly keep?: number;
}

const KEEP = 2;
/** Of this process: a second worker of a host does not come to life while the first one lives. */
const turns = new Exclusive();

/** One task at a time for each directory, after what a killed one left is finished. Throws what `openPlaces` does; DiskFull. */
export function inTurn<T>(
  { target, owner, keep = KEEP }: NotebookPlace,
  step: Step,
  task: (swap: Swap, record: Record | undefined) => Promise<T>,
): Promise<T> {
  return turns.run(target, step.signal, async () => {
    const { uid, gid } = userInfo();
    const swap = { places: await openPlaces(target), owner: owner ?? { uid, gid }, keep: Math.max(1, keep) };
    try {
      const record = await recover(swap, step);
      try {
        return await task(swap, record);
      } finally {
        await clear(swap.places);
      }
    } catch (error) {
      throw isFull(error)
        ? new StepFailure(FAILURES.diskFull, `There is no room for the notebooks beside ${target}.`)
        : error;
    }
  });
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
