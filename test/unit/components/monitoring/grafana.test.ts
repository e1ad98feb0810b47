import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMPONENT } from '../../../support/monitoring/component.js';
import { parseDashboard, readDashboards } from '../../../support/monitoring/dashboards/model.js';

const text = (path: string) => readFile(join(COMPONENT, path), 'utf8');
const yaml = async <T>(path: string) => parse(await text(path), { merge: true }) as T;

interface Provider {
  name: string;
  type: string;
  folder: string;
  folderUid: string;
  allowUiUpdates: boolean;
  options: { path: string };
}

interface DataSource {
  type: string;
  uid: string;
  url: string;
  isDefault: boolean;
  jsonData: { timeInterval: string };
}

interface Compose {
  services: Record<string, { container_name: string; volumes: string[] }>;
}

const [{ providers }, { datasources }, { services }, dashboards, defaults] = await Promise.all([
  yaml<{ apiVersion: number; providers: Provider[] }>('grafana/dashboards.yml.template'),
  yaml<{ apiVersion: number; datasources: DataSource[] }>('grafana/datasources.yml.template'),
  yaml<Compose>('docker-compose-extra.yml'),
  readDashboards(),
  text('default.env'),
]);
const [provider] = providers;
const [source] = datasources;

/** Path in the container of each thing of ours that is mounted. */
const mounted = new Map(
  (services['grafana']?.volumes ?? []).map((volume) => {
    const [from = '', to = ''] = volume.split(':');
    return [from.replace('${MONITORING_DIR}/', ''), to];
  }),
);

describe('components/monitoring/grafana', () => {
  it('dashboards lie below the folder that the provider reads', () => {
    expect(providers).toHaveLength(1);
    expect(mounted.get('dashboards')).toMatch(new RegExp(`^${provider?.options.path}/`));
    expect(provider?.type).toBe('file');
  });

  it('provisioning files lie where Grafana reads them', () => {
    expect(mounted.get('grafana/dashboards.yml')).toMatch(/^\/etc\/grafana\/provisioning\/dashboards\/.+\.yml$/);
    expect(mounted.get('grafana/datasources.yml')).toMatch(/^\/etc\/grafana\/provisioning\/datasources\/.+\.yml$/);
  });

  it('what is changed in the browser is not saved', () => {
    expect(provider?.allowUiUpdates).toBe(false);
  });

  it('the data source is the Prometheus of the component, and the default', () => {
    expect(datasources).toHaveLength(1);
    expect(source).toMatchObject({ type: 'prometheus', isDefault: true });
    expect(source?.url).toMatch(/^http:\/\/prometheus:9090/);
    expect(services['prometheus']?.container_name).toBe('prometheus');
  });

  it('dashboards choose a data source of its type', () => {
    for (const dashboard of Object.values(dashboards).map(parseDashboard)) {
      const variable = dashboard.templating.list.find(({ name }) => name === 'datasource');
      expect(variable).toMatchObject({ type: 'datasource', query: source?.type });
    }
  });

  it('the shortest step is the scrape interval, so that rates have samples', async () => {
    const scrape = /^ {2}scrape_interval: (\w+)$/m.exec(await text('prometheus.yml.template'))?.[1];
    expect(source?.jsonData.timeInterval).toBe(scrape);
  });

  it.each([
    'GRAFANA_DEFAULT_PROVIDER_FOLDER',
    'GRAFANA_DEFAULT_PROVIDER_FOLDER_UUID',
    'GRAFANA_PROMETHEUS_DATASOURCE_UUID',
  ])('folder and uids come from %s', (name) => {
    expect([provider?.folder, provider?.folderUid, source?.uid]).toContain(`\${${name}}`);
    expect(defaults).toMatch(new RegExp(`^export ${name}=`, 'm'));
    expect(defaults).toContain(`\\$${name}\n`);
  });
});
