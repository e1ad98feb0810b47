import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, statfs } from 'node:fs/promises';
import { uptime } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseVariables, substitute } from '../../../support/monitoring/dashboards/grafana.js';
import {
  annotationsOf,
  panelsOf,
  parseDashboard,
  readDashboards,
  type Dashboard,
} from '../../../support/monitoring/dashboards/model.js';
import {
  LIVE,
  LIVE_SCRAPE_SECONDS,
  PAST,
  startOwnWorld,
  type OwnWorld,
} from '../../../support/monitoring/dashboards/own-world.js';
import { busyBetween, readProcStat } from '../../../support/monitoring/dashboards/proc-stat.js';
import { metricsIn } from '../../../support/monitoring/dashboards/promql.js';
import { runEveryQuery, type QueryRun } from '../../../support/monitoring/dashboards/run-every-query.js';
import { ask, query, type Sample } from '../../../support/monitoring/query.js';

const RANGES = ['5m', '1h', '24h'];
const dashboards = Object.values(await readDashboards()).map(parseDashboard);
const targets = dashboards.flatMap((dashboard) => panelsOf(dashboard).flatMap((panel) => panel.targets ?? []));
const annotations = dashboards.flatMap(annotationsOf);
const names = new Set([...targets, ...annotations].flatMap(({ expr = '' }) => metricsIn(expr)));
const host = dashboards.filter(({ uid }) => uid === 'pf6xQMWGz');
/** Row and panels of the host; those of containers follow. */
const LAST_OF_HOST = 13;

const told = ({ dashboard, panel, refId, expression, wrong }: QueryRun) =>
  `${dashboard}, ${panel} ${refId}: ${wrong}: ${expression}`;

