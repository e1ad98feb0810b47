import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { COMPONENT } from '../../support/monitoring/component.js';
import { GOOD, MonitoredStack } from '../../support/monitoring/stack.js';

let stack: MonitoredStack;
beforeEach(() => {
  stack = new MonitoredStack();
});
afterEach(() => stack.remove());

/** In the form that operators have in their env.local. */
const EXTRA = {
  ALERTMANAGER_EXTRA_GLOBAL: `
  smtp_require_tls: false
  smtp_auth_username: 'alertmanager'
`,
  ALERTMANAGER_EXTRA_ROUTES: `
  routes:
    - match:
        severity: critical
      receiver: pager
      continue: true
`,
  ALERTMANAGER_EXTRA_INHIBITION: `
- source_match:
    alertname: Watchdog
  target_match:
    alertname: HostContextSwitching
`,
  ALERTMANAGER_EXTRA_RECEIVERS: `
- name: pager
  webhook_configs:
    - url: http://pager.example.org/
`,
};

const amtool = (...args: string[]): string =>
  execFileSync('amtool', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Receivers of an alert, as Alertmanager's own tool finds them. */
const receivers = async (...labels: string[]): Promise<string> =>
  amtool('config', 'routes', 'test', `--config.file=${await stack.rendered('alertmanager.yml')}`, ...labels).trim();

const ComposeFile = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      container_name: z.string(),
      restart: z.string(),
      ports: z.array(z.string()).default([]),
      volumes: z.array(z.string()).default([]),
      healthcheck: z.record(z.string(), z.unknown()),
    }),
  ),
  volumes: z.record(z.string(), z.object({ external: z.boolean(), name: z.string() })),
});
const compose = () =>
  ComposeFile.parse(parse(readFileSync(join(COMPONENT, 'docker-compose-extra.yml'), 'utf8'), { merge: true }));

