/** Known rules: filesystems and disks. */
import { boundary, fires, fixed, labels, rising, type Rule, setBy, silent, steady, VALUE } from '../model.js';
import { DISKS, FILESYSTEMS } from './selectors.js';

const MEBI = 1024 * 1024;
const FS = { device: '/dev/vda1', fstype: 'ext4', mountpoint: '/' };

/** Samples of one filesystem, minutes long. */
function filesystem(of: Record<string, string>, samples: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ readonly: steady(0, 600), ...samples }).map(([name, values]) => [
      `node_filesystem_${name}${labels(of)}`,
      values,
    ]),
  );
}
const on = (instance: string, more: Record<string, string> = {}) => ({ instance, ...FS, ...more });

/** Its files can be written: read-only media are full on purpose. */
const writable = (expr: string) => `${expr}\nand on (instance, device, mountpoint) node_filesystem_readonly == 0`;

const space = (
  name: 'Space' | 'Inodes',
  free: string,
  all: string,
  text: Pick<Rule, 'means' | 'look' | 'todo' | 'was' | 'now'>,
): Rule => {
  const alert = name === 'Space' ? 'HostOutOfDiskSpace' : 'HostOutOfInodes';
  const what = name === 'Space' ? 'space' : 'inodes';
  return {
    name: alert,
    thresholds: [setBy(alert, 10, '% left')],
    expr: (limit) =>
      writable(`100 * node_filesystem_${free}{${FILESYSTEMS}} / node_filesystem_${all}{${FILESYSTEMS}} < ${limit}`),
    for: '5m',
    severity: 'warning',
    summary: `{{ $labels.instance }}: {{ $labels.mountpoint }} is nearly out of ${what}`,
    description: `${VALUE} % of the ${what} of {{ $labels.mountpoint }} ({{ $labels.device }}) is left.`,
    ...text,
    cases: [
      fires(
        'five of a hundred are left',
        '6m',
        filesystem(on('h'), { [free]: steady(5, 10), [all]: steady(100, 10) }),
        { labels: on('h'), value: '5.0' },
      ),
      silent('a full tmpfs and a full disc that cannot be written', '6m', {
        ...filesystem(on('h', { fstype: 'tmpfs' }), { [free]: steady(0, 10), [all]: steady(100, 10) }),
        ...filesystem(on('h', { mountpoint: '/media' }), {
          [free]: steady(0, 10),
          [all]: steady(100, 10),
          readonly: steady(1, 10),
        }),
      }),
      boundary(
        '6m',
        {
          ...filesystem(on('at'), { [free]: steady(100, 10), [all]: steady(1000, 10) }),
          ...filesystem(on('beyond'), { [free]: steady(99, 10), [all]: steady(1000, 10) }),
        },
        { labels: on('beyond'), value: '9.9' },
      ),
    ],
  };
};

const rate = (name: 'Read' | 'Write', metric: string): Rule => {
  const alert = `HostUnusualDisk${name}Rate`;
  const verb = name === 'Read' ? 'read' : 'written';
  return {
    name: alert,
    thresholds: [setBy(alert, 50, 'MB/s')],
    expr: (limit) => `sum by (instance) (rate(${metric}{${DISKS}}[5m])) / 1024 / 1024 > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: `{{ $labels.instance }}: much is ${verb} on its disks`,
    description: `${VALUE} MB/s ${name === 'Read' ? 'are read from' : 'are written to'} the disks.`,
    means: `More is ${verb} than is usual. It may be wanted (a backup, a large data set).`,
    look: 'Panel "Disk I/O" of the first dashboard; `iotop`; which jobs run (`birdkeeper jobs`).',
    todo: 'Nothing, when it is wanted; else stop what does it. Raise the threshold where such rates are usual.',
    was: 'sum over all devices between the two newest samples: partitions of volume managers counted twice',
    now: 'sum over real disks (no device mapper, md, loop) over five minutes',
    cases: [
      fires(
        '60 MB/s on two disks',
        '12m',
        {
          [`${metric}{instance="h",device="vda"}`]: rising(30 * 60 * MEBI, 15),
          [`${metric}{instance="h",device="vdb"}`]: rising(30 * 60 * MEBI, 15),
        },
        { labels: { instance: 'h' }, value: '60.0' },
      ),
      silent('30 MB/s, seen again by the volume manager', '12m', {
        [`${metric}{instance="h",device="vda"}`]: rising(30 * 60 * MEBI, 15),
        [`${metric}{instance="h",device="dm-0"}`]: rising(30 * 60 * MEBI, 15),
      }),
      boundary(
        '12m',
        {
          [`${metric}{instance="at",device="vda"}`]: rising(50 * 60 * MEBI, 15, 0),
          [`${metric}{instance="beyond",device="vda"}`]: rising(51 * 60 * MEBI, 15, 0),
        },
        { labels: { instance: 'beyond' }, value: '51.0' },
      ),
    ],
  };
};

const latency = (name: 'Read' | 'Write', seconds: string, count: string): Rule => {
  const alert = `HostUnusualDisk${name}Latency`;
  const device = (instance: string) => `{instance="${instance}",device="vda"}`;
  return {
    name: alert,
    thresholds: [setBy(alert, 100, 'ms')],
    expr: (limit) => `1000 * rate(${seconds}{${DISKS}}[5m]) / rate(${count}{${DISKS}}[5m]) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: `{{ $labels.instance }}: {{ $labels.device }} is slow to ${name.toLowerCase()}`,
    description: `A ${name.toLowerCase()} takes ${VALUE} ms on average on {{ $labels.device }}.`,
    means: `The disk takes long for each ${name.toLowerCase()}: it is overloaded, or failing.`,
    look: 'Panel "Disk I/O" of the first dashboard; ContainerVolumeIoUsage; `iostat -x 5`; `smartctl -a` of the disk.',
    todo: 'Take load away. A slow disk without load is about to fail: look at its backup first, then exchange it.',
    was: 'compared seconds with a threshold in ms: only an operation of 100 s would have been told',
    now: 'compares ms with ms, over five minutes',
    cases: [
      fires(
        'half a second for each',
        '12m',
        { [seconds + device('h')]: rising(30, 15), [count + device('h')]: rising(60, 15) },
        { labels: { instance: 'h', device: 'vda' }, value: '500.0' },
      ),
      silent('an idle disk', '12m', { [seconds + device('h')]: rising(0, 15), [count + device('h')]: rising(0, 15) }),
      boundary(
        '12m',
        {
          [seconds + device('at')]: rising(60, 15),
          [count + device('at')]: rising(600, 15),
          [seconds + device('beyond')]: rising(75, 15),
          [count + device('beyond')]: rising(600, 15),
        },
        { labels: { instance: 'beyond', device: 'vda' }, value: '125.0' },
      ),
    ],
  };
};

