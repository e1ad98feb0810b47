/** Weaver and Cowbird in the words of `status`. Pure. */
import { isRegistered, isWell, type BirdOutcome } from '../../workflows/bird-model.js';
import type { StackReport } from '../schemas.js';
import { age, oneLine } from '../text.js';

type Weaver = NonNullable<StackReport['weaver']>;
type Cowbird = NonNullable<StackReport['cowbird']>;

/** More of them would fill a terminal; `weaver status` has a line for each. */
const SHOWN = 5;

/** One line. */
export function describeWeaver({ at, inStep, birds, worker, listed, summary }: Weaver, now: Date): string {
  const wrong = [
    ...worst(birds).map(troubleOf),
    ...(worker === 'failed' ? ['the worker of Weaver does not take jobs'] : []),
    ...(listed === false ? ['nobody gets the list of all processes'] : []),
  ];
  // What came to nothing as a whole says so itself.
  const why = wrong.length === 0 && !inStep ? [clause(summary)] : wrong;
  return `${countOf(birds)}, ${age(at, now)} ago${why.length === 0 ? '' : `: ${some(why)}`}`;
}

function countOf(birds: readonly BirdOutcome[]): string {
  if (birds.length === 0) return 'none is wanted';
  const registered = birds.filter(isRegistered).length;
  const well = birds.filter(isWell).length;
  const answering = well === registered ? '' : `, ${well} answering`;
  return `${registered} of ${birds.length} registered${answering}`;
}

const worst = (birds: readonly BirdOutcome[]): BirdOutcome[] => [
  ...birds.filter((bird) => !isRegistered(bird)),
  ...birds.filter((bird) => isRegistered(bird) && !isWell(bird)),
];

const troubleOf = ({ bird, word, why }: BirdOutcome): string => `${bird} ${why ?? `is ${word}`}`;

/** One line. */
export function describeCowbird({ at, inStep, version, findings, withoutWorkspace }: Cowbird, now: Date): string {
  const people = withoutWorkspace.length;
  return [
    `${inStep ? 'in step' : 'not in step'}, ${age(at, now)} ago`,
    inStep ? `version ${version ?? 'not told'}` : some(findings.map(({ what, why }) => `${what}: ${clause(why)}`)),
    ...(people === 0 ? [] : [`${people} ${people === 1 ? 'user' : 'users'} without a workspace`]),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** A sentence within a line of several. */
const clause = (sentence: string): string => oneLine(sentence).replace(/\.$/, '');

/** What a person must do; empty when nothing. */
export function followUpsTodo({ weaver, cowbird }: Pick<StackReport, 'weaver' | 'cowbird'>): string[] {
  return [
    ...(weaver === undefined || weaver.inStep
      ? []
      : [
          'Weaver is not in step. What and why, bird by bird: birdkeeper weaver status. Once more: birdkeeper weaver register',
        ]),
    ...(cowbird === undefined || cowbird.inStep
      ? []
      : ['Cowbird is not in step. What and why: birdkeeper cowbird status. Once more: birdkeeper cowbird verify']),
  ];
}

const some = (parts: readonly string[]): string =>
  parts.length <= SHOWN ? parts.join('; ') : `${parts.slice(0, SHOWN).join('; ')} and ${parts.length - SHOWN} more`;