describe('components/monitoring/dashboards', () => {
  let world: OwnWorld;
  let runs: QueryRun[] = [];

  beforeAll(async () => {
    world = await startOwnWorld(names);
    runs = await runEveryQuery(world.url, dashboards, RANGES, { variables: { instance: PAST } });
  });

  afterAll(() => world?.stop());

  it.each(RANGES)('every query of every panel answers with finite numbers over %s', (range) => {
    const those = runs.filter((run) => run.range === range);
    expect(those.filter(({ wrong }) => wrong !== undefined).map(told)).toEqual([]);
    expect(those).toHaveLength(targets.length + annotations.length);
  });

  it.each(RANGES)('no graph has a hole over %s', (range) => {
    const graphs = runs.filter((run) => run.range === range && run.whole !== undefined);
    expect(graphs.length).toBeGreaterThan(20);
    expect(graphs.filter(({ points, whole }) => points !== whole)).toEqual([]);
  });

  it('every variable offers something, and narrows what is shown', async () => {
    const now = Date.now() / 1_000;
    for (const dashboard of dashboards) {
      const situation = { from: now - 300, to: now, scrapeSeconds: 60, width: 1_600 };
      const chosen = await chooseVariables(world.url, dashboard, situation);
      expect(Object.entries(chosen).filter(([, { offered }]) => offered.length === 0)).toEqual([]);
    }
    const one = { instance: PAST, project: 'platform', container: 'cadvisor|platform-api-1' };
    const [narrow] = await runEveryQuery(world.url, host, ['1h'], {
      variables: one,
      only: ({ title }) => title === 'Memory per container',
    });
    expect(narrow?.newest.map(({ metric }) => metric['name']).sort()).toEqual(['cadvisor', 'platform-api-1']);
  });

  it('each deployment of the day is marked once, with stack, number and outcome', async () => {
    const marks = runs.filter(({ panel, range }) => panel === 'annotation Deployments' && range === '24h');
    expect(marks).toHaveLength(dashboards.length);
    const now = Math.floor(Date.now() / 60_000) * 60;
    for (const { expression } of marks) {
      const asked = `query_range?query=${encodeURIComponent(expression)}&start=${now - 86_400}&end=${now}&step=60`;
      const { result } = await ask<{ result: { metric: object; values: [number, string][] }[] }>(world.url, asked);
      expect(result.map(({ metric }) => metric)).toEqual([
        { instance: PAST, stack: 'platform', number: '2', outcome: 'deployed', job: 'birdkeeper' },
      ]);
      const times = new Set(result.flatMap(({ values }) => values.map(([, value]) => Number(value))));
      // One in six hours, and the one before the day began.
      expect(times.size).toBe(5);
      expect(Math.max(...times) / 1_000).toBeLessThanOrEqual(now + 60);
    }
  });

  describe('the query that is run', () => {
    const first = host[0] as Dashboard;
    const withQuery = (expr: string): Dashboard => ({
      ...first,
      annotations: { list: [] },
      panels: [{ type: 'timeseries', title: 'Own', targets: [{ refId: 'A', expr, range: true }] }],
    });

    it.each<[string, string, RegExp]>([
      ['is told when it is empty', 'node_load2', /^empty$/],
      ['is told when it is not finite', 'node_load1 * 0 / 0', /^not finite: NaN$/],
      ['is told when it is no PromQL', 'sum(node_load1', /unclosed left parenthesis/],
      ['is told when its variable is not there', 'node_load1{instance="$node"}', /^\$node is no variable/],
      // As upstream's dashboard asked when somebody had zoomed in.
      [
        'is told when its window is as long as a scrape',
        'rate(node_disk_read_bytes_total{instance="$instance"}[60s])',
        /^empty$/,
      ],
    ])('%s', async (_, expr, wrong) => {
      const [run] = await runEveryQuery(world.url, [withQuery(expr)], ['5m'], { variables: { instance: PAST } });
      expect(run?.wrong).toMatch(wrong);
    });
  });

  describe('on the host of a node-exporter that runs', () => {
    const LONG_ENOUGH_MS = 15_000;
    let live: QueryRun[] = [];
    const newest = (panel: string, refId = 'A') =>
      live.find((run) => run.panel === panel && run.refId === refId && run.wrong === undefined)?.newest ?? [];
    const value = (panel: string) => newest(panel)[0]?.value;

    beforeAll(async () => {
      const deadline = Date.now() + LONG_ENOUGH_MS;
      do {
        live = await runEveryQuery(world.url, host, ['5m'], {
          scrapeSeconds: LIVE_SCRAPE_SECONDS,
          variables: { instance: LIVE },
          only: ({ id = Infinity, title }) => id <= LAST_OF_HOST && title !== 'Containers',
        });
      } while (live.some(({ wrong }) => wrong !== undefined) && Date.now() < deadline);
    });

    it('every query of a panel of the host answers', () => {
      expect(live.filter(({ wrong }) => wrong !== undefined).map(told)).toEqual([]);
      expect(live.length).toBeGreaterThan(17);
    });

    it('uptime, load and memory are what the kernel says', async () => {
      const meminfo = await readFile('/proc/meminfo', 'utf8');
      const kB = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1]);
      const [load] = (await readFile('/proc/loadavg', 'utf8')).split(' ');
      expect(Math.abs((value('Uptime') ?? NaN) - uptime())).toBeLessThan(60);
      expect(Math.abs((value('Load') ?? NaN) - Number(load))).toBeLessThan(2);
      expect(Math.abs((value('Memory') ?? NaN) - (1 - kB('MemAvailable') / kB('MemTotal')))).toBeLessThan(0.1);
      const swap = kB('SwapTotal') === 0 ? 0 : 1 - kB('SwapFree') / kB('SwapTotal');
      expect(Math.abs((value('Swap') ?? NaN) - swap)).toBeLessThan(0.1);
    });

    it('disks are as full as the file systems say, and the fullest is the gauge', async () => {
      const shown = newest('Used disk space');
      for (const { metric, value: used } of shown) {
        const { bavail, blocks } = await statfs(metric['mountpoint'] ?? '');
        expect(Math.abs(used - (1 - bavail / blocks)), metric['mountpoint']).toBeLessThan(0.02);
      }
      expect(value('Disk space')).toBeCloseTo(Math.max(...shown.map(({ value: used }) => used)), 2);
    });

    it('the network is that of devices, not of containers', async () => {
      const shown = newest('Network traffic').map(({ metric }) => metric['device']);
      const devices = await readdir('/sys/class/net');
      const physical = devices.filter((name) => existsSync(`/sys/class/net/${name}/device`));
      expect(shown).toEqual(expect.arrayContaining(physical));
      expect(shown.filter((name) => /^(lo|veth|docker|br-)/.test(name ?? ''))).toEqual([]);
    });

    it('CPU usage is what the kernel says', async () => {
      const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
      try {
        // Read for longer than what is asked about lasts, at both ends.
        const reading = readProcStat(7);
        await pause(6_000);
        const expression = host.flatMap(panelsOf).find(({ title }) => title === 'CPU usage')?.targets?.[0]?.expr ?? '';
        const shown = substitute(expression, { instance: LIVE, __rate_interval: '5s' });
        const [{ value: [at, text] } = NOTHING] = await query(world.url, shown);
        const raw = `query?query=${encodeURIComponent(`node_cpu_seconds_total{instance="${LIVE}",cpu="0",mode="idle"}[5s]`)}&time=${at}`;
        const { result } = await ask<{ result: { values: [number, string][] }[] }>(world.url, raw);
        const times = result[0]?.values.map(([time]) => time) ?? [];
        const readings = await reading;
        const kernel = busyBetween(readings, Math.min(...times), Math.max(...times));
        expect(Math.abs(Number(text) - kernel), `shown ${text}, kernel ${kernel}`).toBeLessThan(0.05);
      } finally {
        busy.kill('SIGKILL');
      }
    });
  });
});

const NOTHING: Sample = { metric: {}, value: [0, 'NaN'] };
