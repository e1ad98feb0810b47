/** The helper that replaces the worker's container: its own process, in a container of its own, without Temporal. */
import { replaceWorker } from '../activities/deployment/replace-worker.js';
import { localStep } from '../activities/shared/step.js';
import { composeWorker } from './composition.js';

export async function handOver(stack: string, number: number): Promise<void> {
  const composition = await composeWorker({ plainSteps: true });
  try {
    const input = { stack, number };
    const step = localStep({ signal: composition.signal, log: composition.logFor('handOver', input) });
    await replaceWorker(input, step, composition.dependencies);
  } finally {
    await composition.close();
  }
}
