/** Rules on containers that come on top of the known ones: do they live, and are all there. */
import { boundary, fires, fixed, type Rule, silent, steady, stepping } from '../model.js';
import { NAMED } from './selectors.js';

const IT = { instance: 'h', name: 'weaver' };
const composed = (service: string, project = 'birds') =>
  `{instance="h",name="${service}",container_label_com_docker_compose_project="${project}",container_label_com_docker_compose_service="${service}"}`;
const expected = (service: string) =>
  `birdkeeper_service_expected{instance="h",stack="birds",project="birds",service="${service}"}`;
const seen = (minutes: number, from = 0) => `${from}+60x${minutes}`;

const PROJECT = 'container_label_com_docker_compose_project';
const SERVICE = 'container_label_com_docker_compose_service';
/** Services of which a container was seen lately, under the labels of what is expected. */
const RUNNING =
  `label_replace(label_replace(\n` +
  `    max by (instance, ${PROJECT}, ${SERVICE}) (container_last_seen{${SERVICE}!=""}) > time() - 180,\n` +
  `    "project", "$1", "${PROJECT}", "(.*)"),\n    "service", "$1", "${SERVICE}", "(.*)")`;
const EXPECTED = 'max by (instance, stack, project, service) (last_over_time(birdkeeper_service_expected[10m]))';

const NO_DEPLOYMENT =
  'unless on (instance, stack) max by (instance, stack) (birdkeeper_run_in_progress{task="deployment"}) == 1';
const health = (service: string, word: string) =>
  `birdkeeper_service_health{instance="h",stack="birds",service="${service}",health="${word}"}`;

/** A container that was started again counts its CPU from 0 again; one that was made anew has a newer start. */
const RESTARTS =
  `max by (instance, name) (resets(container_cpu_usage_seconds_total{${NAMED}}[15m]))\n` +
  `+ changes(max by (instance, name) (container_start_time_seconds{${NAMED}})[15m:1m])`;

