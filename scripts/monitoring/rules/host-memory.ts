/** Known rules: memory, processors, the kernel. */
import { boundary, fires, rising, type Rule, setBy, silent, steady, stepping, VALUE } from '../model.js';

const HOST = { instance: 'h' };
const of = (instance: string) => ({ instance });

export const hostMemoryRules: readonly Rule[] = [
  {
    name: 'HostOutOfMemory',
    thresholds: [setBy('HostOutOfMemory', 10, '% left')],
    expr: (limit) => `100 * node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: memory is nearly used up',
    description: `${VALUE} % of the memory is left.`,
    means: 'Little memory is available: free, or in caches that can be given back.',
    look: 'Panel "Memory per container" of the first dashboard; `docker stats`; `ps aux --sort=-rss`.',
    todo: 'Restart or limit what grew (`mem_limit` of its service); otherwise the kernel will choose what to kill.',
    was: 'available memory below the threshold',
    cases: [
      fires(
        'one tenth less than a tenth is left',
        '6m',
        {
          'node_memory_MemAvailable_bytes{instance="h"}': steady(9, 10),
          'node_memory_MemTotal_bytes{instance="h"}': steady(100, 10),
        },
        { labels: HOST, value: '9.0' },
      ),
      silent('it is short of memory for two minutes', '6m', {
        'node_memory_MemAvailable_bytes{instance="h"}': '9x2 50x8',
        'node_memory_MemTotal_bytes{instance="h"}': steady(100, 10),
      }),
      boundary(
        '6m',
        {
          'node_memory_MemAvailable_bytes{instance="at"}': steady(100, 10),
          'node_memory_MemTotal_bytes{instance="at"}': steady(1000, 10),
          'node_memory_MemAvailable_bytes{instance="beyond"}': steady(99, 10),
          'node_memory_MemTotal_bytes{instance="beyond"}': steady(1000, 10),
        },
        { labels: of('beyond'), value: '9.9' },
      ),
    ],
  },
  {
    name: 'HostMemoryUnderMemoryPressure',
    thresholds: [setBy('HostMemoryUnderMemoryPressure', 1000, 'major page faults/s')],
    expr: (limit) => `rate(node_vmstat_pgmajfault[5m]) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: memory is under pressure',
    description: `${VALUE} major page faults a second: programs wait for pages from disk.`,
    means: 'Programs wait for pages that have to be read from disk, because memory is too small for what is in use.',
    look: 'HostOutOfMemory, HostSwapIsFillingUp; `vmstat 5`; what was started lately.',
    todo: 'As for HostOutOfMemory. After a start of many programs it ends by itself.',
    was: 'major page faults over two minutes above the threshold; one missed scrape blanked it',
    now: 'the same over five minutes, so that a missed scrape does not blank it',
    cases: [
      fires(
        '2000 faults a second, one scrape is missed',
        '12m',
        { 'node_vmstat_pgmajfault{instance="h"}': '1e9+120000x4 _ 1000720000+120000x10' },
        { labels: HOST, value: '2000.0' },
      ),
      silent('200 faults a second', '12m', { 'node_vmstat_pgmajfault{instance="h"}': rising(12_000, 15) }),
      boundary(
        '12m',
        {
          // Without a sample in the last minute: 1/300 of 300000 is a little more than 1000.
          'node_vmstat_pgmajfault{instance="at"}': rising(60_000, 11, 0),
          'node_vmstat_pgmajfault{instance="beyond"}': rising(60_060, 11, 0),
        },
        { labels: of('beyond'), value: '1001.0' },
      ),
    ],
  },
  {
    name: 'HostHighCpuLoad',
    thresholds: [setBy('HostHighCpuLoad', 80, '%, mean of all CPUs')],
    expr: (limit) => `100 - 100 * avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: the processors are busy',
    description: `${VALUE} % of all processors is used.`,
    means: 'All processors together are busy for longer than a burst.',
    look: 'Panel "CPU per container" of the first dashboard; `top`.',
    todo: 'Limit what uses them (`cpus` of its service), or move it to quieter hours.',
    was: 'mean use of all processors between the two newest samples above the threshold: noisy',
    now: 'the same over five minutes',
    cases: [
      fires(
        'two processors are idle for 6 s a minute',
        '12m',
        {
          'node_cpu_seconds_total{instance="h",cpu="0",mode="idle"}': rising(6, 15),
          'node_cpu_seconds_total{instance="h",cpu="1",mode="idle"}': rising(6, 15),
        },
        { labels: HOST, value: '90.0' },
      ),
      silent('one of two is busy', '12m', {
        'node_cpu_seconds_total{instance="h",cpu="0",mode="idle"}': rising(0, 15),
        'node_cpu_seconds_total{instance="h",cpu="1",mode="idle"}': rising(60, 15),
      }),
      boundary(
        '12m',
        {
          'node_cpu_seconds_total{instance="at",cpu="0",mode="idle"}': rising(12, 15),
          'node_cpu_seconds_total{instance="beyond",cpu="0",mode="idle"}': rising(11.25, 15),
        },
        { labels: of('beyond'), value: '81.2' },
      ),
    ],
  },
  {
    name: 'HostContextSwitching',
    thresholds: [setBy('HostContextSwitching', 20_000, '/s and CPU')],
    expr: (limit) =>
      `rate(node_context_switches_total[5m]) / on (instance) count by (instance) (node_cpu_seconds_total{mode="idle"}) > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: the kernel switches between programs all the time',
    description: `${VALUE} context switches a second on each processor.`,
    means: 'The processors change from program to program so often that little work gets done.',
    look: '`pidstat -w 5`; panel "Load" of the first dashboard.',
    todo: 'Look for what polls or locks in a loop. A host of many small requests may live well with it: raise the threshold.',
    was: 'more than 2000 switches a second and processor, which an ordinary compile reaches',
    now: 'the default is 20000; a threshold of your own is kept',
    cases: [
      fires(
        '50000 a second on two processors',
        '12m',
        {
          'node_context_switches_total{instance="h"}': rising(3_000_000, 15),
          'node_cpu_seconds_total{instance="h",cpu="0",mode="idle"}': steady(1, 15),
          'node_cpu_seconds_total{instance="h",cpu="1",mode="idle"}': steady(1, 15),
        },
        { labels: HOST, value: '25000.0' },
      ),
      silent('a compile: 6000 a second on two processors', '12m', {
        'node_context_switches_total{instance="h"}': rising(360_000, 15),
        'node_cpu_seconds_total{instance="h",cpu="0",mode="idle"}': steady(1, 15),
        'node_cpu_seconds_total{instance="h",cpu="1",mode="idle"}': steady(1, 15),
      }),
      boundary(
        '12m',
        {
          'node_context_switches_total{instance="at"}': rising(1_200_000, 15),
          'node_cpu_seconds_total{instance="at",cpu="0",mode="idle"}': steady(1, 15),
          'node_context_switches_total{instance="beyond"}': rising(1_200_060, 15),
          'node_cpu_seconds_total{instance="beyond",cpu="0",mode="idle"}': steady(1, 15),
        },
        { labels: of('beyond'), value: '20001.0' },
      ),
    ],
  },
  {
    name: 'HostSwapIsFillingUp',
    thresholds: [setBy('HostSwapIsFillingUp', 80, '% used')],
    expr: (limit) =>
      `100 - 100 * node_memory_SwapFree_bytes / node_memory_SwapTotal_bytes > ${limit} and node_memory_SwapTotal_bytes > 0`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: swap fills up',
    description: `${VALUE} % of the swap is used.`,
    means: 'Memory has been too small for long enough to fill most of the swap.',
    look: 'HostOutOfMemory; panel "Memory swap per container" of the first dashboard; `smem -s swap`.',
    todo: 'Restart what grew. When both are full the kernel kills something.',
    was: 'used swap above the threshold',
    cases: [
      fires(
        'nine tenths are used',
        '6m',
        {
          'node_memory_SwapFree_bytes{instance="h"}': steady(10, 10),
          'node_memory_SwapTotal_bytes{instance="h"}': steady(100, 10),
        },
        { labels: HOST, value: '90.0' },
      ),
      silent('the host has no swap', '6m', {
        'node_memory_SwapFree_bytes{instance="h"}': steady(0, 10),
        'node_memory_SwapTotal_bytes{instance="h"}': steady(0, 10),
      }),
      boundary(
        '6m',
        {
          'node_memory_SwapFree_bytes{instance="at"}': steady(20, 10),
          'node_memory_SwapTotal_bytes{instance="at"}': steady(100, 10),
          'node_memory_SwapFree_bytes{instance="beyond"}': steady(19, 10),
          'node_memory_SwapTotal_bytes{instance="beyond"}': steady(100, 10),
        },
        { labels: of('beyond'), value: '81.0' },
      ),
    ],
  },
  {
    name: 'HostOomKillDetected',
    expr: () => 'increase(node_vmstat_oom_kill[10m]) > 0',
    for: '0m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: the kernel killed a program, memory was used up',
    description:
      'In the last ten minutes memory was used up, of the host or of a container, and the kernel killed a program.',
    means: 'The kernel killed a program because the host, or the limit of a container, had no memory left.',
    look: '`journalctl -k | grep -i "killed process"` says which; ContainerOutOfMemory names the container.',
    todo: 'Find out what grew; give it more (`mem_limit`) or let it use less. Clears itself after ten minutes.',
    was: 'kills within five minutes, for five minutes: one kill was never told',
    now: 'a single kill is told at once, for ten minutes',
    cases: [
      fires('one kill', '12m', { 'node_vmstat_oom_kill{instance="h"}': stepping(1, 8, 20) }, { labels: HOST }),
      silent('the last kill is eleven minutes ago', '20m', {
        'node_vmstat_oom_kill{instance="h"}': stepping(1, 8, 20),
      }),
    ],
  },
  {
    name: 'HostEdacCorrectableErrorsDetected',
    expr: () => 'increase(node_edac_correctable_errors_total[10m]) > 0',
    for: '0m',
    severity: 'info',
    summary: '{{ $labels.instance }}: memory corrected an error',
    description: 'Memory controller {{ $labels.controller }} corrected errors in the last ten minutes.',
    means: 'A memory module had a wrong bit, which its error correction put right.',
    look: '`edac-util -v`, `ras-mc-ctl --summary`: which module, and how often.',
    todo: 'One now and then is normal. A module that does it daily should be exchanged.',
    needs: 'memory with error correction',
    was: 'errors within five minutes, for five minutes: one error was never told',
    now: 'a single error is told at once, for ten minutes',
    cases: [
      fires(
        'one error',
        '12m',
        { 'node_edac_correctable_errors_total{instance="h",controller="0"}': stepping(1, 8, 20) },
        { labels: { ...HOST, controller: '0' } },
      ),
      silent('errors of before', '12m', {
        'node_edac_correctable_errors_total{instance="h",controller="0"}': steady(7, 20),
      }),
    ],
  },
  {
    name: 'HostEdacUncorrectableErrorsDetected',
    expr: () => 'increase(node_edac_uncorrectable_errors_total[1d]) > 0',
    for: '0m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: memory had an error that cannot be corrected',
    description: 'Memory controller {{ $labels.controller }} saw an error that it could not correct, within a day.',
    means: 'A memory module gave wrong data. What was in it is lost; the kernel may have killed a program.',
    look: '`edac-util -v`, `ras-mc-ctl --errors`; `journalctl -k`.',
    todo: 'Exchange the module. Check data that was written since.',
    needs: 'memory with error correction',
    was: 'any such error since the boot: it never cleared',
    now: 'an error within the last day',
    cases: [
      fires(
        'one error, three hours ago',
        '190m',
        { 'node_edac_uncorrectable_errors_total{instance="h",controller="0"}': stepping(1, 8, 190) },
        { labels: { ...HOST, controller: '0' } },
      ),
      silent('errors since the boot, none lately', '20m', {
        'node_edac_uncorrectable_errors_total{instance="h",controller="0"}': steady(3, 30),
      }),
    ],
  },
];
