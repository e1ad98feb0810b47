/** Does what a plan says, level by level. Safe to run twice and after a kill at any moment: see `journal.ts`. */
import type { ServiceDecision } from '../../workflows/model.js';
import type { EngineContainer } from '../docker/types.js';
import { writeAtomically, writeJson } from '../shared/files.js';
import { recreateCommand, restartCommand, signalCommand } from './command.js';
import { type ApplyJournal, isRecreated, isRestarted, leftovers, openJournal } from './journal.js';
import { replicasOf } from './model.js';
import { type Services, levelsOf } from './order.js';
import type { ComposeView } from './read.js';
import { runGuarded } from './run-guarded.js';
import { containersOf } from './running.js';
import { type StopInput, stopEverything } from './stop.js';
import { conditionsOf, waitForConditions } from './wait.js';

/** `view`: the live one, or that of the former release when rolling back. */
export interface ApplyInput extends StopInput {
  services: Services;
  decisions: readonly ServiceDecision[];
  /** Services whose containers are removed, before anything is started. */
  removed: readonly string[];
  /** Ids of the images that the services shall run. */
  imageIds: Readonly<Record<string, string>>;
  /** Image ids that are written into an override file at this path; without it the references of the files count. */
  pins?: { overrideFile: string; imageIds: Readonly<Record<string, string>> };
  /** Path of the journal: one per deployment and direction. */
  journal: string;
  /**
   * Every container is stopped before the first is started again. The decisions say what is started (`stopFirst` of the
   * plan's options).
   */
  stopFirst?: boolean;
  /** Whose health is not waited for. */
  sickBefore: readonly string[];
  /** Limit of each wait for a `depends_on` condition. */
  dependencyTimeoutSeconds: number;
}

/** Returns what was decided for each service, as the journal has it. */
export async function applyDecisions(input: ApplyInput): Promise<ServiceDecision[]> {
  const { engine, step, view } = input;
  // An orphaned compose of a killed worker holds the lock: what it does is part of what is looked at.
  await runGuarded({ file: 'true', args: [] }, 'wait for an earlier command', input);
  const look = () => engine.containers(view.name, { signal: step.signal });
  const journal = await openJournal(input.journal, input, look);
  if (input.stopFirst && !journal.stopped) {
    await stopEverything(input);
    journal.stopped = true;
    await writeJson(input.journal, journal);
  }
  const project = await pinned(input);
  for (const container of (await look()).filter(({ service }) => journal.removed.includes(service))) {
    step.log.info(`Removing ${container.name}: its service is in no compose file any more`);
    await engine.remove(container.id, { signal: step.signal });
  }
  for (const level of levelsOf(input.services)) {
    const decisions = journal.decisions.filter(
      ({ service, action }) => action !== 'nothing' && level.includes(service),
    );
    if (decisions.length > 0) await applyLevel(decisions, journal, project, input);
  }
  return journal.decisions;
}

/** One command for all services of a level that want the same: a stack of a hundred is not a hundred processes. */
async function applyLevel(
  decisions: readonly ServiceDecision[],
  journal: ApplyJournal,
  project: ComposeView,
  input: ApplyInput,
): Promise<void> {
  const { engine, step, services, view } = input;
  const open = openWork(decisions, journal, input, await engine.containers(view.name, { signal: step.signal }));
  const started = [...open.recreate, ...open.restart];
  await waitForConditions(conditionsOf(started, services, input.sickBefore), {
    engine,
    project: view.name,
    timeoutSeconds: input.dependencyTimeoutSeconds,
    step,
  });
  step.heartbeat({ applying: decisions.map(({ service }) => service) });
  if (open.recreate.length > 0) {
    await sweep(open.recreate, input);
    await runGuarded(recreateCommand(project, open.recreate), `recreate ${open.recreate.join(', ')}`, input);
  }
  if (open.restart.length > 0) {
    await runGuarded(restartCommand(project, open.restart), `restart ${open.restart.join(', ')}`, input);
  }
  for (const signal of new Set(open.signal.map((one) => one.signal))) {
    const receivers = open.signal.filter((one) => one.signal === signal).map(({ service }) => service);
    await runGuarded(signalCommand(project, signal, receivers), `send ${signal} to ${receivers.join(', ')}`, input);
    journal.signalled.push(...receivers);
    await writeJson(input.journal, journal);
  }
}

export interface OpenWork {
  recreate: string[];
  restart: string[];
  signal: { service: string; signal: string }[];
}

/** What of a level is not done yet. A service that shall be restarted or get a signal and has no container is made. */
export function openWork(
  decisions: readonly ServiceDecision[],
  journal: ApplyJournal,
  wanted: Pick<ApplyInput, 'services' | 'imageIds'>,
  containers: readonly EngineContainer[],
): OpenWork {
  const work: OpenWork = { recreate: [], restart: [], signal: [] };
  for (const { service, action, signal } of decisions) {
    const definition = wanted.services[service];
    const replicas = definition ? replicasOf(definition) : 1;
    const missing = replicas > 0 && containersOf(containers, service).length === 0;
    if (action === 'recreate' || missing) {
      const target = { replicas, imageId: wanted.imageIds[service] ?? '' };
      if (!isRecreated(service, target, journal, containers)) work.recreate.push(service);
    } else if (action === 'restart') {
      if (!isRestarted(service, journal, containers)) work.restart.push(service);
    } else if (action === 'signal' && signal !== undefined && !journal.signalled.includes(service)) {
      work.signal.push({ service, signal });
    }
  }
  return work;
}

async function sweep(services: readonly string[], { engine, step, view }: ApplyInput): Promise<void> {
  const containers = await engine.containers(view.name, { signal: step.signal });
  for (const container of leftovers(services, containers)) {
    step.log.info(`Removing ${container.name}: an interrupted command left it behind`);
    await engine.remove(container.id, { signal: step.signal });
  }
}

async function pinned({ view, pins }: ApplyInput): Promise<ComposeView> {
  if (!pins) return view;
  await writeAtomically(pins.overrideFile, pinOverride(pins.imageIds));
  return { ...view, composeFiles: [...view.composeFiles, pins.overrideFile] };
}

/** An override file (JSON is YAML) that makes services run images by their ids. */
export function pinOverride(imageIds: Readonly<Record<string, string>>): string {
  const services = Object.entries(imageIds).map(([service, image]) => [service, { image, pull_policy: 'never' }]);
  return `${JSON.stringify({ services: Object.fromEntries(services) as unknown }, null, 2)}\n`;
}