export const containerHealthRules: readonly Rule[] = [
  {
    name: 'ContainerOutOfMemory',
    expr: () => `sum by (instance, name) (increase(container_oom_events_total{${NAMED}}[10m])) > 0`,
    for: '0m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: container {{ $labels.name }} ran out of memory',
    description: 'The kernel killed a program in {{ $labels.name }} within the last ten minutes.',
    means:
      'A program in a container was killed because memory was used up. When it was its main program, the container was started again, and HostOomKillDetected and ContainerRestartLoop may be all that is seen of it.',
    look: '`docker inspect -f {{.State.OOMKilled}} NAME`, its log; panel "Memory per container" of the first dashboard.',
    todo: 'Raise its limit (`mem_limit`), or find out what grows.',
    needs: '/dev/kmsg in cAdvisor (the component gives it, with the capability SYSLOG)',
    cases: [
      fires(
        'one kill',
        '12m',
        { 'container_oom_events_total{instance="h",name="weaver",id="/docker/1"}': stepping(1, 8, 20) },
        { labels: IT },
      ),
      silent('kills of long ago', '20m', {
        'container_oom_events_total{instance="h",name="weaver",id="/docker/1"}': steady(2, 30),
      }),
    ],
  },
  {
    name: 'ContainerRestartLoop',
    thresholds: [fixed(2, 'starts within 15 minutes')],
    expr: (limit) => `(\n${RESTARTS}\n) > ${limit}`,
    for: '0m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: container {{ $labels.name }} is started again and again',
    description: 'It was started at least {{ $value | printf "%.0f" }} times within 15 minutes.',
    means:
      'A container ends, is started again by the engine, and ends again. Starts are counted from one look to the next, a minute apart: there may have been more.',
    look: '`docker logs --tail 100 NAME`, `docker inspect -f "{{.State.ExitCode}} {{.RestartCount}}" NAME`.',
    todo: 'Mend what its log says. A deployment that did it was rolled back, or: birdkeeper rollback',
    cases: [
      fires(
        'it is started again each few minutes',
        '16m',
        {
          'container_cpu_usage_seconds_total{instance="h",name="weaver",id="/docker/1",cpu="total"}':
            '5+1x2 1+1x2 1+1x2 1+1x2 1+1x10',
          'container_start_time_seconds{instance="h",name="weaver",id="/docker/1"}': steady(60, 30),
        },
        { labels: IT, value: '4' },
      ),
      fires(
        'it is made anew each few minutes',
        '16m',
        {
          'container_cpu_usage_seconds_total{instance="h",name="weaver",id="/docker/1",cpu="total"}': '1+1x30',
          'container_start_time_seconds{instance="h",name="weaver",id="/docker/1"}': '60x3',
          'container_start_time_seconds{instance="h",name="weaver",id="/docker/2"}': '_x4 300x3',
          'container_start_time_seconds{instance="h",name="weaver",id="/docker/3"}': '_x8 540x3',
          'container_start_time_seconds{instance="h",name="weaver",id="/docker/4"}': '_x12 780x9',
        },
        { labels: IT, value: '3' },
      ),
      silent('a deployment makes it anew', '16m', {
        'container_cpu_usage_seconds_total{instance="h",name="weaver",id="/docker/1",cpu="total"}': '100+1x8 1+1x20',
        'container_start_time_seconds{instance="h",name="weaver",id="/docker/1"}': '60x8 540x20',
      }),
      boundary(
        '16m',
        {
          'container_cpu_usage_seconds_total{instance="h",name="at",id="/docker/1",cpu="total"}': '5+1x2 1+1x2 1+1x20',
          'container_start_time_seconds{instance="h",name="at",id="/docker/1"}': steady(60, 30),
          'container_cpu_usage_seconds_total{instance="h",name="beyond",id="/docker/2",cpu="total"}':
            '5+1x2 1+1x2 1+1x2 1+1x20',
          'container_start_time_seconds{instance="h",name="beyond",id="/docker/2"}': steady(60, 30),
        },
        { labels: { instance: 'h', name: 'beyond' }, value: '3' },
      ),
    ],
  },
  {
    name: 'ServiceUnhealthy',
    expr: () =>
      'max by (instance, stack, service) (last_over_time(birdkeeper_service_health{health=~"unhealthy|restarting|starting"}[10m])) == 1\n' +
      NO_DEPLOYMENT,
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.stack }} on {{ $labels.instance }}: service {{ $labels.service }} is not healthy',
    description: 'The engine has called it unhealthy, restarting or starting for ten minutes.',
    means:
      'A service of a stack that birdkeeper keeps has a container that is unhealthy, is started again and again, or does not come to an end of starting. Nothing is told while a deployment runs.',
    look: '`birdkeeper status` says which and why; `docker inspect -f "{{json .State.Health}}" NAME`, `docker logs NAME`.',
    todo: 'Mend what its log says, or go back with: birdkeeper rollback',
    needs: 'birdkeeper',
    cases: [
      fires(
        'it is restarting, then unhealthy, and the worker is restarted',
        '20m',
        {
          [health('weaver', 'restarting')]: '0x4 1x3 0x30',
          [health('weaver', 'unhealthy')]: '0x4 0x3 1x3 _x3 1x30',
        },
        { labels: { instance: 'h', stack: 'birds', service: 'weaver' } },
      ),
      silent('it is starting for five minutes; another has none of that', '20m', {
        [health('weaver', 'starting')]: '0x6 1x5 0x30',
        [health('proxy', 'healthy')]: steady(1, 30),
        [health('proxy', 'unhealthy')]: steady(0, 30),
      }),
      silent('a deployment runs', '20m', {
        [health('weaver', 'starting')]: steady(1, 30),
        'birdkeeper_run_in_progress{instance="h",stack="birds",task="deployment"}': steady(1, 30),
      }),
    ],
  },
  {
    name: 'ExpectedServiceMissing',
    expr: () =>
      `${EXPECTED}\nunless on (instance, project, service) ${RUNNING}\n` +
      `${NO_DEPLOYMENT}\n` +
      'and on (instance) max by (instance) (up{job="cadvisor"}) == 1',
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.stack }} on {{ $labels.instance }}: service {{ $labels.service }} does not run',
    description: 'The release that is deployed has it, and no container of it runs.',
    means:
      'The newest good release has this service, and no container of it has been seen for minutes. One-shots that ended well are not expected, and nothing is told while a deployment runs.',
    look: '`birdkeeper status`; `docker ps -a --filter label=com.docker.compose.service=SERVICE`, `docker logs NAME`.',
    todo: 'Put it right with: birdkeeper deploy --force',
    cases: [
      fires(
        'one of two is gone, and the worker is restarted',
        '40m',
        {
          'up{instance="h",job="cadvisor"}': steady(1, 60),
          [expected('weaver')]: '1x30 _x4 1x30',
          [expected('proxy')]: '1x30 _x4 1x30',
          [`container_last_seen${composed('weaver')}`]: seen(20),
          [`container_last_seen${composed('proxy')}`]: seen(60),
        },
        { labels: { instance: 'h', stack: 'birds', project: 'birds', service: 'weaver' } },
      ),
      fires(
        'it never ran, and one of another project has its name',
        '20m',
        {
          'up{instance="h",job="cadvisor"}': steady(1, 60),
          [expected('weaver')]: steady(1, 60),
          [`container_last_seen${composed('weaver', 'others')}`]: seen(60),
        },
        { labels: { instance: 'h', stack: 'birds', project: 'birds', service: 'weaver' } },
      ),
      silent('it is made anew within minutes', '40m', {
        'up{instance="h",job="cadvisor"}': steady(1, 60),
        [expected('weaver')]: steady(1, 60),
        [`container_last_seen${composed('weaver')}`]: `${seen(20)} _x3 ${seen(30, 1440)}`,
      }),
      silent('a deployment runs', '40m', {
        'up{instance="h",job="cadvisor"}': steady(1, 60),
        [expected('weaver')]: steady(1, 60),
        [`container_last_seen${composed('weaver')}`]: seen(20),
        'birdkeeper_run_in_progress{instance="h",stack="birds",task="deployment"}': '0x18 1x40',
      }),
      silent('cAdvisor is down: nobody knows', '40m', {
        'up{instance="h",job="cadvisor"}': '1x20 0x40',
        [expected('weaver')]: steady(1, 60),
        [`container_last_seen${composed('weaver')}`]: seen(20),
      }),
    ],
  },
];
