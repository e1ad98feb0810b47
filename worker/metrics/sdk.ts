/** Temporal's own metrics, and those of this process, beside ours. Both begin at 0 with each process. */
import { MetricsBuffer, type BufferedMetricUpdate } from '@temporalio/worker';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Updates wait in memory of the library until they are taken, and are dropped when there are too many. */
const DRAIN_MS = 5_000;
const MOST_WAITING = 100_000;
const PREFIX = 'temporal_';
/** A name that a version of the library makes up anew must not fill the memory. */
const MOST_SERIES = 5_000;
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600];

export const createBuffer = (): MetricsBuffer =>
  new MetricsBuffer({ maxBufferSize: MOST_WAITING, useSecondsForDurations: true });

/** Labels of the library's metrics, of which each has some. Others of a later version are left out. */
const LABELS = [
  ...['namespace', 'task_queue', 'operation', 'status_code', 'worker_type', 'poller_type', 'workflow_type'],
  ...['activity_type', 'eager', 'failure_reason', 'nexus_service', 'nexus_operation'],
];

/** Gauges that are called as counters are; the same by type of what is open has a good name. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

type Known =
  { kind: 'counter'; metric: Counter } | { kind: 'gauge'; metric: Gauge } | { kind: 'histogram'; metric: Histogram };

export interface ProcessMetrics {
  text(): Promise<string>;
  close(): void;
}

/** `take`: the updates since it was called last. */
export function processMetrics(take: () => Iterable<BufferedMetricUpdate>): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const fold = folder(registry);
  const drain = (): void => {
    // The library ends before the worker does.
    try {
      for (const update of take()) fold(update);
    } catch {
      // What it could not say is missing from the page, and nothing else is.
    }
  };
  const timer = setInterval(drain, DRAIN_MS);
  timer.unref();
  return {
    async text() {
      drain();
      return registry.metrics();
    },
    close() {
      clearInterval(timer);
      registry.clear();
    },
  };
}

function folder(registry: Registry): (update: BufferedMetricUpdate) => void {
  const known = new Map<string, Known>();
  const series = new Set<string>();
  return ({ metric, value, attributes }) => {
    const kind = metric.kind === 'counter' || metric.kind === 'histogram' ? metric.kind : 'gauge';
    const labels = labelsOf(attributes);
    const name = nameOf(metric.name, kind, metric.unit);
    const key = `${name} ${JSON.stringify(labels)}`;
    if (!series.has(key) && series.size >= MOST_SERIES) return;
    series.add(key);
    const metricOf = known.get(name) ?? make(kind, { name, help: metric.description || metric.name, registry });
    known.set(name, metricOf);
    if (metricOf.kind === 'counter') metricOf.metric.inc(labels, value);
    else if (metricOf.kind === 'histogram') metricOf.metric.observe(labels, value);
    else if (metric.kind === 'up-down-counter') metricOf.metric.inc(labels, value);
    else metricOf.metric.set(labels, value);
  };
}

interface Made {
  name: string;
  help: string;
  registry: Registry;
}

function make(kind: Known['kind'], { registry, ...options }: Made): Known {
  const configuration = { ...options, labelNames: LABELS, registers: [registry] };
  if (kind === 'counter') return { kind, metric: new Counter(configuration) };
  if (kind === 'gauge') return { kind, metric: new Gauge(configuration) };
  return { kind, metric: new Histogram({ ...configuration, buckets: SECONDS }) };
}

/** As the SDK's own exporter names them: `temporal_` before, `_total` after a counter, the unit after a duration. */
function nameOf(name: string, kind: Known['kind'], unit: string | undefined): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
  const prefixed = plain.startsWith(PREFIX) ? plain : `${PREFIX}${plain}`;
  if (kind === 'counter') return prefixed.endsWith('_total') ? prefixed : `${prefixed}_total`;
  const isDuration = kind === 'histogram' && ['s', 'seconds', 'duration', 'ms'].includes(unit ?? '');
  return isDuration && !prefixed.endsWith('_seconds') ? `${prefixed}_seconds` : prefixed;
}

const labelsOf = (attributes: BufferedMetricUpdate['attributes']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => LABELS.includes(name))
      .map(([name, value]) => [name, String(value)]),
  );
