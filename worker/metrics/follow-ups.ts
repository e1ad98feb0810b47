/** What is known of Weaver and Cowbird, as samples. Of a stack that has no such note nothing is told. Pure. */
import type { CowbirdNote, WeaverNote } from '../../activities/state/index.js';
import { isRegistered, isWell, type BirdOutcome } from '../../workflows/bird-model.js';
import { secondsOf } from './deployments.js';
import type { Sample } from './text.js';

/** Series by bird have an end, whatever somebody writes into a list; counts are of all. */
export const MOST_BIRDS = 100;
/** The same of what a look at Cowbird found. */
export const MOST_FINDINGS = 20;

export function weaverSamples(stack: string, note: WeaverNote | undefined): Sample[] {
  if (note === undefined) return [];
  const { at, goodAt, inStep, birds, others, worker, listed } = note;
  const labels = { stack };
  const counts = { wanted: birds.length, registered: count(birds, isRegistered), answering: count(birds, isWell) };
  return [
    ...Object.entries(counts).map(([state, value]): Sample => {
      return { name: 'birdkeeper_weaver_birds', labels: { stack, state }, value };
    }),
    ...worstFirst(birds)
      .slice(0, MOST_BIRDS)
      .flatMap((bird) => birdSamples(stack, bird)),
    { name: 'birdkeeper_weaver_other_providers', labels, value: others.length },
    { name: 'birdkeeper_weaver_in_step', labels, value: Number(inStep) },
    // Who is no container of this stack is nobody whose state is known.
    ...(worker === undefined || worker === 'elsewhere'
      ? []
      : [{ name: 'birdkeeper_weaver_worker_ready', labels, value: Number(worker === 'ready') } as const]),
    ...(listed === undefined
      ? []
      : [{ name: 'birdkeeper_weaver_listing_answered', labels, value: Number(listed) } as const]),
    { name: 'birdkeeper_weaver_last_registration_timestamp_seconds', labels, value: secondsOf(at) },
    { name: 'birdkeeper_weaver_last_in_step_timestamp_seconds', labels, value: secondsOf(goodAt) },
  ];
}

const count = (birds: readonly BirdOutcome[], is: (bird: BirdOutcome) => boolean): number => birds.filter(is).length;

/** Those that an alert names are never among those that are left out. */
const worstFirst = (birds: readonly BirdOutcome[]): BirdOutcome[] => [
  ...birds.filter((bird) => !isRegistered(bird)),
  ...birds.filter((bird) => isRegistered(bird) && !isWell(bird)),
  ...birds.filter(isWell),
];

function birdSamples(stack: string, bird: BirdOutcome): Sample[] {
  const labels = { stack, bird: bird.bird };
  return [
    { name: 'birdkeeper_weaver_bird_registered', labels, value: Number(isRegistered(bird)) },
    { name: 'birdkeeper_weaver_bird_answering', labels, value: Number(isWell(bird)) },
    { name: 'birdkeeper_weaver_bird_processes', labels, value: bird.processes ?? 0 },
  ];
}

export function cowbirdSamples(stack: string, note: CowbirdNote | undefined): Sample[] {
  if (note === undefined) return [];
  const { at, goodAt, inStep, version, workerVersion, findings, withoutWorkspace } = note;
  const labels = { stack };
  const found = [...new Set(findings.map(({ what }) => what))].slice(0, MOST_FINDINGS);
  const isEqual = version !== undefined && version === workerVersion;
  return [
    { name: 'birdkeeper_cowbird_in_step', labels, value: Number(inStep) },
    ...found.map((what): Sample => {
      return { name: 'birdkeeper_cowbird_finding', labels: { stack, what }, value: 1 };
    }),
    { name: 'birdkeeper_cowbird_worker_version_equal', labels, value: Number(isEqual) },
    { name: 'birdkeeper_cowbird_users_without_workspace', labels, value: withoutWorkspace.length },
    { name: 'birdkeeper_cowbird_last_verification_timestamp_seconds', labels, value: secondsOf(at) },
    { name: 'birdkeeper_cowbird_last_in_step_timestamp_seconds', labels, value: secondsOf(goodAt) },
  ];
}
