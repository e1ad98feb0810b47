/** Rules on the host that come on top of the known ones. */
import { boundary, fires, fixed, type Rule, silent, steady, VALUE } from '../model.js';
import { FILESYSTEMS } from './selectors.js';

const HOST = { instance: 'h' };
const ROOT = { instance: 'h', device: '/dev/vda1', fstype: 'ext4', mountpoint: '/' };
const filesystem = (mountpoint: string, fstype = 'ext4') =>
  `{instance="h",device="/dev/vda1",fstype="${fstype}",mountpoint="${mountpoint}"}`;

export const hostHealthRules: readonly Rule[] = [
  {
    name: 'HostFilesystemReadOnly',
    expr: () =>
      `node_filesystem_readonly{${FILESYSTEMS}} == 1\nand min_over_time(node_filesystem_readonly{${FILESYSTEMS}}[1d]) == 0`,
    for: '1m',
    window: '1d',
    severity: 'critical',
    summary: '{{ $labels.instance }}: {{ $labels.mountpoint }} can no longer be written',
    description: '{{ $labels.mountpoint }} ({{ $labels.device }}) could be written within the last day and cannot now.',
    means:
      'The kernel made a filesystem read-only, most often after errors of its disk. What is always read-only is left out.',
    look: '`journalctl -k`, `dmesg | tail`: errors of the disk; `mount | grep MOUNTPOINT`.',
    todo: 'Save what is on it. Then stop what uses it, check it (`fsck`), mount it again, or exchange the disk.',
    cases: [
      fires(
        'it was written an hour ago',
        '70m',
        { [`node_filesystem_readonly${filesystem('/')}`]: '0x60 1x30' },
        { labels: ROOT },
      ),
      silent('it is read-only on purpose; an image is', '70m', {
        [`node_filesystem_readonly${filesystem('/usr')}`]: steady(1, 80),
        [`node_filesystem_readonly${filesystem('/snap', 'squashfs')}`]: '0x60 1x30',
      }),
    ],
  },
  {
    name: 'HostFilesystemDeviceError',
    expr: () => `node_filesystem_device_error{${FILESYSTEMS}} == 1`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: {{ $labels.mountpoint }} cannot be looked at',
    description:
      'Asking {{ $labels.mountpoint }} ({{ $labels.device }}) for its size fails: the device has an error, or its server is away.',
    means: 'A filesystem does not answer: its disk fails, or the server of a network filesystem is away.',
    look: '`df MOUNTPOINT`, `journalctl -k`; for NFS the server and the network.',
    todo: 'Mend the disk or the way to the server; programs that wait for it may have to be restarted.',
    cases: [
      fires(
        'the server of /data is away',
        '10m',
        { [`node_filesystem_device_error${filesystem('/data', 'nfs4')}`]: '0x2 1x20' },
        { labels: { ...ROOT, mountpoint: '/data', fstype: 'nfs4' } },
      ),
      silent('it is away for three minutes', '10m', {
        [`node_filesystem_device_error${filesystem('/data', 'nfs4')}`]: '0x2 1x3 0x20',
      }),
    ],
  },
  {
    name: 'HostClockNotSynchronised',
    expr: () => 'node_timex_sync_status == 0 and node_timex_maxerror_seconds >= 16',
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: the clock is not synchronised',
    description: 'Nothing keeps the clock of the host right.',
    means: 'No time service keeps the clock. Certificates, tokens, schedules and logs depend on it.',
    look: '`timedatectl`, `chronyc tracking`; whether UDP port 123 is let out.',
    todo: 'Start chrony or systemd-timesyncd, with a server that answers.',
    cases: [
      fires(
        'no service',
        '15m',
        {
          'node_timex_sync_status{instance="h"}': steady(0, 20),
          'node_timex_maxerror_seconds{instance="h"}': steady(16, 20),
        },
        { labels: HOST },
      ),
      silent('it is synchronised; it has just begun to be', '15m', {
        'node_timex_sync_status{instance="h"}': '0x5 1x20',
        'node_timex_maxerror_seconds{instance="h"}': '16x5 0.1x20',
      }),
    ],
  },
  {
    name: 'HostClockSkew',
    thresholds: [fixed(0.05, 's')],
    expr: (limit) => `abs(node_timex_offset_seconds) > ${limit}`,
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: the clock is wrong',
    description: 'It differs from its time servers by {{ $value | printf "%.2f" }} s.',
    means: 'The clock differs from the time servers by more than 50 ms, and does not get better.',
    look: '`chronyc tracking`, `timedatectl timesync-status`.',
    todo: 'Let it step (`chronyc makestep`); of a virtual machine, look at the clock of its host.',
    cases: [
      fires(
        'it is behind by a tenth',
        '15m',
        { 'node_timex_offset_seconds{instance="h"}': '-0.1x20' },
        { labels: HOST, value: '0.10' },
      ),
      silent('it is put right', '15m', { 'node_timex_offset_seconds{instance="h"}': '0.1x5 0.001x20' }),
      boundary(
        '15m',
        {
          'node_timex_offset_seconds{instance="at"}': '0.05x20',
          'node_timex_offset_seconds{instance="beyond"}': '0.06x20',
        },
        { labels: { instance: 'beyond' }, value: '0.06' },
      ),
    ],
  },
  {
    name: 'HostConntrackTableFull',
    thresholds: [fixed(75, '% used')],
    expr: (limit) => `100 * node_nf_conntrack_entries / node_nf_conntrack_entries_limit > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: the table of connections is nearly full',
    description: `${VALUE} % of the entries are used.`,
    means:
      'The kernel tracks nearly as many connections as it can. When the table is full, new ones are dropped without a word.',
    look: '`conntrack -L | head`, `ss -s`: who opens so many.',
    todo: 'Raise `net.netfilter.nf_conntrack_max`, or stop who does it.',
    cases: [
      fires(
        'nine tenths',
        '10m',
        {
          'node_nf_conntrack_entries{instance="h"}': steady(90, 15),
          'node_nf_conntrack_entries_limit{instance="h"}': steady(100, 15),
        },
        { labels: HOST, value: '90.0' },
      ),
      silent('a burst', '10m', {
        'node_nf_conntrack_entries{instance="h"}': '90x3 10x20',
        'node_nf_conntrack_entries_limit{instance="h"}': steady(100, 30),
      }),
      boundary(
        '10m',
        {
          'node_nf_conntrack_entries{instance="at"}': steady(75, 15),
          'node_nf_conntrack_entries_limit{instance="at"}': steady(100, 15),
          'node_nf_conntrack_entries{instance="beyond"}': steady(76, 15),
          'node_nf_conntrack_entries_limit{instance="beyond"}': steady(100, 15),
        },
        { labels: { instance: 'beyond' }, value: '76.0' },
      ),
    ],
  },
  {
    name: 'HostFileDescriptors',
    thresholds: [fixed(80, '% used')],
    expr: (limit) => `100 * node_filefd_allocated / node_filefd_maximum > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: few file descriptors are left',
    description: `${VALUE} % of those of the host are open.`,
    means:
      'Programs have nearly as many files and connections open as the host allows. When none is left, everything fails.',
    look: "`cat /proc/sys/fs/file-nr`; `lsof | awk '{print $1}' | sort | uniq -c | sort -n | tail`.",
    todo: 'Restart what leaks them; raise `fs.file-max`.',
    cases: [
      fires(
        'nine tenths',
        '10m',
        { 'node_filefd_allocated{instance="h"}': steady(90, 15), 'node_filefd_maximum{instance="h"}': steady(100, 15) },
        { labels: HOST, value: '90.0' },
      ),
      silent('there is no limit to speak of', '10m', {
        'node_filefd_allocated{instance="h"}': steady(4000, 15),
        'node_filefd_maximum{instance="h"}': '9223372036854775807x15',
      }),
      boundary(
        '10m',
        {
          'node_filefd_allocated{instance="at"}': steady(80, 15),
          'node_filefd_maximum{instance="at"}': steady(100, 15),
          'node_filefd_allocated{instance="beyond"}': steady(81, 15),
          'node_filefd_maximum{instance="beyond"}': steady(100, 15),
        },
        { labels: { instance: 'beyond' }, value: '81.0' },
      ),
    ],
  },
  {
    name: 'HostBondDegraded',
    expr: () => 'node_bonding_active < node_bonding_slaves',
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: a link of bond {{ $labels.master }} is down',
    description: '{{ $value | printf "%.0f" }} of its links work.',
    means: 'A bond of several network devices has lost one. It works, and the next failure may end it.',
    look: '`cat /proc/net/bonding/NAME`: which device; cable, port of the switch.',
    todo: 'Mend the link.',
    needs: 'bonded network devices',
    cases: [
      fires(
        'one of two',
        '10m',
        {
          'node_bonding_active{instance="h",master="bond0"}': steady(1, 15),
          'node_bonding_slaves{instance="h",master="bond0"}': steady(2, 15),
        },
        { labels: { ...HOST, master: 'bond0' }, value: '1' },
      ),
      silent('both', '10m', {
        'node_bonding_active{instance="h",master="bond0"}': steady(2, 15),
        'node_bonding_slaves{instance="h",master="bond0"}': steady(2, 15),
      }),
    ],
  },
];
