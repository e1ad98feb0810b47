/**
 * How Grafana turns a panel's query into a question to Prometheus: its step, its own variables, those of the dashboard.
 * Grafana itself cannot be had where the tests run, so this is a double of it.
 */
import { ask } from '../query.js';
import type { Dashboard, Panel, Variable } from './model.js';

export interface Situation {
  /** Seconds since 1970. */
  from: number;
  to: number;
  /** `jsonData.timeInterval` of the data source: the scrape interval, in seconds. */
  scrapeSeconds: number;
  /** Pixels of the whole dashboard. */
  width: number;
}

/** Intervals that Grafana rounds to: [below this, it takes that], in ms. */
const ROUNDED = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1_500, 1_000],
  [3_500, 2_000],
  [7_500, 5_000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
] as const;
const LONGEST_MS = 10_800_000;
const GRID_COLUMNS = 24;

/** Seconds between two points of a graph: a point per pixel, rounded, and not less than the scrape interval. */
export function stepOf({ from, to, scrapeSeconds, width }: Situation, { gridPos, maxDataPoints }: Panel): number {
  const points = maxDataPoints ?? Math.max(1, Math.floor((width * (gridPos?.w ?? GRID_COLUMNS)) / GRID_COLUMNS));
  const exact = ((to - from) * 1_000) / points;
  const rounded = ROUNDED.find(([below]) => exact < below)?.[1] ?? LONGEST_MS;
  return Math.max(rounded / 1_000, scrapeSeconds);
}

/** Names → values as they are put into an expression: Grafana's own. */
export function ownVariables({ from, to, scrapeSeconds }: Situation, step: number): Record<string, string> {
  return {
    __rate_interval: `${Math.max(step + scrapeSeconds, 4 * scrapeSeconds)}s`,
    __interval: `${step}s`,
    __interval_ms: `${step * 1_000}`,
    __range: `${Math.round(to - from)}s`,
    __range_s: `${Math.round(to - from)}`,
    __range_ms: `${Math.round((to - from) * 1_000)}`,
  };
}

/** `$name`, `${name}` and `[[name]]`; a variable that nobody has is an error, as its text would reach Prometheus. */
export function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\]/g, (whole, ...groups: (string | undefined)[]) => {
    const name = groups.slice(0, 3).find((group) => group !== undefined) ?? '';
    const value = values[name];
    if (value === undefined) throw new Error(`${whole} is no variable of the dashboard or of Grafana`);
    return value;
  });
}

export interface Chosen {
  /** As put into an expression. */
  text: string;
  /** What the list offers, besides "All". */
  offered: string[];
}

/**
 * The variables of a dashboard, asked of Prometheus in their order, as they are when somebody opens it: the first of a
 * list, or "All". `fixed` chooses otherwise.
 */
export async function chooseVariables(
  url: string,
  dashboard: Dashboard,
  situation: Situation,
  fixed: Readonly<Record<string, string>> = {},
): Promise<Record<string, Chosen>> {
  const chosen: Record<string, Chosen> = {};
  for (const variable of dashboard.templating.list) {
    const values = Object.fromEntries(Object.entries(chosen).map(([name, { text }]) => [name, text]));
    const offered = await offeredBy(url, variable, situation, values);
    const first = variable.includeAll ? (variable.allValue ?? joined(offered)) : (offered[0] ?? '');
    chosen[variable.name] = { offered, text: fixed[variable.name] ?? first };
  }
  return chosen;
}

const joined = (values: string[]): string =>
  `(${values.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}]/g, '\\\\$&')).join('|')})`;

async function offeredBy(
  url: string,
  { type, name, query, regex }: Variable,
  { from, to }: Situation,
  values: Record<string, string>,
): Promise<string[]> {
  if (type === 'datasource') return ['the data source'];
  const [, selector, label] = /^label_values\((.+),\s*(\w+)\)$/.exec(String(query)) ?? [];
  if (selector === undefined || label === undefined)
    throw new Error(`${name}: only label_values(…, label) is known here`);
  const match = encodeURIComponent(substitute(selector, values));
  const found = await ask<string[]>(url, `label/${label}/values?match[]=${match}&start=${from}&end=${to}`);
  const wanted = regex ? new RegExp(regex.replace(/^\/(.*)\/$/, '$1')) : /^/;
  return found.filter((value) => wanted.test(value));
}
