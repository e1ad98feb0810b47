/** Programs in containers, and which containers those are. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { tailOf } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import type { BackupEngine, ContainerCommand, ExecOptions, ExecResult, FoundContainer } from './types.js';

export interface Surroundings {
  readonly engine: BackupEngine;
  readonly step: Step;
  /** Takes secrets out of what a program in a container says. */
  readonly redact: (text: string) => string;
}

/** Dumps of the largest databases take hours. */
const EXEC_LIMIT_MS = 12 * 3600_000;

/** Throws NotFound naming every container that the stack does not have. */
export async function requireContainers(names: readonly string[], { engine, step }: Surroundings): Promise<void> {
  const found = await Promise.all(names.map((name) => engine.find(name, step)));
  const missing = names.filter((name, at) => found[at]?.length === 0 && !name.endsWith('*'));
  if (missing.length === 0) return;
  throw new StepFailure(
    FAILURES.notFound,
    `The stack has no container ${missing.join(', ')}, which a backup declaration names. Correct component.yml, or start the stack.`,
  );
}

/** The one container that runs. Throws NotFound, Unhealthy or Configuration. */
export async function runningContainer(name: string, { engine, step }: Surroundings): Promise<FoundContainer> {
  const found = await engine.find(name, step);
  const [first, second] = found.filter(({ running }) => running);
  if (found.length === 0) throw new StepFailure(FAILURES.notFound, `The stack has no container ${name}.`);
  if (first === undefined) throw new StepFailure(FAILURES.unhealthy, `Container ${name} does not run. Start it.`);
  if (second === undefined) return first;
  throw new StepFailure(FAILURES.configuration, `Service ${name} has several containers: name one of them.`);
}

/** Runs a command and accepts any status. */
export async function ask(
  id: string,
  command: ContainerCommand,
  { engine, step }: Surroundings,
  options: Omit<ExecOptions, 'signal' | 'timeoutMs'> = {},
): Promise<ExecResult> {
  return engine.exec(id, command, { signal: step.signal, timeoutMs: EXEC_LIMIT_MS, ...options });
}

/** Runs a command that has to end well. `what` begins the message: _The dump of x in y failed_. */
export async function must(
  what: string,
  id: string,
  command: ContainerCommand,
  surroundings: Surroundings,
  options: Omit<ExecOptions, 'signal' | 'timeoutMs'> = {},
): Promise<ExecResult> {
  const result = await ask(id, command, surroundings, options);
  if (result.status === 0) return result;
  const how = result.status < 0 ? 'the container ended' : `status ${result.status}`;
  const said = surroundings.redact(tailOf(result.stderr || result.stdout));
  throw new StepFailure(FAILURES.applyFailed, `${what} failed (${how})${said}`);
}
