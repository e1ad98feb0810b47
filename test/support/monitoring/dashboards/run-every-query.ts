/** Every query of every panel, asked of a Prometheus: what stands for the pixels of Grafana. */
import { messageOf } from '../../../../activities/shared/failures.js';
import { ask } from '../query.js';
import { chooseVariables, ownVariables, stepOf, substitute, type Situation } from './grafana.js';
import { annotationsOf, panelsOf, type Dashboard, type Panel, type Target } from './model.js';

export interface QueryRun {
  dashboard: string;
  /** Title, or "annotation NAME". */
  panel: string;
  refId: string;
  range: string;
  /** As Prometheus was asked. */
  expression: string;
  series: number;
  points: number;
  /** Of a graph: as many as it has when no series has a hole. */
  whole?: number;
  /** Newest value of each series, with its labels. */
  newest: { metric: Record<string, string>; value: number }[];
  /** Why it would not be seen: empty, not finite, refused. */
  wrong?: string;
}

export interface RunOptions {
  /** Seconds; of the data source that the component provisions. */
  scrapeSeconds?: number;
  /** Pixels. */
  width?: number;
  /** End of the ranges, in seconds since 1970. */
  at?: number;
  /** Variables that are not what they are when somebody opens the dashboard. */
  variables?: Readonly<Record<string, string>>;
  /** Only these panels. */
  only?: (panel: Panel) => boolean;
}

interface Job {
  dashboard: Dashboard;
  panel: Panel;
  target: Target;
  range: string;
  situation: Situation;
  values: Record<string, string>;
}

const SECONDS = { m: 60, h: 3_600, d: 86_400 } as const;
const AT_ONCE = 6;
/** Of an annotation: Grafana asks for one of them per minute. */
const ANNOTATED: Panel = { type: 'annotation', maxDataPoints: 1_440 };

/** `ranges`: like 5m, 1h, 24h. */
export async function runEveryQuery(
  url: string,
  dashboards: readonly Dashboard[],
  ranges: readonly string[],
  options: RunOptions = {},
): Promise<QueryRun[]> {
  const jobs: Job[] = [];
  for (const dashboard of dashboards) {
    for (const range of ranges) jobs.push(...(await jobsOf(url, dashboard, range, options)));
  }
  const runs: QueryRun[] = [];
  const work = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) runs.push(await run(url, job));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return runs;
}

async function jobsOf(url: string, dashboard: Dashboard, range: string, options: RunOptions): Promise<Job[]> {
  const to = options.at ?? Date.now() / 1_000;
  const situation = {
    to,
    from: to - seconds(range),
    scrapeSeconds: options.scrapeSeconds ?? 60,
    width: options.width ?? 1_600,
  };
  const chosen = await chooseVariables(url, dashboard, situation, options.variables);
  const values = Object.fromEntries(Object.entries(chosen).map(([name, { text }]) => [name, text]));
  const annotations: Panel[] = annotationsOf(dashboard).flatMap(({ name, expr }) =>
    expr === undefined
      ? []
      : [{ ...ANNOTATED, title: `annotation ${name}`, targets: [{ refId: 'Anno', expr, range: true }] }],
  );
  return [...panelsOf(dashboard), ...annotations]
    .filter(options.only ?? (() => true))
    .flatMap((panel) =>
      (panel.targets ?? [])
        .filter(({ hide }) => !hide)
        .map((target) => ({ dashboard, panel, target, range, situation, values })),
    );
}

function seconds(range: string): number {
  const [, number = '', unit = ''] = /^(\d+)([mhd])$/.exec(range) ?? [];
  return Number(number) * SECONDS[unit as keyof typeof SECONDS];
}

interface Series {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

async function run(url: string, { dashboard, panel, target, range, situation, values }: Job): Promise<QueryRun> {
  const step = stepOf(situation, panel);
  const known = { dashboard: dashboard.title ?? '', panel: panel.title ?? '', refId: target.refId, range };
  let expression = target.expr;
  try {
    expression = substitute(target.expr, { ...values, ...ownVariables(situation, step) });
    const { result } = await ask<{ result: Series[] }>(url, path(expression, target, situation, step));
    const lists = result.map((series) => series.values ?? (series.value ? [series.value] : []));
    const numbers = lists.flat().map(([, value]) => Number(value));
    const newest = result.map(({ metric }, index) => ({ metric, value: Number(lists[index]?.at(-1)?.[1]) }));
    const wrong = judge(numbers);
    const whole =
      target.range && result.length * ((alignedTo(step, situation.to) - alignedTo(step, situation.from)) / step + 1);
    const counted = { series: result.length, points: numbers.length, ...(whole && { whole }) };
    return { ...known, expression, ...counted, newest, ...(wrong && { wrong }) };
  } catch (error) {
    return { ...known, expression, series: 0, points: 0, newest: [], wrong: messageOf(error) };
  }
}

function path(expression: string, { range, instant }: Target, { from, to }: Situation, step: number): string {
  const query = encodeURIComponent(expression);
  if (instant && !range) return `query?query=${query}&time=${to}`;
  return `query_range?query=${query}&start=${alignedTo(step, from)}&end=${alignedTo(step, to)}&step=${step}`;
}

/** Grafana asks at multiples of the step. */
const alignedTo = (step: number, time: number): number => Math.floor(time / step) * step;

function judge(numbers: number[]): string | undefined {
  if (numbers.length === 0) return 'empty';
  const odd = numbers.find((number) => !Number.isFinite(number));
  return odd === undefined ? undefined : `not finite: ${odd}`;
}
