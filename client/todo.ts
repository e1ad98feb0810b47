/** What a person must do, out of what is known of a stack. Pure. */
import { NO_WINDOW, NO_WINDOW_TODO } from '../workflows/contract.js';
import type { HealthWord } from '../workflows/model.js';
import { monitoringTodo } from './monitoring/words.js';
import { followUpsTodo } from './render/follow-ups.js';
import type { StackReport } from './schemas.js';

const SICK: readonly HealthWord[] = ['unhealthy', 'restarting', 'exited', 'missing'];

export const isSick = (health: HealthWord): boolean => SICK.includes(health);

/** Sentences, most urgent first; empty when nothing is to be done. */
export function todoOf(report: Omit<StackReport, 'todo'>): string[] {
  const { last, look, health, running, unfinished, source, directory } = report;
  // Whatever is wrong now, the deployment that runs is about to change it.
  if (running !== null) return holdTodo(report);
  const sick = (health ?? []).filter((service) => isSick(service.health)).map(({ service }) => service);
  return [
    ...(last?.outcome === 'roll back failed'
      ? [
          `Deployment ${last.number} could not be rolled back: look at the containers and the log, then put it right with: birdkeeper deploy --force`,
        ]
      : []),
    ...(sick.length > 0
      ? [`Not well: ${sick.join(', ')}. Look at their logs: docker compose logs ${sick.join(' ')}`]
      : []),
    ...holdTodo(report),
    ...lookTodo(look),
    ...followUpsTodo(report),
    ...(report.monitoring === undefined ? [] : monitoringTodo(report.monitoring)),
    ...(unfinished !== null && source === 'state directory'
      ? [`Deployment ${unfinished} is not finished. It goes on with: birdkeeper up --stack ${directory}`]
      : []),
  ];
}

/** What a person holds back, or is asked for. */
function holdTodo({ paused, waiting, handedOver }: Pick<StackReport, 'paused' | 'waiting' | 'handedOver'>): string[] {
  const asked = waiting !== null && waiting.needsApproval && waiting.approvedBy === undefined;
  const hopeless = waiting !== null && waiting.opensAt === NO_WINDOW;
  return [
    ...(asked
      ? [
          `Deployment ${waiting.number} waits for a yes. Look at what it does with birdkeeper plan, then: birdkeeper approve ${waiting.number}, or: birdkeeper reject ${waiting.number}`,
        ]
      : []),
    ...(hopeless ? [`Deployment ${waiting.number} waits for a window, and ${NO_WINDOW_TODO}.`] : []),
    ...(handedOver === undefined
      ? []
      : [
          `Nothing is begun, because ${handedOver.by} drains this host since ${handedOver.at}: start the new version (birdkeeper up), or take it back with: birdkeeper drain --undo`,
        ]),
    ...(paused === null ? [] : ['Nothing is deployed by itself until: birdkeeper resume']),
  ];
}

function lookTodo(look: StackReport['look']): string[] {
  switch (look?.word) {
    case 'blocked':
      return [`Blocked: ${look.reason} What clears each is told by: birdkeeper check`];
    case 'degraded':
      return [`A checkout cannot be looked at: ${look.reason}`];
    case 'quarantined':
      return [`${look.reason} Push a commit that mends it, or insist with: birdkeeper deploy --force`];
    case 'drifted':
      return [`${look.reason} Put it right with: birdkeeper deploy --force`];
    case 'behind':
    case 'up to date':
    case 'skipped by conditional trigger':
    case undefined:
      return [];
  }
}
