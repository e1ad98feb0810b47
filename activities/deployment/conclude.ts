import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sameCommits, wantedCommits } from '../../workflows/check-stack/decide.js';
import type {
  Commits,
  DeploymentRecord,
  QuarantinedRelease,
  Release,
  ServiceDecision,
  ServiceFingerprint,
} from '../../workflows/model.js';
import { sha256 } from '../compose/definition.js';
import { readJournal } from '../compose/journal.js';
import type { EngineContainer } from '../docker/types.js';
import { writeAtomically } from '../shared/files.js';
import type { Step } from '../shared/step.js';
import { watchedSettings } from '../stack/open-view.js';
import type { StackView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import type { Activities, ConcludeInput } from '../types.js';
import { journalPath } from './apply.js';
import type { Dependencies } from './dependencies.js';
import { handOverOf, readHandOver } from './hand-over-order.js';
import { hookResults } from './hooks.js';
import { keepImages } from './keep-images.js';
import { nextNumberOf } from './keeper.js';
import { wantsNotice } from './notices.js';
import { lookWithoutFetch } from './observe.js';
import { openLive } from './open.js';
import { timesOf } from './phase-times.js';
import { appliedOf, Commits as CommitsRecord, PlanRecord, readRecord, WANTED_FILE } from './records.js';

/** Folders of deployments that are kept for looking at. */
const KEEP_FOLDERS = 20;

/**
 * Writes down how a deployment ended: the good release, or the quarantine of a bad one, and the attempt; closes the frame
 * in the log and removes the staging. Twice: the record is there twice and counts once.
 */
export async function concludeDeployment(
  input: ConcludeInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['concludeDeployment']> {
  const stack = await deps.state.stack(input.stack);
  const { number, outcome, message, startedAt } = input;
  if (await isHistory(stack, number)) return { notify: false, nextNumber: await nextNumberOf(stack) };
  const good = outcome === 'deployed' ? await recordGood(stack, input, step, deps) : undefined;
  if (outcome === 'rolled back') await recordReturn(stack, step, deps);
  if (input.quarantine) await quarantine(stack, input);
  await stack.recordDeployment(await recordOf(stack, input));
  const intent = await stack.intent();
  if (intent !== undefined && (intent.number === number || outcome === 'deployed')) await stack.clearIntent();
  deps.journal.closeDeployment({ stack: input.stack, number, startedAt, about: `${outcome}: ${message}` });
  await tidy(stack, number);
  const notify = good ? good.settings.notify.length > 0 : await wantsNotice(stack, deps, step.signal);
  return { notify, nextNumber: await nextNumberOf(stack) };
}

/** It was concluded and another after it: a server that was put back to an older state tells an old story once more. */
async function isHistory(stack: StackState, number: number): Promise<boolean> {
  const records = await stack.deployments();
  return records.some((record) => record.number === number) && records.some((record) => record.number > number);
}

async function recordGood(stack: StackState, input: ConcludeInput, step: Step, deps: Dependencies): Promise<StackView> {
  const { number } = input;
  const view = await openLive(stack, deps, step.signal);
  const former = await stack.latestRelease();
  if (input.skipped && former) {
    // Nothing was touched: the services are those of before, and the next deployment sees what has changed since.
    await stack.recordRelease({ ...former, number, at: new Date().toISOString(), commits: { ...view.commits } });
  } else await recordRelease(stack, number, view, step, deps);
  await stack.setLastGood({ ...watchedSettings(view), logDir: view.settings.logDir });
  await stack.setQuarantined(input.leaves ? [await left(stack, input, step, deps)] : []);
  await keepImages(stack, view.settings.keepReleases, deps, step);
  return view;
}

async function recordRelease(
  stack: StackState,
  number: number,
  view: StackView,
  step: Step,
  deps: Dependencies,
): Promise<void> {
  const services = await appliedOf(stack, number);
  const containers = await deps.engine.containers(view.name, { signal: step.signal });
  await keepRendered(stack, number, view);
  await stack.recordRelease(releaseOf(number, view, services, containers));
}

/** A person went back: what the upstreams have now, known to this host, is not deployed again by itself. */
async function left(
  stack: StackState,
  { number, reason, by }: ConcludeInput,
  step: Step,
  deps: Dependencies,
): Promise<QuarantinedRelease> {
  const checkouts = await lookWithoutFetch(stack, step, deps);
  const who = by === undefined ? '' : ` by ${by}`;
  return {
    commits: wantedCommits(checkouts),
    number,
    reason: `rolled back${who}: ${reason}`.slice(0, 500),
    at: new Date().toISOString(),
  };
}

export function releaseOf(
  number: number,
  view: StackView,
  services: Record<string, ServiceFingerprint>,
  containers: readonly EngineContainer[],
): Release {
  return {
    number,
    at: new Date().toISOString(),
    commits: { ...view.commits },
    services,
    containers: idsByService(containers),
    rendered: Object.fromEntries(view.rendered.map(({ path, text }) => [path, sha256(text)])),
    oneShots: oneShotsOf(containers),
  };
}

/** Services that had done their work when they were found good. */
function oneShotsOf(containers: readonly EngineContainer[]): string[] {
  const kept = containers.filter(({ oneOff }) => !oneOff);
  const done = ({ state, exitCode }: EngineContainer) => state === 'exited' && exitCode === 0;
  const services = [...new Set(kept.map(({ service }) => service))];
  return services.filter((service) => kept.filter((container) => container.service === service).every(done)).sort();
}

/** The former release runs again, partly in new containers: its record names them from now on. */
async function recordReturn(stack: StackState, step: Step, deps: Dependencies): Promise<void> {
  const release = await stack.latestRelease();
  if (!release) return;
  const containers = await deps.engine.containers(stack.name, { signal: step.signal });
  await stack.recordRelease({ ...release, containers: idsByService(containers) });
}

function idsByService(containers: readonly EngineContainer[]): Record<string, string[]> {
  const ids: Record<string, string[]> = {};
  for (const { service, id, oneOff } of containers) if (!oneOff) (ids[service] ??= []).push(id);
  return ids;
}

/** Nothing to hold back where it never came to know what was wanted, or only put right what is deployed already. */
async function quarantine(stack: StackState, { number, message }: ConcludeInput): Promise<void> {
  const commits = await wantedBy(stack, number);
  const images = (await readRecord(stack, number, 'plan.json', PlanRecord))?.moved ?? {};
  const deployed = (await stack.latestRelease())?.commits;
  const brings = Object.keys(images).length > 0 || !deployed || (commits && !sameCommits(commits, deployed));
  if (!commits || !brings) return;
  const others = (await stack.quarantined()).filter((release) => release.number !== number);
  const reason = message.split('\n')[0] ?? message;
  await stack.setQuarantined([
    ...others,
    { commits, number, reason: reason.slice(0, 500), at: new Date().toISOString(), images },
  ]);
}

async function recordOf(stack: StackState, input: ConcludeInput): Promise<DeploymentRecord> {
  const { number, trigger, reason, startedAt, outcome, phase, message } = input;
  const plan = await readRecord(stack, number, 'plan.json', PlanRecord);
  const journal = await readJournal(await journalPath(stack, number, 'forward'));
  const hooks = await hookResults(stack, number);
  return {
    number,
    trigger,
    reason,
    startedAt,
    endedAt: new Date().toISOString(),
    outcome,
    phase,
    message,
    from: plan?.from ?? {},
    to: (await wantedBy(stack, number)) ?? {},
    services: [
      ...(journal?.decisions ?? []).filter(({ action }) => action !== 'nothing'),
      ...(await replaced(stack, number)),
    ],
    ...(input.by === undefined ? {} : { by: input.by }),
    ...(hooks.length === 0 ? {} : { hooks }),
    ...(await timesOf(stack, number)),
  };
}

/** The worker's own container, when a helper has replaced it. */
async function replaced(stack: StackState, number: number): Promise<ServiceDecision[]> {
  if ((await readHandOver(stack, number))?.outcome !== 'replaced') return [];
  const decision = await handOverOf(stack, number);
  return decision ? [decision] : [];
}

async function wantedBy(stack: StackState, number: number): Promise<Commits | undefined> {
  const plan = await readRecord(stack, number, 'plan.json', PlanRecord);
  return plan?.to ?? readRecord(stack, number, WANTED_FILE, CommitsRecord);
}

/** The text of rendered files of a kept release, secrets and all: for us alone. */
async function keepRendered(stack: StackState, number: number, view: StackView): Promise<void> {
  for (const { path, text } of view.rendered) {
    await writeAtomically(join(stack.path('releases', String(number), 'rendered'), path), text, 0o600);
  }
}

async function tidy(stack: StackState, number: number): Promise<void> {
  await rm(join(await stack.deploymentFolder(number), 'staging'), { recursive: true, force: true });
  const old = (await stack.deploymentNumbers()).filter((other) => other <= number - KEEP_FOLDERS);
  for (const other of old) await rm(stack.path('deployments', String(other)), { recursive: true, force: true });
}
