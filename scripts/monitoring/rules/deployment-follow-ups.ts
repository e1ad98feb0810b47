/** Rules of the deployment engine: what follows deployments. Birds in Weaver, and Cowbird in step. */
import { boundary, fires, type Rule, setBy, silent, steady } from '../model.js';
import { jobLine, jobTodo } from '../../../activities/notices/words.js';
import { BIRD, held, STACK, WHILE_SERVER_ANSWERS, WHO } from './deployment-words.js';

const IN_STEP = `${held(STACK, 'birdkeeper_weaver_in_step')} == 0`;
const NOT_REGISTERED = `${held(BIRD, 'birdkeeper_weaver_bird_registered')} == 0`;
const SILENT = `${held(BIRD, 'birdkeeper_weaver_bird_answering')} == 0`;
const NOT_READY = `${held(STACK, 'birdkeeper_weaver_worker_ready')} == 0`;
const NOT_LISTED = `${held(STACK, 'birdkeeper_weaver_listing_answered')} == 0`;
const COWBIRD = `${held(STACK, 'birdkeeper_cowbird_in_step')} == 0`;

/** How many intervals of its schedule the newest of them is ago; nothing where there is no schedule, or it is paused. */
const tooOld = (task: string, timestamp: string, limit: string): string =>
  `(time() - ${held(STACK, timestamp)})\n` +
  `/ (${held(STACK, `birdkeeper_schedule_interval_seconds{task="${task}"}`)} > 0) > ${limit}\n` +
  `unless ${held(STACK, `birdkeeper_schedule_paused{task="${task}"}`)} == 1\n${WHILE_SERVER_ANSWERS}`;

const about = (name: string, of = 'birds', more = '') => `birdkeeper_${name}{instance="h",stack="${of}"${more}}`;
const ofBird = (what: string, bird: string, of = 'birds') => about(`weaver_bird_${what}`, of, `,bird="${bird}"`);
const labels = (of = 'birds') => ({ instance: 'h', stack: of });
const birdLabels = (bird: string) => ({ ...labels(), bird });

/** Looked at last at a time, each hour. */
const looked = (of: string, task: string, name: string, at: string, minutes: number) => ({
  [about(name, of)]: at,
  [about('schedule_interval_seconds', of, `,task="${task}",name=""`)]: steady(3600, minutes),
});
const REGISTERED_AT = 'weaver_last_registration_timestamp_seconds';
const VERIFIED_AT = 'cowbird_last_verification_timestamp_seconds';

/** Everything is in step until five minutes later something is not. */
const outOfStep = (minutes: number, of = 'birds') => ({ [about('weaver_in_step', of)]: `1x4 0x${minutes}` });

