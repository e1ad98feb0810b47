/** What has to be done to the services so that the former release runs again. Pure. */
import type { ServiceDecision, ServiceFingerprint } from '../../workflows/model.js';
import { type ApplyJournal, isRestarted } from './journal.js';
import type { Services } from './order.js';
import { propagate } from './propagate.js';
import { type RunningContainer, containersOf } from './running.js';

export interface RollbackInput {
  /** Of the former release's model. */
  services: Services;
  /** Fingerprints of the former release. */
  recorded: Readonly<Record<string, ServiceFingerprint>>;
  /** Journal of the apply that is taken back; undefined when nothing was touched. */
  forward: ApplyJournal | undefined;
  running: readonly RunningContainer[];
}

export interface RollbackPlan {
  decisions: ServiceDecision[];
  /** Services that only the failed release made. */
  removed: string[];
  /** Image id by service that is recreated. */
  pins: Record<string, string>;
}

export function planRollback(input: RollbackInput): RollbackPlan {
  const { services, forward } = input;
  const names = Object.keys(services).sort();
  const decisions = propagate(
    names.map((name) => decide(name, input)),
    services,
  );
  const pins = decisions.flatMap(({ service, action }) => {
    const imageId = formerImage(service, input);
    return action === 'recreate' && imageId !== undefined ? [[service, imageId] as const] : [];
  });
  const made = (forward?.decisions ?? []).map(({ service }) => service);
  return { decisions, removed: made.filter((name) => isNew(name, input)), pins: Object.fromEntries(pins) };
}

function decide(service: string, input: RollbackInput): ServiceDecision {
  const { forward, running } = input;
  const untouched: ServiceDecision = { service, action: 'nothing', reason: 'the failed release did not touch it' };
  const decision = forward?.decisions.find((candidate) => candidate.service === service);
  const brought = decision !== undefined && decision.action !== 'nothing';
  const takenAway = forward?.removed.includes(service) ?? false;
  if (!forward || !(brought || takenAway) || isNew(service, input)) return untouched;
  const own = containersOf(running, service);
  const before = forward.before.filter((container) => container.service === service);
  const same = own.length === before.length && own.every(({ id }) => before.some((former) => former.id === id));
  if (!same) return { service, action: 'recreate', reason: 'its containers are not those of the former release' };
  if (forward.stopped && own.some(({ state }) => state === 'exited')) {
    return { service, action: 'restart', reason: 'it was stopped with the whole stack' };
  }
  if (own.some(({ id, state }) => state !== before.find((former) => former.id === id)?.state)) {
    return { service, action: 'recreate', reason: 'its containers do not run as before' };
  }
  if (own.length > 0 && isRestarted(service, forward, running)) {
    return { service, action: 'restart', reason: 'it was restarted with the content of the failed release' };
  }
  if (decision?.action === 'signal' && forward.signalled.includes(service)) {
    return { ...decision, reason: 'it has read the content of the failed release' };
  }
  return untouched;
}

/** Only the failed release made it: neither recorded nor there before. */
const isNew = (name: string, { recorded, forward }: RollbackInput): boolean =>
  !(name in recorded) && !(forward?.before.some((container) => container.service === name) ?? false);

/** What was recorded; else what ran before, for a service that no release has recorded. */
function formerImage(service: string, { recorded, forward }: RollbackInput): string | undefined {
  const id = recorded[service]?.imageId;
  if (id !== undefined && id !== '') return id;
  return forward?.before.find((container) => container.service === service)?.imageId;
}
