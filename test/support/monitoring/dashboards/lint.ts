/** What our dashboards must have besides the right form: each sentence says what is wrong and what would be right. */
import { annotationsOf, panelsOf, type Dashboard, type Panel, type Target } from './model.js';
import { metricsIn, variablesIn, windowsIn } from './promql.js';

/** Links of operators lead to these: ids are never given to another panel. */
export interface Committed {
  uid: string;
  /** Id → title. */
  panels: Readonly<Record<string, string>>;
}

export interface Known {
  metrics: ReadonlySet<string>;
  /** Of all dashboards. */
  uids: ReadonlySet<string>;
  committed: Committed | undefined;
}

const DATASOURCE = '${datasource}';
const WITHOUT_QUERIES = ['row', 'text'];
const OWN_OF_PANEL = ['timeFrom', 'timeShift', 'interval', 'maxDataPoints'] as const;
const COLUMNS = 24;
/** Metrics that have series of what is not meant, and how the selection must leave them out. */
const TO_BE_NARROWED = [
  {
    metric: /^node_network_(receive|transmit)_/,
    by: 'device!~',
    why: 'traffic of bridges and containers would count twice',
  },
  { metric: /^node_filesystem_avail_bytes$/, by: 'fstype!~', why: 'a full image of a CD is no full disk' },
  { metric: /^process_cpu_seconds_total$/, by: 'job=', why: 'it is the CPU of the exporters, not that of the host' },
];

export function lint(dashboard: Dashboard, known: Known): string[] {
  const panels = panelsOf(dashboard);
  return [
    ...ofDashboard(dashboard, known),
    ...ofVariables(dashboard),
    ...ofIds(panels, known.committed),
    ...ofGrid(dashboard.panels),
    ...panels.filter(({ type }) => !WITHOUT_QUERIES.includes(type)).flatMap((panel) => ofPanel(panel, known.metrics)),
    ...annotationsOf(dashboard).flatMap(({ name, expr = '', datasource }) =>
      ofQuery({ refId: name, expr, ...(datasource && { datasource }) }, known.metrics).map(
        (wrong) => `annotation ${name}: ${wrong}`,
      ),
    ),
  ];
}

const when = (wrong: boolean, sentence: string): string[] => (wrong ? [sentence] : []);

