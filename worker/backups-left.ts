import { startWhatWasStopped } from '../activities/backup/index.js';
import { backupDirectory, engineOf } from '../activities/deployment/backup-setup.js';
import { messageOf } from '../activities/shared/failures.js';
import type { Composition } from './composition.js';

/**
 * Starts what a backup or restore of a former worker had stopped. Before anything else: nobody waits for services that are down
 * because this process was. What cannot be started is told, and tried again by the next backup.
 */
export async function startWhatBackupsStopped({ state, dependencies, logFor, say }: Composition): Promise<void> {
  for (const { name } of await state.stacks()) {
    try {
      const stack = await state.stack(name);
      const options = { directory: backupDirectory(stack), engine: engineOf(stack, dependencies) };
      const started = await startWhatWasStopped({ ...options, log: logFor('backUpStack', { stack: name }) });
      if (started.length > 0) say(`Started what a backup of ${name} had stopped: ${started.join(', ')}`);
    } catch (error) {
      say(`What a backup of ${name} had stopped could not be started: ${messageOf(error)}`);
    }
  }
}
