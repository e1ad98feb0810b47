/** Known rules: containers. */
import { boundary, fires, fixed, rising, type Rule, setBy, silent, steady, VALUE } from '../model.js';
import { DISKS, NAMED, OF_COMPOSE } from './selectors.js';

const IT = { instance: 'h', name: 'weaver' };
const container = (name: string, more = '') => `{instance="h",name="${name}",id="/docker/${name}"${more}}`;
const composed = (name: string, id = name) =>
  `{instance="h",name="${name}",id="/docker/${id}",container_label_com_docker_compose_project="birds",container_label_com_docker_compose_service="${name}"}`;
const named = (name: string) => ({ instance: 'h', name });

/** Containers that the platform's scheduler starts again and again. */
const COME_AND_GO = 'name!~"deploy_tutorial_notebooks|notebookdeploy|autodeploy"';
const LAST_SEEN = `container_last_seen{${OF_COMPOSE},${COME_AND_GO}}[1h]`;
const CPU = `sum by (instance, name) (rate(container_cpu_usage_seconds_total{${NAMED}}[5m]))`;
const most = (metric: string) => `max by (instance, name) (${metric}{${NAMED}})`;

/** Seconds of 1970, a sample each minute: seen each time. */
const seen = (minutes: number, from = 0) => `${from}+60x${minutes}`;

