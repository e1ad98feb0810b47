/** The push trigger of this worker: a delivery means "look now" at the stacks whose remotes it names. */
import { randomUUID } from 'node:crypto';
import { gitOptions } from '../activities/deployment/open.js';
import { watchOf } from '../activities/deployment/watch.js';
import { remoteUrls } from '../activities/git/upstream.js';
import { taskQueueOf } from '../workflows/contract.js';
import { attribute } from '../workflows/search-attributes.js';
import type { TemporalClient } from './client.js';
import type { Composition } from './composition.js';
import { readWebhookSettings, startWebhook, type StackRepositories, type WebhookSettings } from './webhook/index.js';

/** A look that does not end must not keep later deliveries waiting for ever. */
const LOOK_LIMIT = '20 minutes';

/** Throws Configuration when the endpoint is wanted and its secret is not fit. Undefined: it is not wanted. */
export const webhookSettingsOf = ({ settings }: Composition): Promise<WebhookSettings | undefined> =>
  readWebhookSettings(settings.webhookListen, settings.webhookSecretFile);

export async function serveWebhook(
  composition: Composition,
  { client }: TemporalClient,
  settings: WebhookSettings,
): Promise<{ close(): Promise<void> }> {
  const { say, state } = composition;
  const { host } = composition.settings;
  const webhook = await startWebhook({
    ...settings,
    log: composition.logger,
    repositories: async () => Promise.all((await state.stacks()).map(({ name }) => repositoriesOf(composition, name))),
    look: async (stack) => {
      await client.workflow.execute('checkStack', {
        workflowId: `check/${host}/${stack}/${randomUUID()}`,
        taskQueue: taskQueueOf(host),
        args: [{ v: 1, host, stack }],
        workflowExecutionTimeout: LOOK_LIMIT,
        typedSearchAttributes: [attribute('Stack', stack), attribute('Host', host)],
        staticSummary: `looks at ${stack} because of a push`,
      });
    },
  });
  say(`Webhooks are taken at http://${webhook.address}/webhook.`);
  return webhook;
}

/** A stack that cannot be read has no remotes to be named; its own look says why. */
async function repositoriesOf(composition: Composition, name: string): Promise<StackRepositories> {
  const { dependencies, signal, state } = composition;
  try {
    const { checkouts } = await watchOf(await state.stack(name), dependencies, signal);
    const options = gitOptions(dependencies, signal);
    const urls = await Promise.all(checkouts.map(({ dir }) => remoteUrls(dir, options).catch(() => [])));
    return { stack: name, urls: urls.flat() };
  } catch {
    return { stack: name, urls: [] };
  }
}
