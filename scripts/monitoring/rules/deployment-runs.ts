/** Rules of the deployment engine: does it run, do its runs succeed, when they should. */
import { boundary, fires, fixed, type Rule, silent, steady, VALUE } from '../model.js';
import { jobLine, jobTodo } from '../../../activities/notices/words.js';
import { held, JOB, RUN, STACK, WHAT, WHILE_SERVER_ANSWERS, WHO } from './deployment-words.js';

const run = (task: string, more = '') => `{instance="h",stack="birds",task="${task}"${more}}`;
const of = (task: string, stack = 'birds') => ({ instance: 'h', stack, task });
const series = (name: string, stack: string, task: string, more = '') =>
  `birdkeeper_${name}{instance="h",stack="${stack}",task="${task}"${more}}`;

/** A scheduled task of which the newest success and the interval are known; a run takes a minute. */
const scheduled = (stack: string, task: string, success: string, interval: number, minutes: number) => ({
  [series('last_success_timestamp_seconds', stack, task)]: success,
  [series('schedule_interval_seconds', stack, task)]: steady(interval, minutes),
  [series('run_duration_seconds_sum', stack, task, ',result="success"')]: steady(600, minutes),
  [series('run_duration_seconds_count', stack, task, ',result="success"')]: steady(10, minutes),
});

const DURATION = `${held(RUN, 'birdkeeper_run_duration_seconds_sum{result="success"}')} / ${held(RUN, 'birdkeeper_run_duration_seconds_count{result="success"}')}`;
const SHORT = 'task=~"deployment|check|notebooks|logrotate|cowbird"';
const LONG = 'task=~"backup|verify|weaver|job|data"';
const running = (tasks: string) => `time() - (${held(RUN, `birdkeeper_run_started_timestamp_seconds{${tasks}}`)} > 0)`;

/** What was seen not to be in step is told by alerts of its own, which say what. */
const toldElsewhere = (task: string): string =>
  `label_replace(${held(STACK, `birdkeeper_${task}_in_step`)} == 0, "task", "${task}", "", "")`;

