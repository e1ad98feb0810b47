import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../../../support/monitoring/dashboards/history.js';
import { lint, type Committed } from '../../../support/monitoring/dashboards/lint.js';
import { panelsOf, parseDashboard, readDashboards } from '../../../support/monitoring/dashboards/model.js';
import { recorded } from '../../../support/monitoring/dashboards/own-world.js';
import { metricsIn, windowsIn } from '../../../support/monitoring/dashboards/promql.js';
import { FAMILIES } from '../../../../worker/metrics/families.js';
import { SOURCES } from '../../../support/monitoring/sources.js';

const texts = await readDashboards();
const dashboards = Object.entries(texts).map(([name, text]) => ({ name, dashboard: parseDashboard(text) }));
const committed = JSON.parse(
  await readFile(join(SOURCES, 'test/support/monitoring/dashboards/ids.json'), 'utf8'),
) as Record<string, Committed>;

const ours = namesIn(
  Object.entries(FAMILIES)
    .map(([name, { type }]) => `# TYPE ${name} ${type}`)
    .join('\n'),
);
const theirs = namesIn(`${await recorded('node-exporter')}\n${await recorded('cadvisor')}`);
/** The two last are Prometheus' own. */
const metrics = new Set([...ours, ...theirs, 'up', 'ALERTS']);
const uids = new Set(dashboards.map(({ dashboard }) => dashboard.uid ?? ''));

const HOST = 'docker-and-system-monitoring.json';
const sound = texts[HOST] ?? '';
const lintText = (text: string, name = HOST) =>
  lint(parseDashboard(text), { metrics, uids, committed: committed[name] });

const LOAD = '"expr": "node_load1{instance=\\"$instance\\"}"';
const IDLE = 'mode=\\"idle\\"}[$__rate_interval]';

/** Each breaks one rule in the first place where it can: what is put in the place of what, and what is said of it. */
const BROKEN: Record<string, [from: string, to: string, says: RegExp]> = {
  'another uid': ['"uid": "pf6xQMWGz"', '"uid": "mine"', /links lead to pf6xQMWGz/],
  'the id of a database': ['"graphTooltip": 1', '"graphTooltip": 1, "id": 7', /id of a database/],
  'an export for others': ['"graphTooltip": 1', '"graphTooltip": 1, "__inputs": []', /without "share externally"/],
  'another time range': ['"from": "now-24h"', '"from": "now-6h"', /last 24 hours/],
  'another refresh': ['"refresh": "5m"', '"refresh": "30s"', /refresh every 5 minutes/],
  'no shared crosshair': ['"graphTooltip": 1', '"graphTooltip": 0', /share the crosshair/],
  'a link to nothing': ['/d/birdkeeper-deployments', '/d/nothing', /leads to \/d\/nothing/],
  'a data source that is no variable': ['"type": "datasource"', '"type": "custom"', /no variable "datasource"/],
  'a variable that is not there': ['$instance\\"', '$node\\"', /\$node is no variable/],
  'a variable that nothing uses': ['"name": "project"', '"name": "group"', /variable group is used by nothing/],
  'no id': ['"id": 2,', '', /Uptime has no id/],
  'an id twice': ['"id": 3,', '"id": 2,', /Containers has id 2, which another panel has/],
  'an id for another panel': ['"title": "Uptime"', '"title": "Age"', /ids.json says "Uptime"/],
  'a new panel': ['"id": 2,', '"id": 99,', /Uptime \(99\) is not in ids.json/],
  'a panel that is gone': ['"id": 2,', '"id": 99,', /Uptime \(2\) of ids.json is gone/],
  'a panel on another': ['"x": 4', '"x": 3', /Uptime and Containers lie on each other/],
  'a panel beyond the edge': ['"x": 20', '"x": 21', /Swap is wider/],
  'no unit': ['"unit": "s"', '"unit": ""', /Uptime: it has no unit/],
  'no description': ['"description": "Since', '"about": "Since', /Uptime: it has no description/],
  'a time range of its own': ['"id": 2,', '"id": 2, "timeFrom": "1h",', /Uptime: it has a "timeFrom"/],
  'an interval of its own': ['"id": 2,', '"id": 2, "interval": "1m",', /Uptime: it has a "interval"/],
  'a hidden query': ['"refId": "A"', '"hide": true, "refId": "A"', /query A: it is hidden/],
  'the interval of a query': ['"refId": "A"', '"interval": "1m", "refId": "A"', /query A: it has an "interval"/],
  'a misspelt metric': [LOAD, LOAD.replace('load1', 'load2'), /nobody says a metric node_load2/],
  'a fixed window': [IDLE, IDLE.replace('$__rate_interval', '5m'), /rate over \[5m\] is empty or wrong/],
  'the CPU of exporters': [LOAD, '"expr": "process_cpu_seconds_total"', /the CPU of the exporters/],
  'virtual network devices': ['device!~', 'device!=', /would count twice/],
  'virtual file systems': ['fstype!~', 'fstype!=', /no full disk/],
};

