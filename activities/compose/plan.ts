/**
 * What a deployment does to each service and why. Pure: it compares what was recorded with what is wanted, and looks at
 * what runs only where nothing is recorded or a repair is asked for.
 *
 * It is made twice. Before images are pulled, a service whose image is going to be pulled or built counts as changed;
 * afterwards the real ids decide.
 */
import type { ServiceDecision, ServiceFingerprint } from '../../workflows/model.js';
import { changeAction, type ChangeRule } from './change-rules.js';
import { changedParts } from './content-parts.js';
import { BUILD_KEY, isSingleFile } from './fingerprint-keys.js';
import type { ImageNeed } from './images.js';
import { irreversible, namesOf, rollbackProblems } from './irreversible.js';
import type { ServiceDefinition } from './model.js';
import { replicasOf } from './model.js';
import { onChange } from './on-change.js';
import type { Services } from './order.js';
import { propagate } from './propagate.js';
import { type RunningContainer, containersOf, departure, shortId } from './running.js';

export interface PlanInput {
  services: Services;
  /** Every further service of the files, which no profile enables: they are not removed. */
  declared: readonly string[];
  /** Of the newest release; empty when none is recorded. */
  recorded: Readonly<Record<string, ServiceFingerprint>>;
  wanted: Readonly<Record<string, ServiceFingerprint>>;
  running: readonly RunningContainer[];
  /** What is still to be pulled or built; empty once that is done. */
  images: readonly ImageNeed[];
  options: {
    /** `--remove-orphans` is among the options of the stack. */
    removeOrphans: boolean;
    /** Services that do not run as recorded count as changed. */
    repair: boolean;
    /** Given: a container that the release did not record is not what it made. */
    recordedContainers?: Readonly<Record<string, readonly string[]>>;
    /** A snapshot that holds what the services write is taken before anything is touched. */
    snapshot?: boolean;
    /** Every container is stopped first: whatever runs and is not made anew is restarted. */
    stopFirst?: boolean;
    /** The service whose container this program runs in: it is neither stopped nor removed by itself. */
    own?: string;
  };
  /** `on-change` of the components. */
  rules?: readonly ChangeRule[];
  /** Services that were sick before anything was touched. */
  sickBefore?: readonly string[];
}

export interface ServicePlan {
  /** One per service of the model, in order of names. */
  decisions: ServiceDecision[];
  /** Services whose containers are removed. */
  removed: string[];
  /** What a rollback could not bring back, a sentence each. */
  irreversible: string[];
  /** Services of these whose failed release is left in place until a person decides. */
  manualRollback: string[];
  /** What the files say wrong of a service, a sentence each: nothing may be deployed. */
  problems: string[];
  warnings: string[];
}

export function planServices(input: PlanInput): ServicePlan {
  const names = Object.keys(input.services).sort();
  const decisions = propagate(
    names.map((name) => decide(name, input)),
    input.services,
  ).map((decision) => (isStopped(decision, input) ? startedAgain(decision, input) : decision));
  const gone = goneServices(input);
  const changes = decisions.flatMap((decision) => irreversibleChange(decision, input));
  return {
    decisions,
    removed: input.options.removeOrphans ? gone.filter((name) => name !== input.options.own) : [],
    irreversible: changes.map(({ sentence }) => sentence),
    manualRollback: changes.flatMap(({ service, manual }) => (manual ? [service] : [])),
    problems: rollbackProblems(input.services),
    warnings: [
      ...names.flatMap((name) => onChange(name, input.services[name]?.labels ?? {}).warning ?? []),
      ...decisions.flatMap((decision) => leftAsItIs(decision, input)),
      ...(input.options.removeOrphans
        ? gone.filter((name) => name === input.options.own).map(ownNotRemoved)
        : gone.map(notRemoved)),
    ],
  };
}

function decide(name: string, input: PlanInput): ServiceDecision {
  const service = input.services[name];
  const wanted = input.wanted[name];
  if (!service || !wanted) return { service: name, action: 'nothing', reason: 'unchanged' };
  const containers = containersOf(input.running, name);
  const recorded = input.recorded[name];
  const recreate = (reason: string): ServiceDecision => ({ service: name, action: 'recreate', reason });
  if (!recorded) {
    if (replicasOf(service) === 0 && containers.length === 0) {
      return { service: name, action: 'nothing', reason: 'asks for no container' };
    }
    return recreate(containers.length === 0 ? 'not running yet' : 'runs, but no release has recorded it');
  }
  const image = imageChange(recorded, wanted, input.images);
  const changes = [image, recorded.definition === wanted.definition ? undefined : 'its definition changed'];
  const reason = changes.filter((change) => change !== undefined).join('; ');
  if (reason !== '') return recreate(reason);
  if (input.options.repair) {
    const wrong =
      departure(service, wanted, containers) ?? strange(input.options.recordedContainers?.[name], containers);
    if (wrong !== undefined) return recreate(wrong);
  }
  return contentDecision(name, service, recorded, wanted, input.rules ?? []);
}

