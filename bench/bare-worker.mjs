/** What the SDK alone needs: a worker that knows one workflow and one activity. Arguments: ADDRESS NAMESPACE QUEUE BUNDLE */
import { NativeConnection, Worker } from '@temporalio/worker';

const [address, namespace, taskQueue = '', codePath = ''] = process.argv.slice(2);
const connection = await NativeConnection.connect({ ...(address && { address }) });
const activities = { nothing: async () => undefined };
const workflowBundle = { codePath };
const worker = await Worker.create({
  connection,
  ...(namespace && { namespace }),
  taskQueue,
  activities,
  workflowBundle,
});
await worker.run();
await connection.close();