function ofDashboard(dashboard: Dashboard, { uids, committed }: Known): string[] {
  const { uid, time, refresh, graphTooltip } = dashboard;
  const links = [...JSON.stringify(dashboard).matchAll(/"\/d\/([\w-]+)/g)].map(([, to = '']) => to);
  return [
    ...when(committed === undefined, 'it is not in ids.json: put its uid and its panels there'),
    ...when(committed !== undefined && uid !== committed.uid, `its uid is ${uid}, but links lead to ${committed?.uid}`),
    ...when('id' in dashboard, 'it has an id of a database: take "id" of the dashboard out'),
    ...when('__inputs' in dashboard, 'it was exported for other Grafanas: export it without "share externally"'),
    ...when(time?.from !== 'now-24h' || time.to !== 'now', 'it does not open with the last 24 hours: set "time"'),
    ...when(refresh !== '5m', 'it does not refresh every 5 minutes: set "refresh"'),
    ...when(graphTooltip !== 1 && graphTooltip !== 2, 'its graphs do not share the crosshair: set "graphTooltip" to 1'),
    ...links.filter((to) => !uids.has(to)).map((to) => `a link leads to /d/${to}, which is no dashboard of ours`),
  ];
}

function ofVariables(dashboard: Dashboard): string[] {
  const { list } = dashboard.templating;
  const names = new Set(list.map(({ name }) => name));
  const used = new Set(variablesIn(JSON.stringify(dashboard)));
  const source = list.find(({ name }) => name === 'datasource');
  return [
    ...when(
      source?.type !== 'datasource' || source.query !== 'prometheus',
      'it has no variable "datasource" of type datasource for prometheus',
    ),
    ...[...used]
      .filter((name) => !name.startsWith('__') && !names.has(name))
      .map((name) => `$${name} is no variable of it`),
    ...[...names].filter((name) => !used.has(name)).map((name) => `variable ${name} is used by nothing: take it out`),
  ];
}

function ofIds(panels: readonly Panel[], committed: Committed | undefined): string[] {
  const wanted = committed?.panels ?? {};
  const titles = new Map(panels.map(({ id, title }) => [String(id), title ?? '']));
  return [
    ...panels.filter(({ id }) => id === undefined).map(({ title }) => `panel ${title} has no id`),
    ...panels
      .filter(({ id }, index) => id !== undefined && panels.findIndex((other) => other.id === id) < index)
      .map(({ id, title }) => `panel ${title} has id ${id}, which another panel has`),
    ...[...titles].flatMap(([id, title]) => {
      if (wanted[id] === undefined)
        return [`panel ${title} (${id}) is not in ids.json: put it there with an id that never was`];
      return when(
        wanted[id] !== title,
        `id ${id} is "${title}", but ids.json says "${wanted[id]}": links lead to that`,
      );
    }),
    ...Object.entries(wanted)
      .filter(([id]) => !titles.has(id))
      .map(([id, title]) => `panel ${title} (${id}) of ids.json is gone: links lead to it`),
  ];
}

function ofGrid(panels: readonly Panel[]): string[] {
  const placed = panels.flatMap(({ title = '', gridPos }) => (gridPos ? [{ title, ...gridPos }] : []));
  return [
    ...panels.filter(({ gridPos }) => !gridPos).map(({ title }) => `panel ${title} has no place: set "gridPos"`),
    ...placed
      .filter(({ x, w }) => x + w > COLUMNS)
      .map(({ title }) => `panel ${title} is wider than the ${COLUMNS} columns`),
    ...placed.flatMap((one, index) =>
      placed
        .slice(index + 1)
        .filter(
          (other) =>
            one.x < other.x + other.w &&
            other.x < one.x + one.w &&
            one.y < other.y + other.h &&
            other.y < one.y + one.h,
        )
        .map((other) => `panels ${one.title} and ${other.title} lie on each other`),
    ),
  ];
}

function ofPanel(panel: Panel, metrics: ReadonlySet<string>): string[] {
  const { title = '', targets = [], datasource, fieldConfig, description } = panel;
  const found = [
    ...when(title === '', 'it has no title'),
    ...when(!description, 'it has no description: say what it shows'),
    ...when(!fieldConfig?.defaults.unit, 'it has no unit: set one, "none" for a count'),
    ...when(datasource?.uid !== DATASOURCE, `its data source is ${datasource?.uid}, not the variable ${DATASOURCE}`),
    ...OWN_OF_PANEL.filter((key) => key in panel).map(
      (key) =>
        `it has a "${key}" of its own, so that it does not show the time range or the detail that the others show`,
    ),
    ...when(targets.length === 0, 'it has no query'),
    ...when(new Set(targets.map(({ refId }) => refId)).size < targets.length, 'two of its queries have the same refId'),
    ...targets.flatMap((target) => ofQuery(target, metrics)),
  ];
  return found.map((wrong) => `panel ${title}: ${wrong}`);
}

function ofQuery({ refId, expr, datasource, interval, hide }: Target, metrics: ReadonlySet<string>): string[] {
  const names = metricsIn(expr);
  const found = [
    ...when(datasource?.uid !== DATASOURCE, `its data source is ${datasource?.uid}, not the variable ${DATASOURCE}`),
    ...when(interval !== undefined, 'it has an "interval" of its own'),
    ...when(hide === true, 'it is hidden: take it out'),
    ...windowsIn(expr).flatMap(({ of, length }) => ofWindow(of, length)),
    ...names.filter((name) => !metrics.has(name)).map((name) => `nobody says a metric ${name}`),
    ...TO_BE_NARROWED.filter(({ metric, by }) => names.some((name) => metric.test(name)) && !expr.includes(by)).map(
      ({ by, why }) => `it lacks a selection by ${by}: ${why}`,
    ),
  ];
  return found.map((wrong) => `query ${refId}: ${wrong}`);
}

function ofWindow(of: string, length: string): string[] {
  if (['rate', 'irate', 'deriv'].includes(of))
    return when(
      length !== '$__rate_interval',
      `${of} over [${length}] is empty or wrong when somebody zooms: [$__rate_interval]`,
    );
  return when(
    !['$__rate_interval', '$__range'].includes(length),
    `${of || 'a window'} over [${length}] does not follow the time range: [$__range] or [$__rate_interval]`,
  );
}