describe('components/monitoring', () => {
  it.each(['our own form', '1.26.0', '2.26.0'])('reads and renders, %s', async (kind) => {
    stack.write({ ...GOOD, ...EXTRA }, kind);
    expect((await stack.config('validate')).out).toContain('0 errors');
    expect(amtool('check-config', await stack.rendered('alertmanager.yml'))).toContain('SUCCESS');
    expect(await stack.variables('MONITORING_DIR', 'ALERTMANAGER_SMTP_SERVER')).toEqual({
      MONITORING_DIR: stack.component,
      ALERTMANAGER_SMTP_SERVER: GOOD.SMTP_SERVER,
    });
    const left = readdirSync(stack.component, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.template$/.test(path),
    );
    for (const path of left) {
      const text = readFileSync(await stack.rendered(path.replace(/\.template$/, '')), 'utf8');
      expect(text, path).not.toMatch(/\$\{?(MONITORING|GRAFANA|ALERTMANAGER|PROMETHEUS)_/);
    }
  });

  it.each([
    ['GRAFANA_ADMIN_PASSWORD', ''],
    ['GRAFANA_ADMIN_PASSWORD', 'changeme!'],
    ['ALERTMANAGER_ADMIN_EMAIL_RECEIVER', ''],
    ['ALERTMANAGER_ADMIN_EMAIL_RECEIVER', 'ops'],
    ['ALERTMANAGER_ADMIN_EMAIL_RECEIVER', 'ops@example.org,,'],
    ['SMTP_SERVER', ''],
    ['SMTP_SERVER', 'smtp.example.org'],
    ['SMTP_SERVER', 'smtp.example.org:http'],
    ['PROMETHEUS_SELF_MONITORING_RULES', 'true'],
    ['PROMETHEUS_DEPLOYMENT_RULES', ''],
    ['MONITORING_ACCESS', 'public'],
    ['MONITORING_LISTEN_ADDRESS', 'everywhere'],
    ['NODE_EXPORTER_LISTEN_ADDRESS', '9100'],
    ['MONITORING_BIRDKEEPER_TARGET', 'http://worker:9469/'],
    ['ALERTMANAGER_ROUTED_ALSO_EMAIL', 'no'],
    ['PROMETHEUS_LOG_LEVEL', 'loud'],
    ['PROMETHEUS_RETENTION_TIME', '90 days'],
    ['PROMETHEUS_HostOutOfMemory_ALERT', 'ten'],
    ['PROMETHEUS_HostOutOfDiskSpace_ALERT', '10%'],
    ['NODE_EXPORTER_HOST_BIND_PROPOGATION', ',rslave'],
  ])('refuses %s=%j by its name', async (name, value) => {
    stack.write({ ...GOOD, [name]: value });
    const { out, status } = await stack.config('validate');
    expect(status).toBe(2);
    expect(out).toMatch(new RegExp(`^error: .*${name}`, 'm'));
  });

  it('takes the password that everybody knows only from who says so', async () => {
    stack.write({ ...GOOD, GRAFANA_ADMIN_PASSWORD: 'changeme!', GRAFANA_ALLOW_DEFAULT_PASSWORD: 'true' });
    expect((await stack.config('validate')).out).toContain('0 errors');
  });

  it.each([
    ['ALERTMANAGER_EXTRA_GLOBAL', '\nsmtp_from: a@example.org\n', 'line 2'],
    ['ALERTMANAGER_EXTRA_GLOBAL', '\n- a list\n', 'line 2'],
    ['ALERTMANAGER_EXTRA_ROUTES', '\n  routes:\n  - receiver: nowhere\n', 'line 3'],
    ['ALERTMANAGER_EXTRA_ROUTES', '\n  receiver: pager\n', 'line 2'],
    ['ALERTMANAGER_EXTRA_INHIBITION', '\nsource_match: x\n', 'line 2'],
    ['ALERTMANAGER_EXTRA_RECEIVERS', '\n- webhook_configs: []\n', 'line 2'],
    ['ALERTMANAGER_EXTRA_RECEIVERS', "\n- name: 'x\n", 'line'],
  ])('refuses a mistake in %s: %j', async (name, value, line) => {
    stack.write({ ...GOOD, [name]: value });
    const { out, status } = await stack.config('validate');
    expect(status).toBe(2);
    expect(out).toMatch(new RegExp(`^error: .*${name} ${line}`, 'm'));
  });

  it.each([
    ['as upstream pastes it', EXTRA.ALERTMANAGER_EXTRA_ROUTES],
    ['at the margin', EXTRA.ALERTMANAGER_EXTRA_ROUTES.replaceAll(/^ {2}/gm, '')],
    ['without its key', '- match: { severity: critical }\n  receiver: pager\n'],
  ])('takes routes %s, and mails what they take too', async (_, routes) => {
    stack.write({ ...GOOD, ...EXTRA, ALERTMANAGER_EXTRA_ROUTES: routes });
    expect(await receivers('alertname=X', 'severity=critical')).toBe('admin-emails,pager');
    expect(await receivers('alertname=X', 'severity=warning')).toBe('admin-emails');
    expect(await receivers('alertname=Watchdog', 'severity=none')).toBe('nobody');
  });

  it('leaves mail out where it is asked to', async () => {
    stack.write({ ...GOOD, ...EXTRA, ALERTMANAGER_ROUTED_ALSO_EMAIL: 'false' });
    expect(await receivers('alertname=X', 'severity=critical')).toBe('pager');
    expect(await receivers('alertname=X', 'severity=warning')).toBe('admin-emails');
  });

  it('a route may take the Watchdog', async () => {
    const routes = 'routes:\n- matchers: [alertname="Watchdog"]\n  receiver: pager\n';
    stack.write({ ...GOOD, ...EXTRA, ALERTMANAGER_EXTRA_ROUTES: routes });
    expect(await receivers('alertname=Watchdog')).toBe('pager');
  });

  it('is on ports in the older era and behind the proxy in the newer one', async () => {
    const names = ['MONITORING_LISTEN_ADDRESS', 'MONITORING_PROMETHEUS_URL', 'BIRDKEEPER_PROMETHEUS_URL'];
    stack.write({ ...GOOD, PAVICS_FQDN: 'old.example.org' }, '1.26.0');
    expect(await stack.variables('MONITORING_ACCESS', ...names)).toEqual({
      MONITORING_ACCESS: 'ports',
      MONITORING_LISTEN_ADDRESS: '0.0.0.0',
      MONITORING_PROMETHEUS_URL: 'http://old.example.org:9090/',
      BIRDKEEPER_PROMETHEUS_URL: 'http://127.0.0.1:9090',
    });
    const proxied = { BIRDHOUSE_FQDN_PUBLIC: 'new.example.org', BIRDHOUSE_PROXY_SCHEME: 'https' };
    stack.write({ ...GOOD, ...proxied }, '2.26.0');
    expect(await stack.variables('MONITORING_ACCESS', ...names)).toEqual({
      MONITORING_ACCESS: 'proxy',
      MONITORING_LISTEN_ADDRESS: '127.0.0.1',
      MONITORING_PROMETHEUS_URL: 'https://new.example.org/prometheus/',
      BIRDKEEPER_PROMETHEUS_URL: 'http://127.0.0.1:9090/prometheus',
    });
  });

  it('has the names, ports and volumes that operators know', () => {
    const { services, volumes } = compose();
    const ports = Object.values(services).flatMap((service) => service.ports.map((port) => port.split(':').slice(1)));
    expect(ports.map((port) => port.join(':')).sort()).toEqual(['3001:3000', '9090:9090', '9093:9093', '9999:8080']);
    expect(Object.entries(services).map(([name, { container_name }]) => [name, container_name])).toEqual(
      ['cadvisor', 'node-exporter', 'prometheus', 'alertmanager', 'grafana'].map((name) => [name, name]),
    );
    expect(Object.values(volumes).map(({ external, name }) => [external, name])).toEqual(
      ['prometheus', 'grafana', 'alertmanager'].map((name) => [true, `${name}_persistence`]),
    );
    const hook = readFileSync(join(COMPONENT, 'pre-docker-compose-up'), 'utf8');
    for (const { name } of Object.values(volumes)) expect(hook).toContain(name);
  });

  it('asks nothing of an engine that an old one refuses, and no privilege but one', () => {
    const { services } = compose();
    for (const [name, service] of Object.entries(services)) {
      expect(service.healthcheck, name).not.toHaveProperty('start_interval');
      expect(service, name).not.toHaveProperty('privileged');
      expect(service['cap_add'], name).toEqual(name === 'cadvisor' ? ['SYSLOG'] : undefined);
      expect(service.restart).toBe('always');
    }
  });

  it('pins every image, and lets each be replaced', async () => {
    stack.write({ ...GOOD, GRAFANA_VERSION: '1.2.3', CADVISOR_IMAGE: 'registry.example.org/cadvisor:x' });
    const images = await stack.variables(...Object.values(compose().services).map(({ image }) => image.slice(2, -1)));
    expect(images).toEqual({
      CADVISOR_IMAGE: 'registry.example.org/cadvisor:x',
      NODE_EXPORTER_IMAGE: expect.stringMatching(/:v\d+\.\d+\.\d+$/) as string,
      PROMETHEUS_IMAGE: expect.stringMatching(/:v\d+\.\d+\.\d+$/) as string,
      ALERTMANAGER_IMAGE: expect.stringMatching(/:v\d+\.\d+\.\d+$/) as string,
      GRAFANA_IMAGE: 'grafana/grafana:1.2.3',
    });
  });

  it.each(['1.26.0', '2.26.0'])(
    'gives Grafana a folder, a data source and dashboards that fit together, %s',
    async (kind) => {
      stack.write({ ...GOOD, ...(kind.startsWith('2.') ? { BIRDHOUSE_PROXY_SCHEME: 'https' } : {}) }, kind);
      const read = async (file: string) => parse(readFileSync(await stack.rendered(file), 'utf8')) as unknown;
      const { datasources } = z
        .object({
          datasources: z.array(
            z.object({
              uid: z.string(),
              url: z.string(),
              editable: z.literal(false),
              jsonData: z.record(z.string(), z.unknown()),
            }),
          ),
        })
        .parse(await read('grafana/datasources.yml'));
      const { providers } = z
        .object({
          providers: z.array(
            z.object({
              folder: z.string(),
              folderUid: z.string(),
              allowUiUpdates: z.literal(false),
              options: z.object({ path: z.string() }),
            }),
          ),
        })
        .parse(await read('grafana/dashboards.yml'));
      const era = kind.startsWith('1.') ? 'PAVICS' : 'Birdhouse';
      expect(datasources).toMatchObject([
        { uid: `local_${era.toLowerCase()}_prometheus`, jsonData: { timeInterval: '60s' } },
      ]);
      expect(datasources[0]?.url).toBe(`http://prometheus:9090${era === 'PAVICS' ? '' : '/prometheus'}`);
      expect(providers).toMatchObject([{ folder: `Local-${era}`, folderUid: `local-${era.toLowerCase()}` }]);
      const mounted = compose().services['grafana']?.volumes.find((volume) => volume.includes('/dashboards:'));
      expect(mounted).toContain(`:${providers[0]?.options.path}/`);
      // The scrape interval that Grafana is told is the one that Prometheus has.
      expect(await read('prometheus.yml')).toMatchObject({
        global: { scrape_interval: '60s', evaluation_interval: '30s' },
      });
    },
  );
});
