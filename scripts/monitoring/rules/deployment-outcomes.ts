/** Rules of the deployment engine: a deployment failed. They say what the notice of the same event says. */
import type { Outcome } from '../../../workflows/contract.js';
import { deploymentLine, NOTHING_CHANGED, OUTCOME_WORDS, RUNS_AGAIN } from '../../../activities/notices/words.js';
import { fires, type Rule, silent } from '../model.js';
import { held, STACK, WHO } from './deployment-words.js';

const NUMBER = 'birdkeeper_last_failed_deployment_number';
const FAILURE = held(STACK, 'birdkeeper_last_run_timestamp_seconds{task="deployment",result="failure"}');
const GOOD = held(STACK, 'birdkeeper_last_successful_deployment_number');

/** Its number, unless a deployment has succeeded since. */
const endedAs = (outcome: Outcome): string =>
  `${held(`${STACK}, outcome, phase`, `${NUMBER}{outcome="${outcome}"}`)}\n> on (instance, stack) group_left () ${GOOD}`;

/** And the newest of all that failed. */
const endedLastAs = (outcome: Outcome): string =>
  `${endedAs(outcome)}\n== on (instance, stack) group_left () ${held(STACK, NUMBER)}`;

/** As notices have it: a look that finds all up to date is as good. */
const UNLESS_SEEN_WELL =
  `unless on (instance, stack) (\n  ${held(STACK, 'birdkeeper_last_success_timestamp_seconds{task="check"}')} > ${FAILURE}\n` +
  `  and ${held(STACK, 'birdkeeper_stack_state{state="up to date"}')} == 1\n)`;

const summaryOf = (outcome: keyof typeof OUTCOME_WORDS): string =>
  deploymentLine(WHO, '{{ $value | printf "%.0f" }}', OUTCOME_WORDS[outcome].ends('{{ $labels.phase }}'));

const at = (name: string, more: string) => `birdkeeper_${name}{instance="h",stack="birds",${more}}`;
const number = (outcome: Outcome, phase: string) =>
  at('last_failed_deployment_number', `outcome="${outcome}",phase="${phase}"`);
const failure = at('last_run_timestamp_seconds', 'task="deployment",name="",result="failure"');
const good = 'birdkeeper_last_successful_deployment_number{instance="h",stack="birds"}';
const look = at('last_success_timestamp_seconds', 'task="check",name=""');
const upToDate = at('stack_state', 'state="up to date"');
const alertOf = (outcome: Outcome, value: string, phase: string) => ({
  labels: { instance: 'h', stack: 'birds', outcome, phase },
  value,
});

/** Deployment 7 failed so after five minutes; the worker is restarted two minutes later. */
const failed = (outcome: Outcome, phase: string) => ({
  [number(outcome, phase)]: '_x5 7x2 _x2 7x30',
  [failure]: '0x4 300x2 _x2 300x30',
  [good]: '6x6 _x2 6x30',
});

const NEXT = { [good]: '6x10 8x30' };

