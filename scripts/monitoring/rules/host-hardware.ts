/** Known rules: sensors, RAID, units of systemd, the version of the kernel. */
import { boundary, fires, type Rule, setBy, silent, steady, VALUE } from '../model.js';

const RAID = { instance: 'h', device: 'md0' };
const SENSOR = { chip: 'coretemp', sensor: 'temp1' };
const sensor = (instance: string) => `{instance="${instance}",chip="coretemp",sensor="temp1"}`;

export const hostHardwareRules: readonly Rule[] = [
  {
    name: 'HostSystemdServiceCrashed',
    expr: () => 'max by (instance, name) (node_systemd_unit_state{state="failed"}) == 1',
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: {{ $labels.name }} of systemd has failed',
    description: 'systemd says that {{ $labels.name }} has failed.',
    means: 'A unit of systemd (a service, a mount, a timer) ended with an error and was not started again.',
    look: '`systemctl status NAME`, `journalctl -u NAME`.',
    todo: 'Mend it and `systemctl restart NAME`; one that is not needed: `systemctl reset-failed NAME` or `disable`.',
    needs: 'systemd, and its D-Bus socket in node-exporter (the component starts it with `--collector.systemd`)',
    was: 'a failed unit; node-exporter did not collect them, so it had no data',
    now: 'node-exporter of the component collects them, on hosts with systemd',
    cases: [
      fires(
        'nginx has failed',
        '6m',
        {
          'node_systemd_unit_state{instance="h",name="nginx.service",state="failed",type="forking"}': steady(1, 10),
          'node_systemd_unit_state{instance="h",name="nginx.service",state="active",type="forking"}': steady(0, 10),
        },
        { labels: { instance: 'h', name: 'nginx.service' } },
      ),
      silent('it is restarted by systemd within a minute', '6m', {
        'node_systemd_unit_state{instance="h",name="nginx.service",state="failed",type="forking"}': '1x1 0x10',
      }),
    ],
  },
  {
    name: 'HostPhysicalComponentTooHot',
    thresholds: [setBy('HostPhysicalComponentTooHot', 75, 'degrees Celsius')],
    expr: (limit) => `node_hwmon_temp_celsius > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: {{ $labels.chip }} {{ $labels.sensor }} is too hot',
    description: `${VALUE} °C.`,
    means: 'A sensor of the machine is hotter than the threshold.',
    look: '`sensors`; fans, dust, the temperature of the room; HostHighCpuLoad.',
    todo: 'Cool it, or take load away, before it slows down or switches itself off.',
    needs: 'sensors, which virtual machines have not',
    was: 'a sensor above the threshold',
    cases: [
      fires(
        '80 degrees',
        '6m',
        { [`node_hwmon_temp_celsius${sensor('h')}`]: steady(80, 10) },
        { labels: { instance: 'h', ...SENSOR }, value: '80.0' },
      ),
      silent('hot for three minutes', '6m', { [`node_hwmon_temp_celsius${sensor('h')}`]: '80x3 60x10' }),
      boundary(
        '6m',
        {
          [`node_hwmon_temp_celsius${sensor('at')}`]: steady(75, 10),
          [`node_hwmon_temp_celsius${sensor('beyond')}`]: steady(75.5, 10),
        },
        { labels: { instance: 'beyond', ...SENSOR }, value: '75.5' },
      ),
    ],
  },
  {
    name: 'HostNodeOvertemperatureAlarm',
    expr: () => 'node_hwmon_temp_crit_alarm_celsius == 1',
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: {{ $labels.chip }} {{ $labels.sensor }} raised its alarm of heat',
    description: 'The machine itself says that {{ $labels.chip }} {{ $labels.sensor }} is critically hot.',
    means: 'The hardware itself says that it is critically hot.',
    look: 'As for HostPhysicalComponentTooHot.',
    todo: 'Take load away now, or shut it down in order; it will switch itself off.',
    needs: 'sensors with an alarm, which virtual machines have not',
    was: 'the alarm of a sensor',
    cases: [
      fires(
        'the alarm is raised',
        '6m',
        { [`node_hwmon_temp_crit_alarm_celsius${sensor('h')}`]: steady(1, 10) },
        { labels: { instance: 'h', ...SENSOR } },
      ),
      silent('it is not', '6m', { [`node_hwmon_temp_crit_alarm_celsius${sensor('h')}`]: steady(0, 10) }),
    ],
  },
  {
    name: 'HostRaidArrayGotInactive',
    expr: () => 'node_md_state{state="inactive"} > 0',
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: RAID {{ $labels.device }} is inactive',
    description: 'The array {{ $labels.device }} does not work any more.',
    means: 'An array has lost more disks than it can do without. What is on it cannot be read.',
    look: '`cat /proc/mdstat`, `mdadm --detail` of the array; `journalctl -k`.',
    todo: 'Write nothing. Find out which disks are missing, then assemble it again, or restore a backup.',
    needs: 'RAID of the kernel (md)',
    was: 'an inactive array',
    cases: [
      fires(
        'it is inactive',
        '6m',
        { 'node_md_state{instance="h",device="md0",state="inactive"}': steady(1, 10) },
        { labels: { ...RAID, state: 'inactive' } },
      ),
      silent('it is active', '6m', {
        'node_md_state{instance="h",device="md0",state="inactive"}': steady(0, 10),
        'node_md_state{instance="h",device="md0",state="active"}': steady(1, 10),
      }),
    ],
  },
  {
    name: 'HostRaidDiskFailure',
    expr: () => 'node_md_disks{state="failed"} > 0',
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: a disk of RAID {{ $labels.device }} has failed',
    description: `${VALUE} disks of {{ $labels.device }} have failed.`,
    means: 'A disk of an array has failed. The array works, and the next failure may end it.',
    look: '`cat /proc/mdstat`, `mdadm --detail` of the array; `smartctl -a` of the disk.',
    todo: 'Exchange the disk soon, and watch the rebuild.',
    needs: 'RAID of the kernel (md)',
    was: 'looked for a state "fail" that does not exist, so it never fired',
    now: 'a disk in the state "failed"',
    cases: [
      fires(
        'one of two disks',
        '6m',
        {
          'node_md_disks{instance="h",device="md0",state="failed"}': steady(1, 10),
          'node_md_disks{instance="h",device="md0",state="active"}': steady(1, 10),
        },
        { labels: { ...RAID, state: 'failed' }, value: '1.0' },
      ),
      silent('a spare disk', '6m', {
        'node_md_disks{instance="h",device="md0",state="failed"}': steady(0, 10),
        'node_md_disks{instance="h",device="md0",state="spare"}': steady(1, 10),
      }),
    ],
  },
  {
    name: 'HostKernelVersionDeviations',
    expr: () => 'count by (instance) (count by (instance, release) (last_over_time(node_uname_info[1h]))) > 1',
    for: '5m',
    window: '1h',
    severity: 'warning',
    summary: '{{ $labels.instance }}: runs another kernel than an hour ago',
    description: 'In the last hour it ran with two versions of the kernel: it was restarted with another one.',
    means: 'The host was restarted with another kernel, wanted or not.',
    look: '`uname -r`, `last -x reboot`, `journalctl --list-boots`; the log of unattended upgrades.',
    todo: 'Nothing, when it was you. Look whether everything runs: `birdkeeper status`. Clears itself after an hour.',
    was: 'more than one version among all hosts: with one host it never fired',
    now: 'another version than within the last hour, host by host',
    cases: [
      fires(
        'restarted with another kernel',
        '30m',
        {
          'node_uname_info{instance="h",release="6.1.0-1"}': '1x10 stale',
          'node_uname_info{instance="h",release="6.1.0-2"}': '_x12 1x60',
        },
        { labels: { instance: 'h' } },
      ),
      silent('restarted with the same, beside a host with another', '30m', {
        'node_uname_info{instance="h",release="6.1.0-1"}': '1x10 stale _x2 1x60',
        'node_uname_info{instance="other",release="6.1.0-2"}': '1x60',
      }),
    ],
  },
];