export const containerRules: readonly Rule[] = [
  {
    name: 'ContainerKilled',
    thresholds: [fixed(300, 's')],
    expr: (limit) =>
      `time() - max by (instance, name) (last_over_time(${LAST_SEEN})) > ${limit}\n` +
      `and on (instance, name) sum by (instance, name) (count_over_time(${LAST_SEEN})) >= 10`,
    for: '1m',
    window: '1h',
    severity: 'warning',
    summary: '{{ $labels.instance }}: container {{ $labels.name }} is gone',
    description: '{{ $labels.name }} has not been seen for more than five minutes.',
    means:
      'A container of a compose project, which ran for at least ten minutes, does not run any more, and no other has come under its name.',
    look: '`birdkeeper status`; `docker ps -a`, `docker logs NAME`; whether somebody stopped or renamed it.',
    todo: '`birdkeeper deploy --force` puts back what should run. Clears itself within an hour, or when it is there again.',
    was: 'not seen for a minute, for five minutes; what is gone is forgotten after five minutes, so it never fired',
    now: 'a container of Compose that ran for ten minutes and has not been seen for five; containers of jobs and one-shots are left out',
    cases: [
      fires(
        'it is removed after half an hour',
        '40m',
        { [`container_last_seen${composed('weaver')}`]: seen(30) },
        { labels: IT },
      ),
      silent('another takes its name; a job ends; a scheduled deployment ends; a one-shot ends', '40m', {
        [`container_last_seen${composed('weaver', 'former')}`]: seen(30),
        [`container_last_seen${composed('weaver', 'newer')}`]: `_x31 ${seen(20, 1920)}`,
        [`container_last_seen${container('happy_turing')}`]: seen(30),
        [`container_last_seen${composed('autodeploy')}`]: seen(30),
        [`container_last_seen${composed('migrate')}`]: `_x24 ${seen(5, 1500)}`,
      }),
      boundary(
        '40m',
        {
          [`container_last_seen${composed('at')}`]: seen(40, -300),
          [`container_last_seen${composed('beyond')}`]: seen(40, -301),
        },
        { labels: named('beyond') },
      ),
    ],
  },
  {
    name: 'ContainerCpuUsage',
    thresholds: [setBy('ContainerCpuUsage', 80, '% of its limit, or of one core')],
    expr: (limit) =>
      `100 * ${CPU}\n` +
      `/ (${most('container_spec_cpu_quota')} / ${most('container_spec_cpu_period')} or 0 * ${CPU} + 1) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: container {{ $labels.name }} uses much CPU',
    description: `${VALUE} % of what it may use, or of one core where it has no limit.`,
    means: 'A container uses most of the processor time that it is allowed, or most of one core where it has no limit.',
    look: 'Panel "CPU per container" of the first dashboard; its log; ContainerHighThrottleRate.',
    todo: 'Raise its limit (`cpus`), set one, or find out what it calculates. Raise the threshold where it is usual.',
    was: 'percent of one core, whatever its limit: a container stuck at 0.2 cores showed 20 %',
    now: 'percent of its limit; of one core where it has none',
    cases: [
      fires(
        'it is stuck at its limit of 0.2 cores',
        '12m',
        {
          [`container_cpu_usage_seconds_total${container('weaver', ',cpu="total"')}`]: rising(12, 15),
          [`container_spec_cpu_quota${container('weaver')}`]: steady(20_000, 15),
          [`container_spec_cpu_period${container('weaver')}`]: steady(100_000, 15),
        },
        { labels: IT, value: '100.0' },
      ),
      silent('one of three cores that it may use', '12m', {
        [`container_cpu_usage_seconds_total${container('weaver', ',cpu="total"')}`]: rising(60, 15),
        [`container_spec_cpu_quota${container('weaver')}`]: steady(300_000, 15),
        [`container_spec_cpu_period${container('weaver')}`]: steady(100_000, 15),
      }),
      boundary(
        '12m',
        {
          [`container_cpu_usage_seconds_total${container('at', ',cpu="total"')}`]: rising(48, 15),
          [`container_cpu_usage_seconds_total${container('beyond', ',cpu="total"')}`]: rising(48.75, 15),
        },
        { labels: named('beyond'), value: '81.2' },
      ),
    ],
  },
  {
    name: 'ContainerMemoryUsage',
    thresholds: [setBy('ContainerMemoryUsage', 80, '% of its limit')],
    expr: (limit) =>
      `100 * ${most('container_memory_working_set_bytes')}\n/ (${most('container_spec_memory_limit_bytes')} > 0) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: container {{ $labels.name }} is close to its limit of memory',
    description: `${VALUE} % of its limit is in use.`,
    means: 'A container needs most of the memory that it is allowed. At the limit the kernel kills what is in it.',
    look: 'Panel "Memory per container" of the first dashboard; its log.',
    todo: 'Raise its limit (`mem_limit`), or find out what grows. Containers without a limit are not watched by this.',
    was: 'memory with the cache of files, which is given back when needed, of its limit',
    now: 'memory that is really in use (the working set), of its limit',
    cases: [
      fires(
        '90 of 100',
        '6m',
        {
          [`container_memory_working_set_bytes${container('weaver')}`]: steady(90, 10),
          [`container_spec_memory_limit_bytes${container('weaver')}`]: steady(100, 10),
        },
        { labels: IT, value: '90.0' },
      ),
      silent('full of cache; and one without a limit', '6m', {
        [`container_memory_working_set_bytes${container('weaver')}`]: steady(20, 10),
        [`container_memory_usage_bytes${container('weaver')}`]: steady(99, 10),
        [`container_spec_memory_limit_bytes${container('weaver')}`]: steady(100, 10),
        [`container_memory_working_set_bytes${container('free')}`]: steady(90, 10),
        [`container_spec_memory_limit_bytes${container('free')}`]: steady(0, 10),
      }),
      boundary(
        '6m',
        {
          [`container_memory_working_set_bytes${container('at')}`]: steady(80, 10),
          [`container_spec_memory_limit_bytes${container('at')}`]: steady(100, 10),
          [`container_memory_working_set_bytes${container('beyond')}`]: steady(81, 10),
          [`container_spec_memory_limit_bytes${container('beyond')}`]: steady(100, 10),
        },
        { labels: named('beyond'), value: '81.0' },
      ),
    ],
  },
  {
    name: 'ContainerVolumeUsage',
    thresholds: [setBy('ContainerVolumeUsage', 80, '% of its limit')],
    expr: (limit) =>
      `100 * max by (instance, name, device) (container_fs_usage_bytes{${NAMED}})\n` +
      `/ (max by (instance, name, device) (container_fs_limit_bytes{${NAMED}}) > 0) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: container {{ $labels.name }} has written its disk nearly full',
    description: `Its own files take ${VALUE} % of what it may use on {{ $labels.device }}.`,
    means:
      'What a container has written outside of volumes, and its log, take most of the space that it may use. With overlay2, ' +
      'the usual storage driver, that is the size of the filesystem of the engine, which all share; it is a limit of its own only with drivers that have one.',
    look: '`docker ps -s`, `docker diff NAME`; panel "Disk usage per container" of the first dashboard.',
    todo: 'Find out what it writes, and give that a volume; limit its log (`max-size`). Volumes are watched by HostOutOfDiskSpace.',
    was: 'inodes of the host and of memory filesystems: it said nothing about bytes, containers or volumes',
    now: 'bytes that a container uses of what it may use; with overlay2 that is the filesystem of the engine',
    cases: [
      fires(
        '90 of 100',
        '6m',
        {
          [`container_fs_usage_bytes${container('weaver', ',device="/dev/vda1"')}`]: steady(90, 10),
          [`container_fs_limit_bytes${container('weaver', ',device="/dev/vda1"')}`]: steady(100, 10),
        },
        { labels: { ...IT, device: '/dev/vda1' }, value: '90.0' },
      ),
      silent('the host is full; one has no limit', '6m', {
        'container_fs_usage_bytes{instance="h",id="/",device="/dev/vda1"}': steady(99, 10),
        'container_fs_limit_bytes{instance="h",id="/",device="/dev/vda1"}': steady(100, 10),
        [`container_fs_usage_bytes${container('free', ',device="/dev/vda1"')}`]: steady(90, 10),
        [`container_fs_limit_bytes${container('free', ',device="/dev/vda1"')}`]: steady(0, 10),
      }),
      boundary(
        '6m',
        {
          [`container_fs_usage_bytes${container('at', ',device="/dev/vda1"')}`]: steady(80, 10),
          [`container_fs_limit_bytes${container('at', ',device="/dev/vda1"')}`]: steady(100, 10),
          [`container_fs_usage_bytes${container('beyond', ',device="/dev/vda1"')}`]: steady(81, 10),
          [`container_fs_limit_bytes${container('beyond', ',device="/dev/vda1"')}`]: steady(100, 10),
        },
        { labels: { ...named('beyond'), device: '/dev/vda1' }, value: '81.0' },
      ),
    ],
  },
  {
    name: 'ContainerVolumeIoUsage',
    thresholds: [setBy('ContainerVolumeIoUsage', 80, '% of the time that a disk is busy')],
    expr: (limit) => `100 * rate(node_disk_io_time_seconds_total{${DISKS}}[5m]) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: {{ $labels.device }}, on which containers write, is busy',
    description: `{{ $labels.device }} is busy ${VALUE} % of the time.`,
    means:
      'A disk works nearly all the time. All containers that use it wait for it; which one does it cannot be told by this number.',
    look: '`iotop`, `docker stats` (BLOCK I/O); panel "Disk I/O" of the first dashboard.',
    todo: 'Move what reads or writes much to quieter hours or another disk. A disk that does many things at once may be 100 % busy and well.',
    was: 'requests in flight at the moment of a look × 100, the same number for every container of a disk: one request was "100 %"',
    now: 'percent of the time that a disk is busy, over five minutes, disk by disk',
    cases: [
      fires(
        '54 of 60 seconds',
        '12m',
        { 'node_disk_io_time_seconds_total{instance="h",device="vda"}': rising(54, 15) },
        { labels: { instance: 'h', device: 'vda' }, value: '90.0' },
      ),
      silent('one request in flight', '12m', {
        'node_disk_io_time_seconds_total{instance="h",device="vda"}': rising(6, 15),
        [`container_fs_io_current${container('weaver', ',device="/dev/vda"')}`]: steady(1, 15),
      }),
      boundary(
        '12m',
        {
          'node_disk_io_time_seconds_total{instance="h",device="vda"}': rising(48, 15),
          'node_disk_io_time_seconds_total{instance="h",device="vdb"}': rising(48.75, 15),
        },
        { labels: { instance: 'h', device: 'vdb' }, value: '81.2' },
      ),
    ],
  },
  {
    name: 'ContainerHighThrottleRate',
    thresholds: [fixed(25, '% of periods')],
    expr: (limit) =>
      `100 * sum by (instance, name) (rate(container_cpu_cfs_throttled_periods_total{${NAMED}}[5m]))\n` +
      `/ sum by (instance, name) (rate(container_cpu_cfs_periods_total{${NAMED}}[5m])) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: container {{ $labels.name }} is held back by its limit of CPU',
    description: `It is held back in ${VALUE} % of the periods.`,
    means:
      'A container would use more processor time than its limit allows, and waits in more than a quarter of all periods.',
    look: 'ContainerCpuUsage; how long its answers take.',
    todo: 'Raise its limit (`cpus`), unless being slow is what is wanted.',
    needs: 'a container with a limit of CPU',
    was: 'held back for more than a second per second, which takes two threads: one at its limit all the time was never told',
    now: 'held back in more than 25 % of the periods',
    cases: [
      fires(
        'in each period',
        '12m',
        {
          [`container_cpu_cfs_throttled_periods_total${container('weaver')}`]: rising(600, 15),
          [`container_cpu_cfs_periods_total${container('weaver')}`]: rising(600, 15),
        },
        { labels: IT, value: '100.0' },
      ),
      silent('it does nothing', '12m', {
        [`container_cpu_cfs_throttled_periods_total${container('weaver')}`]: rising(0, 15),
        [`container_cpu_cfs_periods_total${container('weaver')}`]: rising(0, 15),
      }),
      boundary(
        '12m',
        {
          [`container_cpu_cfs_throttled_periods_total${container('at')}`]: rising(150, 15),
          [`container_cpu_cfs_periods_total${container('at')}`]: rising(600, 15),
          [`container_cpu_cfs_throttled_periods_total${container('beyond')}`]: rising(156, 15),
          [`container_cpu_cfs_periods_total${container('beyond')}`]: rising(600, 15),
        },
        { labels: named('beyond'), value: '26.0' },
      ),
    ],
  },
];