export const deploymentFollowUpRules: readonly Rule[] = [
  {
    name: 'BirdkeeperBirdNotRegistered',
    expr: () => NOT_REGISTERED,
    for: '15m',
    severity: 'warning',
    summary: `${WHO}: bird {{ $labels.bird }} is not registered in Weaver`,
    description: 'It is wanted, and the newest registration could not add it. Weaver offers none of its processes.',
    means:
      'A bird of `WEAVER_WPS_PROVIDERS` is no provider of Weaver for a quarter of an hour. The others are not held up by it.',
    look: '`birdkeeper weaver status` says of each bird why not; `birdkeeper jobs logs weaver`; the log of the bird.',
    todo: 'Why: birdkeeper weaver status. Once more: birdkeeper weaver register {{ $labels.bird }}. One that is not meant to be there: take it off WEAVER_WPS_PROVIDERS.',
    cases: [
      fires(
        'raven is missing; the worker is restarted meanwhile',
        '30m',
        {
          [ofBird('registered', 'raven')]: '1x4 0x10 _x4 0x20',
          [ofBird('registered', 'finch')]: '1x14 _x4 1x20',
        },
        { labels: birdLabels('raven') },
      ),
      silent('it is registered within ten minutes; another one is, and does not answer', '14m', {
        [ofBird('registered', 'raven')]: '1x4 0x9 1x30',
        [ofBird('registered', 'finch')]: steady(1, 40),
        [ofBird('answering', 'finch')]: steady(0, 40),
      }),
      silent('it is wanted no more', '17m', { [ofBird('registered', 'raven')]: '1x4 0x3' }),
    ],
  },
  {
    name: 'BirdkeeperBirdNotAnswering',
    expr: () => `${SILENT}\nand ${held(BIRD, 'birdkeeper_weaver_bird_registered')} == 1`,
    // It is looked at each hour: the second look in a row has seen it.
    for: '75m',
    severity: 'warning',
    summary: `${WHO}: bird {{ $labels.bird }} is registered in Weaver and does not answer`,
    description: 'Weaver lists it and can read none of its processes.',
    means:
      'A bird is registered, and Weaver cannot read its capabilities, at two hourly looks in a row: it is down, answers too slowly, or shows itself to no one who is not signed in.',
    look: '`birdkeeper weaver status` says why; `docker compose ps` and the log of the bird; ServiceUnhealthy.',
    todo: 'Start the bird again, or open it (enable all-public-access). Then: birdkeeper weaver register {{ $labels.bird }}',
    cases: [
      fires(
        'hummingbird is down at two looks',
        '90m',
        {
          [ofBird('registered', 'hummingbird')]: '1x40 _x4 1x60',
          [ofBird('answering', 'hummingbird')]: '1x4 0x36 _x4 0x60',
        },
        { labels: birdLabels('hummingbird') },
      ),
      silent('it was down at one look', '64m', {
        [ofBird('registered', 'hummingbird')]: steady(1, 100),
        [ofBird('answering', 'hummingbird')]: '1x4 0x60 1x40',
      }),
      silent('it is not even registered, which another alert tells', '90m', {
        [ofBird('registered', 'raven')]: '1x4 0x100',
        [ofBird('answering', 'raven')]: '1x4 0x100',
      }),
    ],
  },
  {
    name: 'BirdkeeperRegistrationFailed',
    expr: () => `${IN_STEP}\nunless on (instance, stack) (\n  ${SILENT}\n  or ${NOT_READY}\n  or ${NOT_LISTED}\n)`,
    for: '0m',
    severity: 'warning',
    summary: jobLine(WHO, 'weaver', 'failed'),
    description: 'The newest registration came to nothing: Weaver, Magpie or the configuration.',
    means:
      'A registration failed as a whole, before it came to a bird: Weaver or Magpie did not answer in time, refused the administrator, or the configuration names what cannot be.',
    look: '`birdkeeper jobs logs weaver` says which; `birdkeeper doctor`; the logs of weaver and magpie.',
    todo: jobTodo('weaver'),
    cases: [
      fires(
        'Magpie refuses the administrator',
        '20m',
        {
          ...outOfStep(30),
          [ofBird('answering', 'raven')]: steady(1, 40),
          [about('weaver_worker_ready')]: '1x4 _x40',
        },
        { labels: labels() },
      ),
      silent('other alerts tell what is not in step; elsewhere everything is', '20m', {
        ...outOfStep(30, 'bird'),
        [ofBird('answering', 'raven', 'bird')]: '1x4 0x30',
        ...outOfStep(30, 'worker'),
        [about('weaver_worker_ready', 'worker')]: '1x4 0x30',
        ...outOfStep(30, 'list'),
        [about('weaver_listing_answered', 'list')]: '1x4 0x30',
        [about('weaver_in_step', 'well')]: steady(1, 40),
      }),
    ],
  },
  {
    name: 'BirdkeeperRegistrationTooOld',
    thresholds: [setBy('BirdkeeperRegistrationTooOld', 2, 'intervals of its schedule')],
    expr: (limit) => tooOld('weaver', `birdkeeper_${REGISTERED_AT}`, limit),
    for: '15m',
    severity: 'warning',
    summary: `${WHO}: birds have not been registered for too long`,
    description:
      'The newest registration is {{ $value | printf "%.1f" }} intervals of its schedule ago: nobody knows what of Weaver still holds.',
    means:
      'The schedule (`BIRDKEEPER_WEAVER_FREQUENCY`) would have had Weaver looked at, and no registration has ended, well or not. Paused schedules are left out.',
    look: '`birdkeeper schedules`, `birdkeeper jobs`; BirdkeeperScheduleLag, BirdkeeperRunStuck and BirdkeeperRunFailed say why.',
    todo: jobTodo('weaver'),
    cases: [
      fires(
        'each hour, and three hours ago; the worker was restarted',
        '240m',
        looked('birds', 'weaver', REGISTERED_AT, '3600x180 _x4 3600x80', 270),
        { labels: labels(), value: '3.0' },
      ),
      silent('it is paused; there is no schedule, or its interval is not known; it is registered', '300m', {
        ...looked('paused', 'weaver', REGISTERED_AT, steady(3600, 320), 320),
        [about('schedule_paused', 'paused', ',task="weaver",name=""')]: steady(1, 320),
        [about(REGISTERED_AT, 'none')]: steady(3600, 320),
        [about(REGISTERED_AT, 'unknown')]: steady(3600, 320),
        [about('schedule_interval_seconds', 'unknown', ',task="weaver",name=""')]: steady(0, 320),
        ...looked('well', 'weaver', REGISTERED_AT, '0+60x320', 320),
      }),
      silent('the server does not answer, which another alert tells', '300m', {
        ...looked('birds', 'weaver', REGISTERED_AT, steady(3600, 320), 320),
        'birdkeeper_server_reachable{instance="h"}': '1x60 0x260',
      }),
      boundary(
        '240m',
        {
          ...looked('at', 'weaver', REGISTERED_AT, '-7200+60x260', 260),
          ...looked('beyond', 'weaver', REGISTERED_AT, '-7560+60x260', 260),
        },
        { labels: labels('beyond'), value: '2.1' },
      ),
    ],
  },
  {
    name: 'BirdkeeperWeaverWorkerNotReady',
    expr: () => NOT_READY,
    for: '15m',
    severity: 'critical',
    summary: `${WHO}: the worker of Weaver does not take jobs`,
    description: 'Weaver answers, and what its users start does not run. It was restarted once already.',
    means:
      'The Celery worker of Weaver did not answer its check, also after birdkeeper has restarted it. Jobs are accepted and wait.',
    look: '`docker compose logs weaver-worker weaver-mongodb`; `birdkeeper jobs logs weaver`; memory and disk of the host.',
    todo: 'Mend what its log says, then: birdkeeper weaver register',
    cases: [
      fires(
        'also after a restart',
        '25m',
        { [about('weaver_worker_ready')]: '1x4 0x8 _x3 0x20' },
        { labels: labels() },
      ),
      silent('it took a restart, and answers; elsewhere nobody knows it', '13m', {
        [about('weaver_worker_ready')]: '1x4 0x8 1x20',
        [about('weaver_in_step', 'elsewhere')]: steady(0, 30),
      }),
    ],
  },
  {
    name: 'BirdkeeperWeaverListingFailing',
    expr: () => NOT_LISTED,
    for: '15m',
    severity: 'warning',
    summary: `${WHO}: nobody gets the list of all processes of Weaver`,
    description: 'GET /processes?providers=true fails for every user, whatever bird they are after.',
    means:
      'The list that users are promised is not answered. Mostly one registered bird is why: Weaver lets some of its errors (status 400, and 500 where only ids are asked for) fail the whole call.',
    look: '`birdkeeper jobs logs weaver` names the birds because of which it fails; `birdkeeper weaver status`.',
    todo: 'Mend the bird that is named there, or take it off WEAVER_WPS_PROVIDERS and out of Weaver: birdkeeper weaver unregister BIRD',
    cases: [
      fires(
        'a bird answers with 500',
        '25m',
        { [about('weaver_listing_answered')]: '1x4 0x8 _x3 0x20' },
        { labels: labels() },
      ),
      silent('it is mended within ten minutes; elsewhere it was not asked for', '13m', {
        [about('weaver_listing_answered')]: '1x4 0x8 1x20',
        [about('weaver_in_step', 'elsewhere')]: steady(0, 30),
      }),
    ],
  },
  {
    name: 'BirdkeeperCowbirdNotInStep',
    expr: () =>
      `${held(`${STACK}, what`, 'birdkeeper_cowbird_finding')}\nand on (instance, stack) ${COWBIRD}\nor on (instance, stack) ${COWBIRD}`,
    for: '15m',
    severity: 'warning',
    summary: `${jobLine(WHO, 'cowbird', 'failed')}{{ if $labels.what }}: {{ $labels.what }}{{ else }}{{ end }}`,
    description: 'Workspaces, permissions or links of users are not kept as Magpie and the birds have them.',
    means:
      'Cowbird does not answer, its worker is not the one of its API, a handler is missing, or the webhooks of Magpie do not reach it: one alert for each.',
    look: '`birdkeeper cowbird status`: what was found, why, and what to do of each; `docker compose logs cowbird cowbird-worker`.',
    todo: jobTodo('cowbird'),
    cases: [
      fires(
        'two things are found, and the worker of birdkeeper is restarted',
        '30m',
        {
          [about('cowbird_in_step')]: '1x4 0x10 _x4 0x20',
          [about('cowbird_finding', 'birds', ',what="webhooks"')]: '_x5 1x10 _x4 1x20',
          [about('cowbird_finding', 'birds', ',what="worker"')]: '_x5 1x10 _x4 1x20',
        },
        { labels: { ...labels(), what: 'webhooks' } },
        { labels: { ...labels(), what: 'worker' } },
      ),
      fires('nothing says what', '30m', { [about('cowbird_in_step')]: '1x4 0x30' }, { labels: labels() }),
      silent('it is in step at the next look; elsewhere something was found that is no harm', '15m', {
        [about('cowbird_in_step')]: '1x4 0x10 1x20',
        [about('cowbird_finding', 'birds', ',what="webhooks"')]: '_x5 1x10',
        [about('cowbird_in_step', 'well')]: steady(1, 40),
        [about('cowbird_finding', 'well', ',what="people"')]: steady(1, 40),
      }),
    ],
  },
  {
    name: 'BirdkeeperCowbirdVerificationTooOld',
    thresholds: [setBy('BirdkeeperCowbirdVerificationTooOld', 2, 'intervals of its schedule')],
    expr: (limit) => tooOld('cowbird', `birdkeeper_${VERIFIED_AT}`, limit),
    for: '15m',
    severity: 'warning',
    summary: `${WHO}: Cowbird has not been verified for too long`,
    description:
      'The newest look is {{ $value | printf "%.1f" }} intervals of its schedule ago: nobody knows whether it is still in step.',
    means:
      'The schedule (`BIRDKEEPER_COWBIRD_FREQUENCY`) would have had Cowbird looked at, and no look has ended, well or not. Paused schedules are left out.',
    look: '`birdkeeper schedules`, `birdkeeper jobs`; BirdkeeperScheduleLag, BirdkeeperRunStuck and BirdkeeperRunFailed say why.',
    todo: jobTodo('cowbird'),
    cases: [
      fires(
        'each hour, and three hours ago; the worker was restarted',
        '240m',
        looked('birds', 'cowbird', VERIFIED_AT, '3600x180 _x4 3600x80', 270),
        { labels: labels(), value: '3.0' },
      ),
      silent('it is paused; there is no schedule; it is verified', '300m', {
        ...looked('paused', 'cowbird', VERIFIED_AT, steady(3600, 320), 320),
        [about('schedule_paused', 'paused', ',task="cowbird",name=""')]: steady(1, 320),
        [about(VERIFIED_AT, 'none')]: steady(3600, 320),
        ...looked('well', 'cowbird', VERIFIED_AT, '0+60x320', 320),
      }),
      boundary(
        '240m',
        {
          ...looked('at', 'cowbird', VERIFIED_AT, '-7200+60x260', 260),
          ...looked('beyond', 'cowbird', VERIFIED_AT, '-7560+60x260', 260),
        },
        { labels: labels('beyond'), value: '2.1' },
      ),
    ],
  },
];