export const hostDiskRules: readonly Rule[] = [
  rate('Read', 'node_disk_read_bytes_total'),
  rate('Write', 'node_disk_written_bytes_total'),
  space('Space', 'avail_bytes', 'size_bytes', {
    means: 'A filesystem is nearly full. When it is full, databases stop and deployments fail.',
    look: '`df -h`, `docker system df`, `du -xh --max-depth=2` of the mount point; the size of logs (docs/jobs.md).',
    todo: 'Remove what is not needed: old images (`docker image prune -a`), logs, old data. Or enlarge it.',
    was: 'space left below the threshold, also of tmpfs and of read-only media, which are full on purpose',
    now: 'only filesystems on disks that can be written',
  }),
  {
    name: 'HostDiskWillFillIn4Hours',
    thresholds: [fixed(20, '% left')],
    expr: (limit) =>
      writable(
        `predict_linear(node_filesystem_avail_bytes{${FILESYSTEMS}}[6h], 4 * 3600) < 0\n` +
          `and 100 * node_filesystem_avail_bytes{${FILESYSTEMS}} / node_filesystem_size_bytes{${FILESYSTEMS}} < ${limit}`,
      ),
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: {{ $labels.mountpoint }} will be full within four hours',
    description:
      '{{ $labels.mountpoint }} ({{ $labels.device }}) will be full within four hours if it goes on like in the last six.',
    means:
      'At the pace of the last six hours the filesystem will be full within four more; less than 20 % is left already.',
    look: '`df -h`; what writes: panels "Used Disk Space" and "Disk usage per container" of the first dashboard.',
    todo: 'Stop what writes, or make room, before it is full.',
    was: 'the slope of one hour, of free space that only root may use, with no look at what is left: a burst told an alarm',
    now: 'the slope of six hours of space that programs may use, and less than 20 % left; disks that can be written only',
    cases: [
      fires(
        '9 % is left, and a tenth is written in four hours',
        '6h10m',
        filesystem(on('h'), { avail_bytes: '240000-400x400', size_bytes: steady(1_000_000, 400) }),
        { labels: on('h') },
      ),
      silent(
        'a burst of 20 minutes on a large disk',
        '6h10m',
        filesystem(on('h'), { avail_bytes: '500000x350 490000-10000x20', size_bytes: steady(1_000_000, 400) }),
      ),
      boundary(
        '250m',
        {
          ...filesystem(on('at'), { avail_bytes: '440000-1000x240 200000x10', size_bytes: steady(1_000_000, 400) }),
          ...filesystem(on('beyond'), { avail_bytes: '439999-1000x240 199999x10', size_bytes: steady(1_000_000, 400) }),
        },
        { labels: on('beyond') },
      ),
    ],
  },
  space('Inodes', 'files_free', 'files', {
    means: 'A filesystem has room for few more files, however small they are.',
    look: '`df -i`; `du --inodes -x --max-depth=2 / | sort -n`.',
    todo: 'Remove directories of many small files (caches, sessions). The number is fixed when an ext4 is made.',
    was: 'inodes left below the threshold, also of read-only media',
    now: 'only filesystems on disks that can be written',
  }),
  latency('Read', 'node_disk_read_time_seconds_total', 'node_disk_reads_completed_total'),
  latency('Write', 'node_disk_write_time_seconds_total', 'node_disk_writes_completed_total'),
];
