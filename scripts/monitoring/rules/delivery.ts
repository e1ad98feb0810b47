/** Rules that watch what watches: Alertmanager, cAdvisor, programs. */
import { boundary, fires, fixed, type Rule, silent, steady, stepping, VALUE } from '../model.js';

const H = '{instance="h"}';
const HOST = { instance: 'h' };

export const deliveryRules: readonly Rule[] = [
  {
    name: 'AlertmanagerConfigurationFailed',
    expr: () => 'alertmanager_config_last_reload_successful == 0',
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: Alertmanager could not read its configuration',
    description: 'It goes on with the former one, and will not start again with this one.',
    means: 'alertmanager.yml or a template of mails is wrong: changes have no effect, and the next start fails.',
    look: '`docker logs alertmanager`; `birdkeeper config validate`; `docker exec alertmanager amtool check-config /etc/alertmanager/alertmanager.yml`.',
    todo: 'Mend the `ALERTMANAGER_EXTRA_…` value that it names, or the template that you mounted.',
    cases: [
      fires(
        'it is refused',
        '10m',
        { [`alertmanager_config_last_reload_successful${H}`]: '1x2 0x10' },
        { labels: HOST },
      ),
      silent('it is put right', '10m', { [`alertmanager_config_last_reload_successful${H}`]: '1x2 0x3 1x10' }),
    ],
  },
  {
    name: 'AlertmanagerDeliveryFailing',
    expr: () => 'sum by (instance, integration) (increase(alertmanager_notifications_failed_total[15m])) > 0',
    for: '0m',
    severity: 'critical',
    summary: '{{ $labels.instance }}: alerts cannot be delivered by {{ $labels.integration }}',
    description: 'Alertmanager tried for minutes and gave up.',
    means:
      'Alerts do not reach people by this way: mail server away, sender refused, address wrong. Where mail is the only way this cannot be mailed either; `birdkeeper status` and `birdkeeper doctor` tell it.',
    look: '`docker logs alertmanager`: what the server answered. "require_tls": a mail server without STARTTLS.',
    todo: 'Mend `ALERTMANAGER_SMTP_SERVER`, `smtp_require_tls: false` in `ALERTMANAGER_EXTRA_GLOBAL`, or the receiver.',
    cases: [
      fires(
        'a mail is given up',
        '12m',
        { 'alertmanager_notifications_failed_total{instance="h",integration="email"}': stepping(1, 8, 20) },
        { labels: { ...HOST, integration: 'email' } },
      ),
      silent('failures of long ago', '20m', {
        'alertmanager_notifications_failed_total{instance="h",integration="email"}': steady(9, 30),
      }),
    ],
  },
  {
    name: 'CadvisorFailing',
    expr: () => 'container_scrape_error != 0',
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: cAdvisor cannot read the containers',
    description: 'cAdvisor answers, and cannot tell how containers are.',
    means: 'cAdvisor has lost the engine, or a control group that it read: alerts of containers are blind.',
    look: '`docker logs cadvisor`.',
    todo: 'Restart it: docker restart cadvisor.',
    cases: [
      fires('each look fails', '15m', { [`container_scrape_error${H}`]: '0x2 1x20' }, { labels: HOST }),
      silent('one look fails', '15m', { [`container_scrape_error${H}`]: '0x2 1x1 0x20' }),
    ],
  },
  {
    name: 'ProcessFileDescriptors',
    thresholds: [fixed(80, '% used')],
    expr: (limit) => `100 * process_open_fds / process_max_fds > ${limit}`,
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.instance }}: {{ $labels.job }} has few file descriptors left',
    description: `${VALUE} % of those that it may open are open.`,
    means: 'A program of monitoring, or birdkeeper, has nearly as many files and connections open as it may.',
    look: '`ls /proc/PID/fd | wc -l`, `lsof -p PID`: files or connections.',
    todo: 'Raise its limit (`ulimits` of its service, `LimitNOFILE` of its unit), or report it if it only grows.',
    cases: [
      fires(
        '900 of 1024',
        '10m',
        {
          'process_open_fds{instance="h",job="prometheus"}': steady(900, 15),
          'process_max_fds{instance="h",job="prometheus"}': steady(1000, 15),
        },
        { labels: { ...HOST, job: 'prometheus' }, value: '90.0' },
      ),
      silent('20 of 1024', '10m', {
        'process_open_fds{instance="h",job="prometheus"}': steady(20, 15),
        'process_max_fds{instance="h",job="prometheus"}': steady(1024, 15),
      }),
      boundary(
        '10m',
        {
          'process_open_fds{instance="h",job="at"}': steady(800, 15),
          'process_max_fds{instance="h",job="at"}': steady(1000, 15),
          'process_open_fds{instance="h",job="beyond"}': steady(801, 15),
          'process_max_fds{instance="h",job="beyond"}': steady(1000, 15),
        },
        { labels: { ...HOST, job: 'beyond' }, value: '80.1' },
      ),
    ],
  },
];
