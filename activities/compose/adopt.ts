/** What Compose itself would do to a stack that nobody has recorded. Its opinion counts here and nowhere else. */
import { FAILURES } from '../../workflows/contract.js';
import type { Redact } from '../shared/redact.js';
import { runCommand } from '../shared/run-command.js';
import { composeEnvironment, dryRunCommand } from './command.js';
import { composeFailure } from './failures.js';
import type { ComposeModel } from './model.js';
import type { ComposeView } from './read.js';

const DRY_RUN_MS = 120_000;

export interface DryRun {
  /** Container names that Compose would make anew. */
  recreated: string[];
  /** Container names that Compose would make. */
  created: string[];
  /** Container names that Compose would start as they are. */
  started: string[];
  /** Volumes and networks that Compose would make or take away. */
  resources: string[];
}

const CONTAINER = /^\s*DRY-RUN MODE -\s+Container (\S+)\s+(\w+)\s*$/;
const RESOURCE = /^\s*DRY-RUN MODE -\s+(Network|Volume) "?(\S+?)"?\s+(Creating|Created|Removed|Removing)\s*$/;

/** Reads what `docker compose --dry-run up` writes. */
export function parseDryRun(output: string): DryRun {
  const actions = new Map<string, Set<string>>();
  const resources = new Set<string>();
  for (const line of output.split('\n')) {
    const [, container, action] = CONTAINER.exec(line) ?? [];
    if (container && action) actions.set(container, (actions.get(container) ?? new Set()).add(action));
    const [, kind, name] = RESOURCE.exec(line) ?? [];
    if (kind && name) resources.add(`${kind.toLowerCase()} ${name}`);
  }
  const named = (...words: string[]) =>
    [...actions].filter(([, seen]) => words.some((word) => seen.has(word))).map(([name]) => name);
  const recreated = named('Recreate', 'Recreated');
  const created = named('Creating', 'Created').filter((name) => !recreated.includes(name));
  const started = named('Starting', 'Started')
    // A recreated container is started under a passing name.
    .filter((name) => !recreated.some((other) => name.endsWith(`_${other}`)))
    .filter((name) => !recreated.includes(name) && !created.includes(name));
  return { recreated, created, started, resources: [...resources] };
}

export async function dryRunUp(view: ComposeView, options: { signal: AbortSignal; redact: Redact }): Promise<DryRun> {
  try {
    const { stdout, stderr } = await runCommand(view.wrap(dryRunCommand(view)), {
      cwd: view.directory,
      env: composeEnvironment(view.composeVariables),
      signal: options.signal,
      timeoutMs: DRY_RUN_MS,
    });
    return parseDryRun(`${stdout}\n${stderr}`);
  } catch (error) {
    options.signal.throwIfAborted();
    throw composeFailure(error, 'say what it would do', { redact: options.redact, otherwise: FAILURES.applyFailed });
  }
}

/**
 * One sentence per service that differs from the checkouts. `containers`: those that exist, to find the service of a
 * container's name; a name that none of them has is Compose's own for a service of the model.
 */
export function adoptionDrift(
  dryRun: DryRun,
  model: Pick<ComposeModel, 'name' | 'services'>,
  containers: readonly { name: string; service: string }[],
): string[] {
  const services = (names: readonly string[]) => [...new Set(names.map((name) => serviceOf(name, model, containers)))];
  const recreated = services(dryRun.recreated);
  const created = services(dryRun.created).filter((name) => !recreated.includes(name));
  const started = services(dryRun.started).filter((name) => !recreated.includes(name) && !created.includes(name));
  return [
    ...recreated.map((name) => `Service ${name} runs, but not as the checkouts say.`),
    ...created.map((name) => `Service ${name} is in the compose files and has no container.`),
    ...started.map((name) => `Service ${name} has a container that does not run.`),
  ];
}

function serviceOf(
  container: string,
  model: Pick<ComposeModel, 'name' | 'services'>,
  containers: readonly { name: string; service: string }[],
): string {
  const known = containers.find(({ name }) => name === container)?.service;
  if (known !== undefined) return known;
  const fixed = Object.entries(model.services).find(([, service]) => service.container_name === container)?.[0];
  if (fixed !== undefined) return fixed;
  const inner = container.startsWith(`${model.name}-`) ? container.slice(model.name.length + 1) : container;
  return inner.replace(/-\d+$/, '');
}