export const deploymentOutcomeRules: readonly Rule[] = [
  {
    name: 'BirdkeeperDeploymentFailed',
    expr: () => `${endedLastAs('failed')}\n${UNLESS_SEEN_WELL}`,
    for: '0m',
    severity: 'warning',
    summary: summaryOf('failed'),
    description: NOTHING_CHANGED,
    means:
      'The newest deployment that failed did so before the services were touched. It ends with a deployment that succeeds, or a look that finds all up to date.',
    look: '`birdkeeper logs` for why; `birdkeeper status`.',
    todo: 'It is tried again by itself, each time later. Mend what it names, or push a commit that does.',
    cases: [
      fires('it could not pull', '20m', failed('failed', 'pull'), alertOf('failed', '7', 'pull')),
      fires(
        'a second one fails otherwise, after a look that was good, and is told alone',
        '12m',
        {
          [number('failed', 'pull')]: '_x5 7x4',
          [number('failed', 'validate')]: '_x10 8x30',
          [failure]: '0x4 300x4 600x30',
          [good]: '6x40',
          [look]: '60x6 420x34',
          [upToDate]: '1x40',
        },
        alertOf('failed', '8', 'validate'),
      ),
      fires(
        'the next try fails likewise: it is the same alert',
        '20m',
        { [number('failed', 'pull')]: '_x5 7x5 8x30', [failure]: '0x4 300x5 600x30', [good]: '6x40' },
        alertOf('failed', '8', 'pull'),
      ),
      silent('the next one succeeded', '20m', { ...failed('failed', 'pull'), ...NEXT }),
      silent('a look finds all up to date since', '20m', {
        ...failed('failed', 'pull'),
        [look]: '60x12 720x30',
        [upToDate]: '1x3 0x8 1x30',
      }),
      silent('it was put back, which another alert tells; none ever failed', '20m', {
        ...failed('rolled back', 'roll back'),
        'birdkeeper_last_run_timestamp_seconds{instance="h",stack="well",task="deployment",name="",result="failure"}':
          '0x40',
        'birdkeeper_last_successful_deployment_number{instance="h",stack="well"}': '0x40',
      }),
    ],
  },
  {
    name: 'BirdkeeperDeploymentRolledBack',
    expr: () => `${endedLastAs('rolled back')}\n${UNLESS_SEEN_WELL}`,
    for: '0m',
    severity: 'warning',
    summary: summaryOf('rolled back'),
    description: RUNS_AGAIN,
    means:
      'A deployment failed after it had touched services, and the former release was put back. It ends with a deployment that succeeds, or a look that finds all up to date.',
    look: '`birdkeeper logs`: in which phase it failed, and why; `birdkeeper status`.',
    todo: OUTCOME_WORDS['rolled back'].todo,
    cases: [
      fires(
        'its services did not get healthy',
        '20m',
        failed('rolled back', 'roll back'),
        alertOf('rolled back', '7', 'roll back'),
      ),
      silent('a push has mended it', '20m', { ...failed('rolled back', 'roll back'), ...NEXT }),
      silent('the push was taken back, and a look finds all up to date', '20m', {
        ...failed('rolled back', 'roll back'),
        [look]: '60x12 720x30',
        [upToDate]: '1x3 0x8 1x30',
      }),
    ],
  },
  {
    name: 'BirdkeeperRollbackFailed',
    expr: () => endedAs('roll back failed'),
    for: '0m',
    severity: 'critical',
    summary: summaryOf('roll back failed'),
    description: 'Neither the new release nor the former one is known to run.',
    means:
      'A deployment failed, and the former release could not be put back. It ends with a deployment that succeeds, and with no look.',
    look: '`birdkeeper status` shows what is wrong; `birdkeeper logs`.',
    todo: OUTCOME_WORDS['roll back failed'].todo,
    cases: [
      fires(
        'it could not be put back, and a look finds the commits up to date',
        '20m',
        { ...failed('roll back failed', 'roll back'), [look]: '60x12 720x30', [upToDate]: '1x40' },
        alertOf('roll back failed', '7', 'roll back'),
      ),
      fires(
        'a later one fails before it touches anything: that mends nothing',
        '30m',
        { ...failed('roll back failed', 'roll back'), [number('failed', 'pull')]: '_x15 8x30' },
        alertOf('roll back failed', '7', 'roll back'),
      ),
      silent('a person has mended it', '20m', { ...failed('roll back failed', 'roll back'), ...NEXT }),
      silent('it was put back', '20m', failed('rolled back', 'roll back')),
    ],
  },
  {
    name: 'BirdkeeperRollbackWithheld',
    expr: () => endedAs('roll back withheld'),
    for: '0m',
    severity: 'critical',
    summary: summaryOf('roll back withheld'),
    description: 'The failed release stays as it runs: a service that it touched is not put back without a person.',
    means:
      'A deployment failed, and a service that it touched says that it is put back by a person only (label `birdkeeper.rollback`). It ends with a deployment that succeeds, and with no look.',
    look: '`birdkeeper status` shows what is wrong, and why it was not put back; `birdkeeper logs`.',
    todo: OUTCOME_WORDS['roll back withheld'].todo,
    cases: [
      fires(
        'it touched a service that a person puts back',
        '20m',
        failed('roll back withheld', 'settle'),
        alertOf('roll back withheld', '7', 'settle'),
      ),
      silent('a push has mended it', '20m', { ...failed('roll back withheld', 'settle'), ...NEXT }),
    ],
  },
];
