/**
 * A process of its own: lets the SDK download the Temporal command line into the directory that is its argument. The
 * SDK starts what it downloads, in memory and on free ports; that shows that it runs, and it is stopped at once.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const downloadDir = process.argv[2] ?? '.';
try {
  const server = { executable: { type: /** @type {const} */ ('cached-download'), downloadDir } };
  const environment = await TestWorkflowEnvironment.createLocal({ server });
  await environment.teardown();
} catch (error) {
  console.error(error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error));
  process.exitCode = 1;
}
