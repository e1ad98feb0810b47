/** Reads the model of a stack through a view. */
import { FAILURES } from '../../workflows/contract.js';
import type { Redact } from '../shared/redact.js';
import { runCommand } from '../shared/run-command.js';
import type { StackView } from '../stack/view.js';
import { compose, composeEnvironment, configCommand } from './command.js';
import { composeFailure } from './failures.js';
import { type ComposeModel, parseModel } from './model.js';

export type ComposeView = Pick<StackView, 'name' | 'directory' | 'composeFiles' | 'composeVariables' | 'wrap'>;

const READ_MS = 60_000;

/** Throws Configuration, with Compose's own words, when the files do not make a model. The model holds secrets. */
export async function readModel(
  view: ComposeView,
  options: { signal: AbortSignal; redact: Redact },
): Promise<ComposeModel> {
  return parseModel(await read(view, configCommand(view), 'read the stack', options));
}

/** Names of all services of the files, those that no profile enables included. */
export async function declaredServices(
  view: ComposeView,
  options: { signal: AbortSignal; redact: Redact },
): Promise<string[]> {
  const command = compose(view, '--profile', '*', 'config', '--services');
  const output = await read(view, command, 'list the services', options);
  return output.split('\n').filter((line) => line !== '');
}

async function read(
  view: ComposeView,
  command: ReturnType<typeof configCommand>,
  what: string,
  { signal, redact }: { signal: AbortSignal; redact: Redact },
): Promise<string> {
  try {
    const { stdout } = await runCommand(view.wrap(command), {
      cwd: view.directory,
      env: composeEnvironment(view.composeVariables),
      signal,
      timeoutMs: READ_MS,
    });
    return stdout;
  } catch (error) {
    signal.throwIfAborted();
    throw composeFailure(error, what, { redact, otherwise: FAILURES.configuration });
  }
}
