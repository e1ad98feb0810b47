/** Cowbird of a stack: whether there is one, where, and what is expected of it. */
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { HANDLERS, type CowbirdPlace, type Guard } from '../../cowbird/place.js';
import { registeredWebhooks, type RegisteredWebhooks } from '../../cowbird/webhooks.js';
import { readModel } from '../../compose/read.js';
import { isMissing } from '../../shared/files.js';
import { deadlineOf } from '../../shared/deadline.js';
import { FAILURES, messageOf, StepFailure } from '../../shared/failures.js';
import type { Step } from '../../shared/step.js';
import type { Web } from '../../shared/web.js';
import type { Configuration } from '../../stack/view.js';
import type { StackState } from '../../state/index.js';
import { addressOf } from '../../weaver/place.js';
import { converseWith } from '../conversation.js';
import type { Dependencies } from '../dependencies.js';
import { openConfiguration, redactorOf } from '../open.js';

/** A stack has it as a component, or says that it is elsewhere. */
export const hasCowbird = ({ components, variables }: Pick<Configuration, 'components' | 'variables'>): boolean =>
  components.some((directory) => basename(directory) === 'cowbird') || (variables['COWBIRD_URL'] ?? '') !== '';

export interface FoundCowbird {
  view: Configuration;
  place: CowbirdPlace;
  web: Web;
}

/**
 * `seconds`: how long what may only be starting is waited for, its API and its worker; as the stack says unless given. Throws BadInput
 * when the stack has no Cowbird, Configuration when nothing says where it is.
 */
export async function reachCowbird(
  stack: StackState,
  step: Step,
  deps: Dependencies,
  seconds?: number,
): Promise<FoundCowbird> {
  const view = await openConfiguration(stack, deps, step.signal);
  if (!hasCowbird(view)) {
    throw new StepFailure(
      FAILURES.badInput,
      `Stack ${stack.name} has no Cowbird: add components/cowbird to EXTRA_CONF_DIRS (BIRDHOUSE_EXTRA_CONF_DIRS), or set COWBIRD_URL.`,
    );
  }
  return reachCowbirdOf(view, step, deps, seconds ?? view.settings.cowbirdSeconds);
}

export async function reachCowbirdOf(
  view: Configuration,
  step: Pick<Step, 'signal'> & Partial<Pick<Step, 'log'>>,
  deps: Pick<Dependencies, 'engine'>,
  seconds: number,
): Promise<FoundCowbird> {
  const { variables } = view;
  const url = addressOf(variables, 'COWBIRD_URL', 'cowbird');
  if (url === undefined || !URL.canParse(url)) {
    throw new StepFailure(
      FAILURES.configuration,
      'Nothing says where Cowbird is: set BIRDHOUSE_FQDN_PUBLIC (PAVICS_FQDN_PUBLIC), or COWBIRD_URL (http://cowbird:7000).',
    );
  }
  const { web, session, magpie } = await converseWith(view, deps, step.signal);
  const guard: { magpie?: Guard } =
    session === undefined || magpie === undefined ? {} : { magpie: { url: magpie.url, session, user: magpie.user } };
  const webhooks = await webhooksOf(view, step);
  const workspaces = variables['COWBIRD_WORKSPACE_DIR'] ?? '';
  const handlers = (variables['COWBIRD_HANDLERS'] ?? '').split(/\s+/).filter((name) => name !== '');
  const place: CowbirdPlace = {
    ...{ url, ...guard, handlers: handlers.length === 0 ? HANDLERS : handlers },
    hosts: [...new Set(['cowbird', new URL(url).hostname])],
    deadline: deadlineOf(seconds),
    ...(webhooks === undefined ? {} : { webhooks }),
    ...(workspaces === '' ? {} : { workspaces: () => directoriesIn(workspaces) }),
  };
  return { view, place, web };
}

/** What is read of the service in the compose model. */
const MagpieService = z.looseObject({
  environment: z.record(z.string(), z.string().nullish()).default({}),
  volumes: z.array(z.looseObject({ type: z.string(), source: z.string().optional(), target: z.string() })).default([]),
});

/** Undefined: the stack has no service magpie, or its files cannot be read, which deployments tell. */
async function webhooksOf(
  view: Configuration,
  { signal, log }: Pick<Step, 'signal'> & Partial<Pick<Step, 'log'>>,
): Promise<RegisteredWebhooks | undefined> {
  try {
    const { services } = await readModel(view, { signal, redact: redactorOf(view) });
    const magpie = MagpieService.safeParse(services['magpie']);
    return magpie.success ? await registeredWebhooks(magpie.data) : undefined;
  } catch (error) {
    signal.throwIfAborted();
    log?.warn(`What Magpie is given to read could not be seen: ${messageOf(error)}`);
    return undefined;
  }
}

/** Nobody has one yet where nothing is. */
async function directoriesIn(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
