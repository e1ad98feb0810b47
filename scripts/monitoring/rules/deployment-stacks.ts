/** Rules of the deployment engine: what holds a stack back. */
import { boundary, fires, fixed, type Rule, silent, steady, VALUE } from '../model.js';
import { blockedLine, OUTCOME_WORDS, unseenLine } from '../../../activities/notices/words.js';
import { BLOCKED_CHECKOUT, CHECKOUT, held, STACK, WHO } from './deployment-words.js';

const checkout = (stack: string, more = '') => `{instance="h",stack="${stack}",checkout="platform"${more}}`;
const stack = (name: string, more = '') => `{instance="h",stack="${name}"${more}}`;
const labelsOf = (name = 'birds') => ({ instance: 'h', stack: name });
const checkoutOf = (name = 'birds') => ({ ...labelsOf(name), checkout: 'platform' });
const looks = (name: string) => ({
  [`birdkeeper_schedule_interval_seconds${stack(name, ',task="check"')}`]: steady(300, 60),
});
const behind = (name: string, commits = 2) => ({
  ...looks(name),
  [`birdkeeper_checkout_behind_commits${checkout(name)}`]: steady(commits, 60),
});

const HELD_BACK = [
  'birdkeeper_stack_paused',
  'birdkeeper_stack_waiting',
  'birdkeeper_schedule_paused{task="check"}',
  'birdkeeper_run_in_progress{task="deployment"}',
  'birdkeeper_stack_state{state=~"blocked|degraded|quarantined|skipped by conditional trigger"}',
].map((series) => `${held(STACK, series)} == 1`);

