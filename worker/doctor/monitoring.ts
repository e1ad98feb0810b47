/** What the Prometheus of the stack says. */
import type { Monitoring } from '../../client/monitoring/schema.js';
import { askMonitoring, NotAsked } from '../../client/monitoring/ask.js';
import { describeAlert } from '../../client/monitoring/words.js';
import { ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';

const NAME = 'monitoring';

export const monitoring: Check<DoctorContext> = {
  name: NAME,
  limitMs: 25_000,
  async run(context) {
    const { prometheusUrl } = (await context.readableView()).settings;
    if (prometheusUrl === undefined) return [ok(NAME, 'none (BIRDKEEPER_PROMETHEUS_URL is not set)')];
    try {
      return judgeMonitoring(await askMonitoring(prometheusUrl), new Date());
    } catch (error) {
      if (!(error instanceof NotAsked)) throw error;
      return [warn(NAME, error.message, 'Look at it: docker compose ps prometheus; docker compose logs prometheus')];
    }
  },
};

/** None of it keeps a deployment from being made, so all of it is a warning. Pure. */
export function judgeMonitoring({ url, down, firing, undelivered }: Monitoring, now: Date): Finding[] {
  const found = [
    ...down.map(({ job, target, why }) => warn(NAME, `${job} cannot be scraped: ${why}`, `Look at ${target}`)),
    ...firing.map((alert) => warn(NAME, `${describeAlert(alert, now)} fires: ${alert.summary}`, `See ${url}/alerts`)),
    ...undelivered.map(({ by, count }) =>
      warn(NAME, `${count} deliveries by ${by} failed within 15 min`, 'Look at: docker compose logs alertmanager'),
    ),
  ];
  return found.length > 0 ? found : [ok(NAME, `no alert fires, every target is scraped (${url})`)];
}
