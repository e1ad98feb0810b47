/** Rules that watch what watches: targets and Prometheus. */
import { fires, rising, type Rule, silent, steady, stepping } from '../model.js';

const H = '{instance="h"}';
const HOST = { instance: 'h' };

/** What is left where the engine keeps its volumes: of the deepest mount point that there is. */
const LEFT = ['/var/lib/docker', '/var/lib', '/var', '/']
  .map((mountpoint) => `max by (instance) (node_filesystem_avail_bytes{mountpoint="${mountpoint}"})`)
  .join('\n  or ');
const WRITES = [
  'wal_writes_failed',
  'wal_truncations_failed',
  'head_truncations_failed',
  'compactions_failed',
  'wal_corruptions',
];

export const prometheusRules: readonly Rule[] = [
  {
    name: 'Watchdog',
    expr: () => 'vector(1)',
    for: '0m',
    severity: 'info',
    summary: 'Alerts can be told',
    description:
      'It always fires. Where it is not heard any more, Prometheus, Alertmanager or the way from there is broken.',
    means:
      'Nothing is wrong. It always fires, and is never mailed: a service that hears it, and cries when it does not, watches Prometheus and Alertmanager from outside. It is also the source for inhibitions that switch an alert off.',
    look: '`ALERTMANAGER_EXTRA_ROUTES` and `ALERTMANAGER_EXTRA_INHIBITION` in components/monitoring/README.md.',
    todo: "Route it to a dead man's switch, if you have one.",
    alwaysFires: true,
    cases: [fires('always', '1m', {}, { labels: {} })],
  },
  {
    name: 'TargetDown',
    expr: () => 'up{job!="birdkeeper"} == 0',
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: {{ $labels.job }} cannot be read',
    description: 'Prometheus cannot read {{ $labels.job }}: alerts that need it are blind.',
    means: 'A target does not answer. All alerts that are made of its metrics stay silent, whatever happens.',
    look: 'Page "Targets" of Prometheus says the error; `docker ps`, `docker logs NAME`; for node-exporter a firewall between containers and host.',
    todo: 'Start it again: birdkeeper deploy --force. BirdkeeperDown tells the same of birdkeeper.',
    cases: [
      fires(
        'cAdvisor is down',
        '10m',
        { 'up{instance="h",job="cadvisor"}': '1x2 0x10' },
        { labels: { ...HOST, job: 'cadvisor' } },
      ),
      silent('it is recreated by a deployment; birdkeeper is down', '10m', {
        'up{instance="h",job="cadvisor"}': '1x2 0x3 1x10',
        'up{instance="h",job="birdkeeper"}': steady(0, 20),
      }),
    ],
  },
  {
    name: 'PrometheusConfigurationFailed',
    expr: () => 'prometheus_config_last_reload_successful == 0',
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: Prometheus could not read its configuration',
    description: 'It goes on with the former one, and will not start again with this one.',
    means:
      'prometheus.yml, a file of rules or of scrape targets is wrong: changes have no effect, and the next start fails.',
    look: '`docker logs prometheus`; `docker exec prometheus promtool check config /etc/prometheus/prometheus.yml`.',
    todo: 'Mend the file that it names: one of yours, mounted by a component, or an `EXTRA` value.',
    cases: [
      fires('it is refused', '10m', { [`prometheus_config_last_reload_successful${H}`]: '1x2 0x10' }, { labels: HOST }),
      silent('it is put right', '10m', { [`prometheus_config_last_reload_successful${H}`]: '1x2 0x3 1x10' }),
    ],
  },
  {
    name: 'PrometheusRuleFailures',
    expr: () => 'sum by (instance, rule_group) (increase(prometheus_rule_evaluation_failures_total[15m])) > 0',
    for: '0m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: a rule could not be evaluated',
    description: 'A rule of {{ $labels.rule_group }} failed: its alert is blind.',
    means: 'A rule failed when it was evaluated, most often because two series match where one was meant.',
    look: 'Page "Rules" of Prometheus says the error beside the rule; `docker logs prometheus`.',
    todo: 'Mend the rule, if it is yours; otherwise report it.',
    cases: [
      fires(
        'one failure',
        '12m',
        { 'prometheus_rule_evaluation_failures_total{instance="h",rule_group="own"}': stepping(1, 8, 20) },
        { labels: { ...HOST, rule_group: 'own' } },
      ),
      silent('failures of long ago', '20m', {
        'prometheus_rule_evaluation_failures_total{instance="h",rule_group="own"}': steady(4, 30),
      }),
    ],
  },
  {
    name: 'PrometheusEvaluationsMissed',
    expr: () => 'sum by (instance, rule_group) (increase(prometheus_rule_group_iterations_missed_total[15m])) > 0',
    for: '0m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: rules were not evaluated in time',
    description: 'An evaluation of {{ $labels.rule_group }} was left out: the one before it took too long.',
    means: 'Evaluating the rules takes longer than the time between two evaluations, so that alerts come late.',
    look: 'Page "Rules" of Prometheus: how long each takes; HostHighCpuLoad.',
    todo: 'Make an expensive rule of yours cheaper, or give the host more.',
    cases: [
      fires(
        'one is missed',
        '12m',
        { 'prometheus_rule_group_iterations_missed_total{instance="h",rule_group="own"}': stepping(1, 8, 20) },
        { labels: { ...HOST, rule_group: 'own' } },
      ),
      silent('none lately', '20m', {
        'prometheus_rule_group_iterations_missed_total{instance="h",rule_group="own"}': steady(4, 30),
      }),
    ],
  },
  {
    name: 'PrometheusNotificationsFailing',
    expr: () => 'sum by (instance) (rate(prometheus_notifications_errors_total[5m])) > 0',
    for: '10m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: Prometheus cannot hand its alerts to Alertmanager',
    description: 'Alerts fire, and nobody hears of them.',
    means:
      'Alertmanager does not take alerts: it is away, or is asked at another path. This alert cannot be mailed either; `birdkeeper status` and `birdkeeper doctor` tell it.',
    look: '`docker logs prometheus`, `docker logs alertmanager`; page "Status" of Prometheus, Alertmanagers.',
    todo: 'Start Alertmanager again: birdkeeper deploy --force. Alerts that fire are handed over then.',
    cases: [
      fires(
        'each fails',
        '25m',
        { [`prometheus_notifications_errors_total${H}`]: `0x5 ${rising(1, 30, 0)}` },
        { labels: HOST },
      ),
      silent('Alertmanager is restarted', '25m', { [`prometheus_notifications_errors_total${H}`]: '0x5 0+1x3 3x30' }),
    ],
  },
  {
    name: 'PrometheusNotificationsDropped',
    // Both are started together: the first alerts find no Alertmanager yet, and are sent again.
    expr: () =>
      'sum by (instance) (increase(prometheus_notifications_dropped_total[15m])) > 0\n' +
      'unless on (instance) time() - max by (instance) (process_start_time_seconds{job="prometheus"}) < 1200',
    for: '0m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: Prometheus lost alerts',
    description: 'Alerts were dropped because they could not be handed to Alertmanager.',
    means: 'Alerts that could not be handed over were thrown away. Those that still fire are sent again.',
    look: 'PrometheusNotificationsFailing; page "Alerts" of Prometheus for what fires now.',
    todo: 'Look there for what you have not heard of.',
    cases: [
      fires('three', '12m', { [`prometheus_notifications_dropped_total${H}`]: stepping(3, 8, 20) }, { labels: HOST }),
      silent('none lately', '20m', { [`prometheus_notifications_dropped_total${H}`]: steady(3, 30) }),
      silent('it was started with Alertmanager', '8m', {
        [`prometheus_notifications_dropped_total${H}`]: stepping(3, 2, 20),
        'process_start_time_seconds{instance="h",job="prometheus"}': steady(0, 30),
      }),
    ],
  },
  {
    name: 'PrometheusStorageFailing',
    expr: () => WRITES.map((name) => `increase(prometheus_tsdb_${name}_total[15m])`).join('\n+ ') + ' > 0',
    for: '0m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: Prometheus cannot write its data',
    description: 'Writing or compacting its data failed: the disk is full or broken.',
    means: 'Prometheus could not write, truncate or compact its data. It will lose what it measures, or stop.',
    look: '`docker logs prometheus`; HostOutOfDiskSpace, HostFilesystemReadOnly.',
    todo: 'Make room, or mend the disk; shorten `PROMETHEUS_RETENTION_TIME`.',
    cases: [
      fires(
        'a compaction fails',
        '12m',
        Object.fromEntries(
          WRITES.map((name) => [
            `prometheus_tsdb_${name}_total${H}`,
            name === 'compactions_failed' ? stepping(1, 8, 20) : steady(0, 30),
          ]),
        ),
        { labels: HOST },
      ),
      silent(
        'all is written',
        '12m',
        Object.fromEntries(WRITES.map((name) => [`prometheus_tsdb_${name}_total${H}`, steady(2, 30)])),
      ),
    ],
  },
  {
    name: 'PrometheusStorageWillFillDisk',
    expr: () =>
      `predict_linear(prometheus_tsdb_storage_blocks_bytes[1d], 7 * 86400) - prometheus_tsdb_storage_blocks_bytes\n` +
      `> on (instance) (\n  ${LEFT}\n)`,
    for: '1h',
    severity: 'warning',
    summary: '{{ $labels.instance }}: the data of Prometheus will fill its disk within a week',
    description: 'At the pace of the last day it needs more than what is left.',
    means:
      'What Prometheus keeps grows so fast that it will have filled the disk of the engine within a week. That is the filesystem of /var/lib/docker; with the data of the engine elsewhere, that of / is looked at.',
    look: 'Page "TSDB Status" of Prometheus: which metrics have the most series; `docker system df -v`.',
    todo: 'Shorten `PROMETHEUS_RETENTION_TIME`, leave out series that nobody needs, or enlarge the disk.',
    cases: [
      fires(
        '100 MB a day are written, 500 MB are left',
        '4h',
        {
          [`prometheus_tsdb_storage_blocks_bytes${H}`]: '1e9+70000x300',
          'node_filesystem_avail_bytes{instance="h",mountpoint="/"}': steady(500e6, 300),
        },
        { labels: HOST },
      ),
      silent('the volume of the engine is a large one; it does not grow', '4h', {
        [`prometheus_tsdb_storage_blocks_bytes${H}`]: '1e9+70000x300',
        'node_filesystem_avail_bytes{instance="h",mountpoint="/"}': steady(500e6, 300),
        'node_filesystem_avail_bytes{instance="h",mountpoint="/var/lib/docker"}': steady(500e9, 300),
        'prometheus_tsdb_storage_blocks_bytes{instance="other"}': steady(1e9, 300),
        'node_filesystem_avail_bytes{instance="other",mountpoint="/"}': steady(500e6, 300),
      }),
    ],
  },
  {
    name: 'PrometheusNotIngesting',
    expr: () => 'sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total[5m])) <= 0',
    for: '10m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: Prometheus keeps no samples',
    description: 'Nothing has been added to its data: alerts are blind.',
    means: 'Prometheus runs and reads, and keeps nothing.',
    look: '`docker logs prometheus`; page "Targets" of Prometheus; PrometheusStorageFailing.',
    todo: 'Make room if the disk is full, then restart it.',
    cases: [
      fires(
        'nothing is added',
        '25m',
        { [`prometheus_tsdb_head_samples_appended_total${H}`]: steady(1e6, 30) },
        { labels: HOST },
      ),
      silent('samples are added, of two kinds', '25m', {
        'prometheus_tsdb_head_samples_appended_total{instance="h",type="float"}': rising(1000, 30),
        'prometheus_tsdb_head_samples_appended_total{instance="h",type="histogram"}': steady(0, 30),
      }),
    ],
  },
];
