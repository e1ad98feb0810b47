/** Where in a deployment something is killed, and who is. Pure. */
import type { Phase } from '../../workflows/contract.js';
import type { Call } from '../support/chaos/gate.js';

export const VICTIMS = ['worker', 'temporal', 'dockerd', 'all'] as const;
export type Victim = (typeof VICTIMS)[number];
/** live-restore: the engine is killed and its containers run on; no-restart: it is killed and none comes back by itself. */
const COLUMNS: readonly string[] = [...VICTIMS, 'live-restore', 'no-restart'];

/** What is pushed: one that is good, one whose service crashes, one that changes hundreds of files besides. */
export type Push = 'good' | 'bad' | 'large';

export interface Place {
  name: string;
  push: Push;
  /** Phase of the story in which the command must be started. */
  phase: Phase;
  /** The command that is held. `upSeen`: an `up` was seen in this phase before. */
  call: (call: Call, upSeen: boolean) => boolean;
  /** Killed not before the command but in the middle of it. */
  middle?: 'git' | { event: 'create' | 'destroy' };
  /** The image of `api` is not on the host. */
  pulls?: boolean;
  /** A component says that users work there. */
  busy?: boolean;
}

const isGit = ({ program }: Call): boolean => program === 'git';
const git =
  (...words: string[]) =>
  ({ program, args }: Call): boolean =>
    program === 'git' && words.some((word) => args.includes(word));
const docker =
  (word: string) =>
  ({ program, args }: Call): boolean =>
    program === 'docker' && args.includes(word);
const up = docker('up');
const config = docker('config');

/** In the order of the story. The large pushes come last: later deployments have all these files to lay out. */
export const PLACES: readonly Place[] = [
  { name: 'inspect', push: 'good', phase: 'inspect', call: isGit },
  { name: 'fetch', push: 'good', phase: 'fetch', call: git('fetch') },
  { name: 'verify', push: 'good', phase: 'verify', call: isGit },
  { name: 'stage', push: 'good', phase: 'stage', call: isGit },
  { name: 'validate', push: 'good', phase: 'validate', call: config },
  { name: 'pull', push: 'good', phase: 'pull', call: docker('pull'), pulls: true },
  { name: 'approve', push: 'good', phase: 'approve', call: docker('version'), busy: true },
  { name: 'advance', push: 'good', phase: 'advance', call: git('merge', 'reset') },
  { name: 'apply', push: 'good', phase: 'apply', call: up },
  { name: 'settle', push: 'good', phase: 'settle', call: config },
  { name: 'record', push: 'good', phase: 'record', call: isGit },
  { name: 'reverse', push: 'bad', phase: 'roll back', call: git('merge', 'reset') },
  { name: 'plan-back', push: 'bad', phase: 'roll back', call: config },
  { name: 'apply-back', push: 'bad', phase: 'roll back', call: up },
  { name: 'settle-back', push: 'bad', phase: 'roll back', call: (call, upSeen) => upSeen && config(call) },
  { name: 'compose-made', push: 'good', phase: 'apply', call: up, middle: { event: 'create' } },
  { name: 'compose-removed', push: 'good', phase: 'apply', call: up, middle: { event: 'destroy' } },
  { name: 'git', push: 'large', phase: 'advance', call: git('merge', 'reset'), middle: 'git' },
];

/** Whether a call is the one; remembers what `Place.call` wants to know. The phase is asked for only where it matters. */
export function matcher({
  call,
  phase,
}: Place): (made: Call, now: () => Promise<Phase | undefined>) => Promise<boolean> {
  let upSeen = false;
  return async (made, now) => {
    if (!up(made) && !call(made, upSeen)) return false;
    if ((await now()) !== phase) return false;
    const matches = call(made, upSeen);
    upSeen ||= up(made);
    return matches;
  };
}

/**
 * Which cells are wanted: `worker/apply`, `worker`, `/apply`, several with commas; all without a wish. Throws on a name
 * that is none.
 */
export function selectPlaces(victim: string, wish: string | undefined): Place[] {
  if (wish === undefined || wish.trim() === '') return [...PLACES];
  const asked = wish.split(',').map((one) => one.trim().split('/') as [string, string?]);
  for (const [who, where] of asked) {
    const known = [...COLUMNS, ''].includes(who) && isPlace(where);
    if (!known) throw new Error(`${who}/${where ?? ''} names no cell: ${COLUMNS.join(', ')} / ${names().join(', ')}`);
  }
  return PLACES.filter(({ name }) =>
    asked.some(([who, where]) => (who === '' || who === victim) && (where === undefined || where === name)),
  );
}

const isPlace = (where: string | undefined): boolean => where === undefined || names().includes(where);
const names = (): string[] => PLACES.map(({ name }) => name);

/** Throws when there is none. */
export function placeNamed(wanted: string): Place {
  const found = PLACES.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`no place ${wanted}`);
  return found;
}