export const deploymentStackRules: readonly Rule[] = [
  {
    name: 'BirdkeeperBehindTooLong',
    thresholds: [fixed(0, 'commits')],
    expr: (limit) =>
      `${held(CHECKOUT, 'birdkeeper_checkout_behind_commits')} > ${limit}\n` +
      `and on (instance, stack) ${held(STACK, 'birdkeeper_schedule_interval_seconds{task="check"}')} > 0\n` +
      `unless on (instance, stack) (\n  ${HELD_BACK.join('\n  or ')}\n)`,
    for: '15m',
    severity: 'warning',
    summary: `${WHO}: {{ $labels.checkout }} is behind for too long`,
    description: `${VALUE} commits have been seen and are not deployed, and nothing says why.`,
    means:
      'Commits of the upstream were seen a quarter of an hour ago and are not deployed. What waits for a person or a window, is paused, quarantined, blocked or skipped, is left out: that is told elsewhere, or wanted. So are stacks whose frequency is "off".',
    look: '`birdkeeper status`, `birdkeeper logs`; BirdkeeperDeploymentFailed, BirdkeeperServerUnreachable.',
    todo: 'Deploy it now: birdkeeper deploy. What holds it back is said there.',
    cases: [
      fires('two commits', '20m', behind('birds'), { labels: checkoutOf(), value: '2.0' }),
      silent('it waits, is paused, is quarantined, is deployed right now, or nobody looks', '20m', {
        ...behind('waiting'),
        [`birdkeeper_stack_waiting${stack('waiting')}`]: steady(1, 60),
        ...behind('paused'),
        [`birdkeeper_stack_paused${stack('paused')}`]: steady(1, 60),
        ...behind('quarantined'),
        [`birdkeeper_stack_state${stack('quarantined', ',state="quarantined"')}`]: steady(1, 60),
        ...behind('deploying'),
        [`birdkeeper_run_in_progress${stack('deploying', ',task="deployment"')}`]: steady(1, 60),
        [`birdkeeper_checkout_behind_commits${checkout('off')}`]: steady(2, 60),
      }),
      silent('it is deployed within ten minutes', '20m', {
        ...looks('birds'),
        [`birdkeeper_checkout_behind_commits${checkout('birds')}`]: '2x10 0x50',
      }),
      boundary('20m', { ...behind('at', 0), ...behind('beyond', 1) }, { labels: checkoutOf('beyond'), value: '1.0' }),
    ],
  },
  {
    name: 'BirdkeeperFetchFailing',
    expr: () => `${held(CHECKOUT, 'birdkeeper_checkout_state{state="unreachable"}')} == 1`,
    for: '15m',
    severity: 'warning',
    summary: `${unseenLine(WHO)}: {{ $labels.checkout }} cannot be fetched`,
    description: 'Its remote does not answer. Nothing moves until every checkout can be looked at.',
    means:
      'The remote of a checkout could not be asked, look after look. Nothing of the stack is deployed meanwhile; what runs goes on.',
    look: '`birdkeeper status` says what git said; `git -C CHECKOUT fetch` as the same user; keys, host keys, name resolution.',
    todo: 'Mend the way to the remote, or its keys. The next look goes on by itself.',
    cases: [
      fires(
        '20 minutes, with a restart of the worker',
        '25m',
        { [`birdkeeper_checkout_state${checkout('birds', ',state="unreachable"')}`]: '0x2 1x10 _x3 1x30' },
        { labels: checkoutOf() },
      ),
      silent('a hiccup between two looks', '25m', {
        [`birdkeeper_checkout_state${checkout('birds', ',state="unreachable"')}`]: '0x2 1x5 0x30',
      }),
    ],
  },
  {
    name: 'BirdkeeperReleaseQuarantined',
    expr: () => `${held(STACK, 'birdkeeper_stack_state{state="quarantined"}')} == 1`,
    for: '0m',
    severity: 'warning',
    summary: `${WHO}: the newest release is quarantined`,
    description: 'It was found bad and is not deployed again. The former release runs.',
    means:
      'A deployment of the newest commits failed, was put back, cancelled or rejected; birdkeeper does not try the same commits again.',
    look: '`birdkeeper status`, `birdkeeper logs`: in which phase it failed, and why.',
    todo: OUTCOME_WORDS['rolled back'].todo,
    cases: [
      fires(
        'it was rolled back',
        '10m',
        { [`birdkeeper_stack_state${stack('birds', ',state="quarantined"')}`]: '0x5 1x10' },
        { labels: labelsOf() },
      ),
      silent('a push has mended it', '10m', {
        [`birdkeeper_stack_state${stack('birds', ',state="quarantined"')}`]: '1x5 0x10',
        [`birdkeeper_quarantined_releases${stack('birds')}`]: steady(1, 15),
      }),
    ],
  },
  {
    name: 'BirdkeeperCheckoutBlocked',
    expr: () => `${held(`${CHECKOUT}, state`, `birdkeeper_checkout_state{state=~"${BLOCKED_CHECKOUT}"}`)} == 1`,
    for: '15m',
    severity: 'warning',
    summary: `${blockedLine(WHO)}: {{ $labels.checkout }} is {{ $labels.state }}`,
    description: 'Nothing of the stack is deployed until a person puts the checkout right.',
    means:
      'A checkout is in a state that birdkeeper does not overwrite: changed by hand, diverged, detached, without an upstream, or no repository.',
    look: '`birdkeeper status` names the files and the remedy; `git -C CHECKOUT status`.',
    todo: 'dirty: commit, revert or ignore these files. diverged: bring the branch back onto its upstream. Otherwise check out a branch that has an upstream.',
    cases: [
      fires(
        'somebody changed files',
        '20m',
        { [`birdkeeper_checkout_state${checkout('birds', ',state="dirty"')}`]: '0x2 1x30' },
        { labels: { ...checkoutOf(), state: 'dirty' } },
      ),
      silent('it is ahead, and behind', '20m', {
        [`birdkeeper_checkout_state${checkout('birds', ',state="ahead"')}`]: steady(1, 30),
        [`birdkeeper_checkout_state${checkout('birds', ',state="behind"')}`]: steady(1, 30),
        [`birdkeeper_checkout_state${checkout('birds', ',state="dirty"')}`]: steady(0, 30),
      }),
    ],
  },
  {
    name: 'BirdkeeperStackBlocked',
    expr: () =>
      `${held(STACK, 'birdkeeper_stack_state{state="blocked"}')} == 1\n` +
      `unless on (instance, stack) (\n  ${held(STACK, `birdkeeper_checkout_state{state=~"${BLOCKED_CHECKOUT}"}`)} == 1\n` +
      `  or ${held(STACK, 'birdkeeper_configuration_valid')} == 0\n)`,
    for: '15m',
    severity: 'warning',
    summary: blockedLine(WHO),
    description: 'A commit is not signed as it should be, or a push asks for a person.',
    means:
      'The stack is blocked, and neither a checkout nor the configuration is why: a signature is missing, or the push says that a person must act first.',
    look: '`birdkeeper status` says the reason and the remedy.',
    todo: 'Sign these commits with a key that is listed, or do what the push asks for, then: birdkeeper deploy --force',
    cases: [
      fires(
        'a commit without a signature',
        '20m',
        {
          [`birdkeeper_stack_state${stack('birds', ',state="blocked"')}`]: steady(1, 30),
          [`birdkeeper_configuration_valid${stack('birds')}`]: steady(1, 30),
        },
        { labels: labelsOf() },
      ),
      silent('other alerts tell why', '20m', {
        [`birdkeeper_stack_state${stack('birds', ',state="blocked"')}`]: steady(1, 30),
        [`birdkeeper_configuration_valid${stack('birds')}`]: steady(0, 30),
        [`birdkeeper_stack_state${stack('dirty', ',state="blocked"')}`]: steady(1, 30),
        [`birdkeeper_checkout_state${checkout('dirty', ',state="dirty"')}`]: steady(1, 30),
      }),
    ],
  },
  {
    name: 'BirdkeeperStackDrifted',
    expr: () => `${held(STACK, 'birdkeeper_stack_state{state="drifted"}')} == 1`,
    for: '15m',
    severity: 'warning',
    summary: `${WHO}: what runs has drifted`,
    description: 'A service does not run as it was deployed: it is gone, stopped, or was replaced by hand.',
    means:
      'A service does not run as recorded: gone, stopped, in another container or of another image. birdkeeper puts it right by itself only where `BIRDKEEPER_ON_DRIFT=repair`.',
    look: '`birdkeeper status` names the services; `docker compose ps --all`.',
    todo: 'Put it right, which touches nothing else, by: birdkeeper deploy --force',
    cases: [
      fires(
        'somebody stopped a service, and the worker was restarted since',
        '25m',
        { [`birdkeeper_stack_state${stack('birds', ',state="drifted"')}`]: '0x2 1x10 _x3 1x30' },
        { labels: labelsOf() },
      ),
      silent('it is repaired, or restarted by hand, within ten minutes', '25m', {
        [`birdkeeper_stack_state${stack('birds', ',state="drifted"')}`]: '0x2 1x10 0x30',
      }),
    ],
  },
  {
    name: 'BirdkeeperConfigurationInvalid',
    expr: () => `${held(STACK, 'birdkeeper_configuration_valid')} == 0`,
    for: '5m',
    severity: 'warning',
    summary: `${blockedLine(WHO)}: the configuration cannot be read`,
    description: 'The newest look could not read the configuration of the stack.',
    means: 'env.local, a component or a compose file cannot be read as it is. What runs goes on; nothing is deployed.',
    look: '`birdkeeper config validate` says the file and the line.',
    todo: 'Mend it in place, or push a commit that does.',
    cases: [
      fires(
        'a syntax error in env.local',
        '10m',
        { [`birdkeeper_configuration_valid${stack('birds')}`]: '1x2 0x10' },
        { labels: labelsOf() },
      ),
      silent('it is being edited', '10m', { [`birdkeeper_configuration_valid${stack('birds')}`]: '1x2 0x3 1x10' }),
    ],
  },
];