const isStopped = ({ service }: ServiceDecision, { options }: PlanInput): boolean =>
  (options.stopFirst ?? false) && service !== options.own;

/** What its own change asks for is done by the restart; content is read and a signal is not needed. */
function startedAgain(decision: ServiceDecision, { running }: PlanInput): ServiceDecision {
  const { service, action, reason } = decision;
  const runs = containersOf(running, service).some(({ state }) => state === 'running' || state === 'restarting');
  if (!runs || action === 'recreate' || action === 'restart') return decision;
  const why = 'the whole stack is stopped first';
  return { service, action: 'restart', reason: reason === 'unchanged' ? why : `${reason}; ${why}` };
}

function imageChange(
  recorded: ServiceFingerprint,
  wanted: ServiceFingerprint,
  images: readonly ImageNeed[],
): string | undefined {
  if (recorded.image !== wanted.image) return `image ${recorded.image} → ${wanted.image}`;
  const need = images.find(({ reference, how }) => reference === wanted.image && how !== 'present');
  if (need) return `image ${wanted.image} is ${need.how === 'pull' ? 'pulled' : 'built'}: ${need.reason}`;
  if (wanted.imageId !== recorded.imageId) {
    return `image ${wanted.image} is another one now (${shortId(recorded.imageId)} → ${shortId(wanted.imageId)})`;
  }
  return undefined;
}

function contentDecision(
  name: string,
  service: ServiceDefinition,
  recorded: ServiceFingerprint,
  wanted: ServiceFingerprint,
  rules: readonly ChangeRule[],
): ServiceDecision {
  const mounts = changedPaths(recorded, wanted);
  if (mounts.length === 0) return { service: name, action: 'nothing', reason: 'unchanged' };
  const changed = mounts.flatMap((mount) => changedParts(mount, recorded, wanted));
  const reason = `${namesOf(changed)} changed`;
  const { action, signal } = changeAction(name, service.labels, changed, rules);
  const stale = mounts.some((path) => isSingleFile(recorded.contents[path]) || isSingleFile(wanted.contents[path]));
  if (stale && (action === 'nothing' || action === 'signal')) {
    return { service: name, action: 'restart', reason: `${reason} (mounted as a single file, which goes stale)` };
  }
  if (action === 'nothing') return { service: name, action, reason: `${reason}; its rule says none` };
  return { service: name, action, reason, ...(signal === undefined ? {} : { signal }) };
}

/** A service whose release recorded no container may run in any. */
function strange(recorded: readonly string[] | undefined, containers: readonly RunningContainer[]): string | undefined {
  if (recorded === undefined || recorded.length === 0) return undefined;
  return containers.every(({ id }) => recorded.includes(id))
    ? undefined
    : 'its containers are not those of the recorded release';
}

function changedPaths(recorded: ServiceFingerprint, wanted: ServiceFingerprint): string[] {
  const paths = new Set([...Object.keys(recorded.contents), ...Object.keys(wanted.contents)]);
  paths.delete(BUILD_KEY);
  return [...paths].filter((path) => recorded.contents[path] !== wanted.contents[path]).sort();
}

/** Services with containers that no compose file names any more. */
function goneServices({ running, declared, services }: PlanInput): string[] {
  const names = running.filter((container) => !container.oneOff).map((container) => container.service);
  return [...new Set(names)].filter((name) => !declared.includes(name) && !(name in services)).sort();
}

const ownNotRemoved = (name: string): string =>
  `Service ${name} is in no compose file any more, and birdkeeper itself runs in it: it is left alone. Start birdkeeper elsewhere, then remove it with: docker rm -f`;

const notRemoved = (name: string): string =>
  `Service ${name} is in no compose file any more and still runs: it is left alone (--remove-orphans in COMPOSE_UP_EXTRA_OPTS removes such services).`;

function irreversibleChange({ service, action }: ServiceDecision, input: PlanInput) {
  const [definition, recorded, wanted] = [input.services[service], input.recorded[service], input.wanted[service]];
  if (action !== 'recreate' || !definition || !recorded || !wanted) return [];
  const change = imageChange(recorded, wanted, input.images);
  if (change === undefined) return [];
  const snapshot = input.options.snapshot ?? false;
  const found = irreversible({ service, definition, recorded, wanted, change, snapshot });
  return found ? [{ service, ...found }] : [];
}

/** What a deployment that touches only what changed leaves as it is, although it is not well. */
function leftAsItIs({ service: name, action }: ServiceDecision, input: PlanInput): string[] {
  const [service, recorded] = [input.services[name], input.recorded[name]];
  if (action !== 'nothing' || !service || !recorded) return [];
  const wrong = departure(service, recorded, containersOf(input.running, name));
  if (wrong !== undefined) {
    return [
      `Service ${name} is unchanged but does not run as recorded (${wrong}): deploy with --force to put it right.`,
    ];
  }
  return input.sickBefore?.includes(name) ? [`Service ${name} is unchanged and was sick before.`] : [];
}
