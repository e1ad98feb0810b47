/** Monitoring in words, for `status` and `doctor`. Pure. */
import { age, oneLine } from '../text.js';
import type { Monitoring } from './schema.js';

const SHOWN = 5;

/** One line. */
export function describeMonitoring({ down, firing, undelivered }: Monitoring, now: Date): string {
  const parts = [
    ...(firing.length === 0
      ? []
      : [`${firing.length} firing: ${some(firing.map((each) => describeAlert(each, now)))}`]),
    ...(down.length === 0 ? [] : [`cannot be scraped: ${some(down.map(({ job }) => job))}`]),
    ...(undelivered.length === 0 ? [] : [`not delivered by ${undelivered.map(({ by }) => by).join(', ')}`]),
  ];
  return parts.length === 0 ? 'no alert fires, every target is scraped' : parts.join('; ');
}

export const describeAlert = ({ alert, severity, since }: Monitoring['firing'][number], now: Date): string =>
  `${oneLine(alert)} (${oneLine(severity)}, ${age(since, now)})`;

/** What a person must do; empty when nothing. */
export function monitoringTodo({ url, down, firing, undelivered }: Monitoring): string[] {
  const critical = firing.filter(({ severity }) => severity === 'critical');
  return [
    ...critical.map(({ alert, summary }) => `${alert}: ${summary === '' ? `see ${url}/alerts` : summary}`),
    ...(down.length === 0
      ? []
      : [`Prometheus cannot scrape ${down.map(({ job, why }) => `${job} (${why})`).join(', ')}: see ${url}/targets`]),
    ...undelivered.map(({ by, count }) =>
      by === 'Alertmanager'
        ? `Prometheus could not hand ${count} ${count === 1 ? 'alert' : 'alerts'} to Alertmanager: see its log (docker compose logs prometheus alertmanager)`
        : `Alertmanager could not deliver by ${by}, ${count} times within 15 min: see its log (docker compose logs alertmanager)`,
    ),
  ];
}

const some = (names: readonly string[]): string =>
  names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;
