/** Asks Prometheus what is wrong, by its HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/ */
import { z } from 'zod';
import { messageOf } from '../../activities/shared/failures.js';
import type { Monitoring } from './schema.js';

/** Of one question; all are asked at once. */
const LIMIT_MS = 4_000;
/** The alert that fires to show that alerts get through. */
const WATCHDOG = 'Watchdog';
/** Of deliveries; longer than Alertmanager waits between two tries. */
const WINDOW = '15m';

/** Prometheus and Alertmanager are started together: the first alerts find none yet, and are sent again. */
const JUST_STARTED = 'time() - min(process_start_time_seconds{job="prometheus"}) < 1200';

const Answer = z.object({ status: z.literal('success'), data: z.unknown() });
const Labels = z.record(z.string(), z.string());
const Targets = z.object({
  activeTargets: z.array(
    z.object({ labels: Labels, scrapeUrl: z.string(), health: z.string(), lastError: z.string() }),
  ),
});
const Alerts = z.object({
  alerts: z.array(z.object({ labels: Labels, annotations: Labels, state: z.string(), activeAt: z.string() })),
});
const Vector = z.object({ result: z.array(z.object({ metric: Labels, value: z.tuple([z.number(), z.string()]) })) });

/** Prometheus could not be asked. The message says where and why. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
}

/** `url`: of Prometheus, with its prefix. Rejects with `NotAsked`. */
export async function askMonitoring(url: string): Promise<Monitoring> {
  const base = url.replace(/\/+$/, '');
  const [{ activeTargets }, { alerts }, failed, dropped] = await Promise.all([
    ask(base, 'targets?state=active', Targets),
    ask(base, 'alerts', Alerts),
    query(base, `sum by (integration) (increase(alertmanager_notifications_failed_total[${WINDOW}])) > 0`),
    query(base, `sum (increase(prometheus_notifications_errors_total[${WINDOW}])) > 0 unless on () ${JUST_STARTED}`),
  ]);
  return {
    url: base,
    down: activeTargets.filter(({ health }) => health === 'down').map(downTarget),
    firing: alerts
      .filter(({ state, labels }) => state === 'firing' && labels['alertname'] !== WATCHDOG)
      .map(firingAlert)
      .sort((one, other) => rank(one.severity) - rank(other.severity) || (one.since < other.since ? -1 : 1)),
    undelivered: [
      ...failed.result.map(({ metric, value }) => ({ by: metric['integration'] ?? 'unknown', count: whole(value) })),
      ...dropped.result.map(({ value }) => ({ by: 'Alertmanager', count: whole(value) })),
    ],
  };
}

const downTarget = ({ labels, scrapeUrl, lastError }: z.infer<typeof Targets>['activeTargets'][number]) => ({
  job: labels['job'] ?? '',
  target: scrapeUrl,
  why: lastError,
});

const firingAlert = ({ labels, annotations, activeAt }: z.infer<typeof Alerts>['alerts'][number]) => ({
  alert: labels['alertname'] ?? '',
  severity: labels['severity'] ?? 'none',
  summary: annotations['summary'] ?? '',
  since: activeAt,
});

/** Others come last. */
const SEVERITIES = ['info', 'warning', 'critical'];
const rank = (severity: string): number => -SEVERITIES.indexOf(severity);
/** `increase` extrapolates: part of one is one. */
const whole = ([, value]: [number, string]): number => Math.max(1, Math.round(Number(value)));

const query = (base: string, text: string) => ask(base, `query?query=${encodeURIComponent(text)}`, Vector);

async function ask<T extends z.ZodType>(base: string, path: string, data: T): Promise<z.output<T>> {
  try {
    const response = await fetch(`${base}/api/v1/${path}`, {
      signal: AbortSignal.timeout(LIMIT_MS),
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return data.parse(Answer.parse(await response.json()).data);
  } catch (error) {
    throw new NotAsked(`Prometheus at ${base} cannot be asked: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return 'its answer is none of its API';
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return messageOf(cause).split('\n')[0] ?? '';
}