describe('components/monitoring/dashboards', () => {
  it.each(dashboards)('$name keeps our rules', ({ name }) => {
    expect(lintText(texts[name] ?? '', name)).toEqual([]);
  });

  it.each(Object.entries(BROKEN))('%s is found and told', (_, [from, to, says]) => {
    expect(sound).toContain(from);
    expect(lintText(sound.replace(from, to)).join('\n')).toMatch(says);
  });

  it('a data source that is fixed is found in panels, queries and annotations', () => {
    const said = lintText(sound.replaceAll('"${datasource}"', '"mine"')).join('\n');
    expect(said).toMatch(/^panel Uptime: its data source is mine/m);
    expect(said).toMatch(/^panel Uptime: query A: its data source is mine/m);
    expect(said).toMatch(/^annotation Deployments: query Deployments: its data source is mine/m);
  });

  it("Grafana's own annotations, which an export has, are let be", () => {
    const exported = sound.replace('"annotations": {\n    "list": [', `$&${BUILT_IN},`);
    expect(exported).toContain('-- Grafana --');
    expect(lintText(exported)).toEqual([]);
  });

  it('the first one has every panel that the platform had', () => {
    const titles = dashboards
      .filter(({ dashboard }) => dashboard.uid === 'pf6xQMWGz')
      .flatMap(({ dashboard }) => panelsOf(dashboard).map(({ title }) => title));
    expect(titles).toEqual(expect.arrayContaining(KNOWN_PANELS));
    expect(titles.filter((title) => title === 'Load')).toHaveLength(2);
  });

  it('docs/dashboards.md tells of every panel', async () => {
    const page = await readFile(join(SOURCES, 'docs/dashboards.md'), 'utf8');
    const told = new Set([...page.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, title]) => title));
    const shown = dashboards.flatMap(({ dashboard }) => panelsOf(dashboard));
    expect(
      shown.filter(({ type, title = '' }) => type !== 'row' && !told.has(title)).map(({ title }) => title),
    ).toEqual([]);
  });

  it('the birdkeeper that was recorded says what birdkeeper says', async () => {
    // No deployment of it had failed.
    const said = [...namesIn(await recorded('birdkeeper')), 'birdkeeper_last_failed_deployment_number'];
    expect(said.sort(), 'record it anew: docs/dashboards.md').toEqual([...ours].sort());
  });

  it.each([
    ['sum by (name) (rate(a_total{b="c{d}", e=~"f"}[5m])) / on (g) group_left (h) count(i)', ['a_total', 'i']],
    ['time() - x{y="$z"} < 150 or vector(1e9) and NaN', ['x']],
    ['up offset 5m', ['up']],
  ])('the metrics of %s', (expression, names) => {
    expect(metricsIn(expression)).toEqual(names);
  });

  it('windows and what they are given to', () => {
    expect(windowsIn('rate(a{b="[c]"}[5m]) + max_over_time(d[$__range]) + e[1h]')).toEqual([
      { of: 'rate', length: '5m' },
      { of: 'max_over_time', length: '$__range' },
      { of: '', length: '1h' },
    ]);
  });
});

const BUILT_IN =
  '{"builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": true, "iconColor": "blue", "name": "Own"}';
const KNOWN_PANELS = [
  'Uptime',
  'Load',
  'Containers',
  'Disk space',
  'Memory',
  'Swap',
  'Network traffic',
  'CPU usage',
  'Used disk space',
  'Available memory',
  'Disk I/O',
  'Received traffic per container',
  'Sent traffic per container',
  'CPU per container',
  'Memory per container',
  'Memory swap per container',
  'Disk usage per container',
];
