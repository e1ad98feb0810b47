/** Dashboards as files have them: as much of their form as tests ask of. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMPONENT } from '../component.js';

export interface Target {
  refId: string;
  expr: string;
  datasource?: { type?: string; uid?: string };
  format?: string;
  range?: boolean;
  instant?: boolean;
  hide?: boolean;
  interval?: string;
}

export interface Panel {
  id?: number;
  type: string;
  title?: string;
  description?: string;
  datasource?: { type?: string; uid?: string };
  gridPos?: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  panels?: Panel[];
  timeFrom?: string;
  timeShift?: string;
  interval?: string;
  maxDataPoints?: number;
  fieldConfig?: { defaults: { unit?: string } };
}

export interface Variable {
  type: string;
  name: string;
  query?: unknown;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  regex?: string;
  current?: { value?: string | string[] };
}

export interface Annotation {
  name: string;
  expr?: string;
  datasource?: { uid?: string };
  useValueForTime?: boolean;
  /** What people write into Grafana itself: an export has it. */
  builtIn?: number;
}

export interface Dashboard {
  uid?: string;
  title?: string;
  schemaVersion?: number;
  graphTooltip?: number;
  refresh?: string;
  time?: { from: string; to: string };
  panels: Panel[];
  templating: { list: Variable[] };
  annotations: { list: Annotation[] };
}

export const DASHBOARDS = join(COMPONENT, 'dashboards');

/** Name of the file → its text. */
export async function readDashboards(): Promise<Record<string, string>> {
  const names = (await readdir(DASHBOARDS)).filter((name) => name.endsWith('.json')).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(DASHBOARDS, name), 'utf8')] as const)),
  );
}

export const parseDashboard = (text: string): Dashboard => JSON.parse(text) as Dashboard;

/** Rows that are folded hold their panels themselves. */
export const panelsOf = ({ panels }: Dashboard): Panel[] => panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);

/** Those that ask Prometheus. */
export const annotationsOf = ({ annotations }: Dashboard): Annotation[] =>
  annotations.list.filter(({ builtIn }) => builtIn !== 1);