export const deploymentRunRules: readonly Rule[] = [
  {
    name: 'BirdkeeperDown',
    expr: () => 'up{job="birdkeeper"} == 0',
    for: '5m',
    severity: 'critical',
    summary: 'birdkeeper on {{ $labels.instance }} does not answer',
    description: 'Its metrics cannot be read: nothing is deployed, and nobody hears of what fails.',
    means: 'The worker of birdkeeper does not answer. Nothing is looked at, deployed or backed up; what runs goes on.',
    look: '`systemctl status birdkeeper` (or its container), its log; `birdkeeper doctor`; whether `BIRDKEEPER_METRICS_LISTEN` is what Prometheus asks.',
    todo: 'Start it again: its work goes on where it was. Where there is no birdkeeper: PROMETHEUS_DEPLOYMENT_RULES=off',
    cases: [
      fires(
        'it is stopped',
        '20m',
        { 'up{instance="h",job="birdkeeper"}': '1x5 0x20' },
        { labels: { instance: 'h', job: 'birdkeeper' } },
      ),
      silent('it is restarted within two minutes', '20m', { 'up{instance="h",job="birdkeeper"}': '1x5 0x2 1x20' }),
    ],
  },
  {
    name: 'BirdkeeperNeverReported',
    expr: () => 'absent(birdkeeper_build_info) unless on () up{job="birdkeeper"} == 0',
    for: '10m',
    severity: 'critical',
    summary: 'birdkeeper does not report',
    description: 'There is no metric of birdkeeper: Prometheus does not ask it, or something else answers.',
    means: 'Prometheus has no metrics of birdkeeper at all, though nothing says that it is down.',
    look: 'Page "Targets" of Prometheus, job `birdkeeper`; `MONITORING_BIRDKEEPER_TARGET`; `curl http://127.0.0.1:9469/metrics` on the host.',
    todo: 'Put right the address on either side (docs/metrics.md). Without birdkeeper: `PROMETHEUS_DEPLOYMENT_RULES=off`.',
    cases: [
      fires(
        'something else answers there',
        '20m',
        { 'up{instance="h",job="birdkeeper"}': steady(1, 30) },
        { labels: {} },
      ),
      silent('it reports; elsewhere it is down, which another alert tells', '20m', {
        'birdkeeper_build_info{instance="h",version="1",host="h"}': steady(1, 30),
      }),
      silent('it is down, which another alert tells', '20m', { 'up{instance="h",job="birdkeeper"}': steady(0, 30) }),
    ],
  },
  {
    name: 'BirdkeeperServerUnreachable',
    expr: () => 'birdkeeper_server_reachable == 0',
    for: '10m',
    severity: 'critical',
    summary: 'birdkeeper on {{ $labels.instance }} cannot reach its Temporal server',
    description: 'Nothing is begun until the Temporal server answers; what runs goes on afterwards.',
    means: 'The Temporal server, which keeps what is to be done, does not answer the worker.',
    look: '`birdkeeper doctor`; the log of the worker; the server (docs/operations.md).',
    todo: 'Start the server again. Work goes on where it was.',
    cases: [
      fires(
        'it does not answer',
        '20m',
        { 'birdkeeper_server_reachable{instance="h"}': '1x5 0x20' },
        { labels: { instance: 'h' } },
      ),
      silent('it is restarted', '20m', { 'birdkeeper_server_reachable{instance="h"}': '1x5 0x5 1x20' }),
    ],
  },
  {
    name: 'BirdkeeperLastSuccessTooOld',
    thresholds: [fixed(2, 'intervals of its schedule')],
    expr: (limit) =>
      `(time() - ${held(RUN, 'birdkeeper_last_success_timestamp_seconds{task!~"backup|weaver|cowbird"}')}\n` +
      `- ${DURATION})\n` +
      `/ ${held(RUN, 'birdkeeper_schedule_interval_seconds')} > ${limit}\n` +
      `unless ${held(RUN, 'birdkeeper_schedule_paused')} == 1`,
    for: '5m',
    severity: 'warning',
    summary: `${WHO}: ${WHAT} has not succeeded for too long`,
    description: `The newest success is ${VALUE} intervals of its schedule ago.`,
    means:
      'A scheduled task has missed two runs in a row, and the time that it usually takes. Paused schedules are left out, and so are tasks that never succeeded (BirdkeeperRunFailed, BirdkeeperScheduleLag). Backups, registrations of birds and looks at Cowbird have alerts of their own.',
    look: '`birdkeeper status`, `birdkeeper jobs`; BirdkeeperRunFailed, BirdkeeperRunStuck and BirdkeeperScheduleLag say why.',
    todo: jobTodo('NAME'),
    cases: [
      fires(
        'looks are due each 10 minutes; the worker was restarted',
        '60m',
        scheduled('birds', 'check', '600x38 _x4 600x30', 600, 70),
        { labels: of('check'), value: '4.9' },
      ),
      silent('it never succeeded; it is paused; it succeeds', '60m', {
        ...scheduled('never', 'check', steady(0, 70), 600, 70),
        [series('run_duration_seconds_count', 'never', 'check', ',result="success"')]: steady(0, 70),
        [series('run_duration_seconds_sum', 'never', 'check', ',result="success"')]: steady(0, 70),
        ...scheduled('paused', 'check', steady(600, 70), 600, 70),
        [series('schedule_paused', 'paused', 'check')]: steady(1, 70),
        ...scheduled('well', 'check', '1+60x70', 600, 70),
      }),
      silent('birds and Cowbird, which other alerts tell', '60m', {
        ...scheduled('birds', 'weaver', steady(600, 70), 600, 70),
        ...scheduled('birds', 'cowbird', steady(600, 70), 600, 70),
      }),
      silent('the frequency is "off": there is no schedule', '60m', {
        [series('last_success_timestamp_seconds', 'birds', 'check')]: steady(60, 70),
      }),
      boundary(
        '60m',
        {
          ...scheduled('at', 'check', '-1260+60x70', 600, 70),
          ...scheduled('beyond', 'check', '-1320+60x70', 600, 70),
        },
        { labels: of('check', 'beyond'), value: '2.1' },
      ),
    ],
  },
  {
    name: 'BirdkeeperRunFailed',
    expr: () =>
      `${held(RUN, 'birdkeeper_last_run_timestamp_seconds{result="failure",task!~"deployment|check|verify"}')}\n` +
      `> ${held(RUN, 'birdkeeper_last_success_timestamp_seconds')}\n` +
      `unless on (instance, stack, task) (\n  ${toldElsewhere('weaver')}\n  or ${toldElsewhere('cowbird')}\n)`,
    for: '0m',
    severity: 'warning',
    summary: jobLine(WHO, JOB, 'failed'),
    description: 'Its newest run failed, and none has succeeded since.',
    means:
      'The newest run of a job, a backup or another task failed and has not recovered. It ends with the next success. What a registration of birds or a look at Cowbird saw is told by alerts of their own.',
    look: '`birdkeeper jobs`, `birdkeeper status`.',
    todo: jobTodo(JOB),
    cases: [
      fires(
        'a backup fails, then the worker is restarted',
        '20m',
        {
          [`birdkeeper_last_run_timestamp_seconds${run('backup', ',result="failure"')}`]: '0x8 500x4 _x20',
          [`birdkeeper_last_success_timestamp_seconds${run('backup')}`]: '60x12 _x20',
        },
        { labels: of('backup') },
      ),
      fires(
        'a job that never succeeded',
        '20m',
        {
          [`birdkeeper_last_run_timestamp_seconds${run('job', ',name="tidy",result="failure"')}`]: '0x8 500x20',
          [`birdkeeper_last_success_timestamp_seconds${run('job', ',name="tidy"')}`]: steady(0, 30),
        },
        { labels: { ...of('job'), name: 'tidy' } },
      ),
      fires(
        'a registration is ended before it has seen anything, in a stack of which Cowbird is not in step',
        '20m',
        {
          [series('last_run_timestamp_seconds', 'birds', 'weaver', ',result="failure"')]: '0x8 500x20',
          [series('last_success_timestamp_seconds', 'birds', 'weaver')]: steady(60, 30),
          'birdkeeper_weaver_in_step{instance="h",stack="birds"}': steady(1, 30),
          'birdkeeper_cowbird_in_step{instance="h",stack="birds"}': steady(0, 30),
        },
        { labels: of('weaver') },
      ),
      silent('a bird is not registered, or Cowbird not in step, which other alerts tell', '20m', {
        [series('last_run_timestamp_seconds', 'birds', 'weaver', ',result="failure"')]: '0x8 500x20',
        [series('last_success_timestamp_seconds', 'birds', 'weaver')]: steady(60, 30),
        'birdkeeper_weaver_in_step{instance="h",stack="birds"}': '1x7 0x30',
        [series('last_run_timestamp_seconds', 'birds', 'cowbird', ',result="failure"')]: '0x8 500x20',
        [series('last_success_timestamp_seconds', 'birds', 'cowbird')]: steady(60, 30),
        'birdkeeper_cowbird_in_step{instance="h",stack="birds"}': '1x7 0x30',
      }),
      silent('nothing ever ran', '20m', {
        [`birdkeeper_last_run_timestamp_seconds${run('backup', ',result="failure"')}`]: steady(0, 30),
        [`birdkeeper_last_success_timestamp_seconds${run('backup')}`]: steady(0, 30),
      }),
      silent('it succeeded since', '20m', {
        [`birdkeeper_last_run_timestamp_seconds${run('backup', ',result="failure"')}`]: '0x8 500x20',
        [`birdkeeper_last_success_timestamp_seconds${run('backup')}`]: '60x12 780x20',
      }),
    ],
  },
  {
    name: 'BirdkeeperRunStuck',
    thresholds: [fixed(1800, 's'), fixed(21_600, 's, backups, verifications, registrations and jobs')],
    expr: (short, long) =>
      `(\n  ${running(SHORT)} > ${short}\n  or ${running(LONG)} > ${long}\n)\n${WHILE_SERVER_ANSWERS}`,
    for: '1m',
    severity: 'warning',
    summary: `${WHO}: ${WHAT} does not end`,
    description: 'It has been running for {{ $value | printf "%.0f" }} seconds.',
    means:
      'A deployment, a look, also at Cowbird, notebooks or a rotation of logs runs for more than half an hour; a backup, a verification, a registration of birds or a job for more than six.',
    look: '`birdkeeper status` says in which phase it is and what it waits for; its workflow in the UI of Temporal.',
    todo: 'It goes on by itself when what it waits for is mended. Where it stands: birdkeeper status',
    cases: [
      fires(
        'a deployment began 40 minutes ago',
        '50m',
        { [`birdkeeper_run_started_timestamp_seconds${run('deployment')}`]: '0x9 600x50' },
        { labels: of('deployment'), value: '2400' },
      ),
      silent('the server does not answer, and nobody knows whether it goes on', '50m', {
        [`birdkeeper_run_started_timestamp_seconds${run('deployment')}`]: '0x9 600x50',
        'birdkeeper_server_reachable{instance="h"}': '1x15 0x50',
      }),
      silent('none is in progress; a job takes three hours', '190m', {
        [`birdkeeper_run_started_timestamp_seconds${run('deployment')}`]: steady(0, 200),
        [`birdkeeper_run_started_timestamp_seconds${run('job', ',name="tidy"')}`]: steady(600, 200),
      }),
      boundary(
        '400m',
        {
          [series('run_started_timestamp_seconds', 'at', 'check')]: '-1800+60x420',
          [series('run_started_timestamp_seconds', 'beyond', 'check')]: '-1801+60x420',
          [series('run_started_timestamp_seconds', 'at', 'data')]: '-21600+60x420',
          [series('run_started_timestamp_seconds', 'beyond', 'data')]: '-21601+60x420',
          [series('run_started_timestamp_seconds', 'at', 'cowbird')]: '-1800+60x420',
          [series('run_started_timestamp_seconds', 'beyond', 'cowbird')]: '-1801+60x420',
          [series('run_started_timestamp_seconds', 'at', 'weaver')]: '-21600+60x420',
          [series('run_started_timestamp_seconds', 'beyond', 'weaver')]: '-21601+60x420',
        },
        { labels: of('check', 'beyond'), value: '1801' },
        { labels: of('data', 'beyond'), value: '21601' },
        { labels: of('cowbird', 'beyond'), value: '1801' },
        { labels: of('weaver', 'beyond'), value: '21601' },
      ),
    ],
  },
  {
    name: 'BirdkeeperScheduleLag',
    thresholds: [fixed(1, 'intervals of its schedule, or hours if that is shorter')],
    expr: (limit) =>
      `${held(RUN, 'birdkeeper_schedule_lag_seconds')}\n/ clamp_max(${held(RUN, 'birdkeeper_schedule_interval_seconds')}, 3600) > ${limit}\n${WHILE_SERVER_ANSWERS}`,
    for: '15m',
    severity: 'warning',
    summary: `${WHO}: ${WHAT} is overdue`,
    description: 'Its schedule was due, and the run has not been begun.',
    means: 'A run that was due has not begun for longer than its interval, or than an hour.',
    look: '`birdkeeper doctor`, `birdkeeper status`: what runs now, and what is queued.',
    todo: 'Wait for what runs before it, or end it; restart the worker if nothing runs at all.',
    cases: [
      fires(
        'a daily job is two hours late',
        '30m',
        {
          [`birdkeeper_schedule_lag_seconds${run('job', ',name="tidy"')}`]: '7200+60x40',
          [`birdkeeper_schedule_interval_seconds${run('job', ',name="tidy"')}`]: steady(86_400, 40),
        },
        { labels: { ...of('job'), name: 'tidy' } },
      ),
      silent('the server does not answer, and begins nothing', '60m', {
        [`birdkeeper_schedule_lag_seconds${run('check')}`]: '0x5 0+60x60',
        [`birdkeeper_schedule_interval_seconds${run('check')}`]: steady(300, 70),
        'birdkeeper_server_reachable{instance="h"}': '1x5 0x60',
      }),
      silent('a look is late for a while, behind a deployment', '30m', {
        [`birdkeeper_schedule_lag_seconds${run('check')}`]: '0x5 600x12 0x30',
        [`birdkeeper_schedule_interval_seconds${run('check')}`]: steady(300, 40),
      }),
      boundary(
        '30m',
        {
          [series('schedule_lag_seconds', 'at', 'check')]: steady(300, 40),
          [series('schedule_interval_seconds', 'at', 'check')]: steady(300, 40),
          [series('schedule_lag_seconds', 'beyond', 'check')]: steady(301, 40),
          [series('schedule_interval_seconds', 'beyond', 'check')]: steady(300, 40),
        },
        { labels: of('check', 'beyond') },
      ),
    ],
  },
];
