import { z } from 'zod';

/** What `status --json` and `doctor` say of the monitoring of a stack. */
export const Monitoring = z.object({
  /** Of Prometheus. */
  url: z.string(),
  /** Targets that Prometheus cannot scrape. */
  down: z.array(z.object({ job: z.string(), target: z.string(), why: z.string() })),
  /** Alerts that fire now, without the one that always does; critical ones first. */
  firing: z.array(z.object({ alert: z.string(), severity: z.string(), summary: z.string(), since: z.string() })),
  /** Ways in which alerts do not get through: an integration of Alertmanager, or `Alertmanager` as a whole. */
  undelivered: z.array(z.object({ by: z.string(), count: z.number() })),
});
export type Monitoring = z.infer<typeof Monitoring>;
