import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askMonitoring, NotAsked } from '../../../../client/monitoring/ask.js';
import { startPrometheus, type OwnPrometheus } from '../../../support/monitoring/own-prometheus.js';
import { waitFor } from '../../../support/world/wait.js';

/** A target that nobody listens at, alerts of two severities and the one that always fires. */
const CONFIGURATION = `global: {scrape_interval: 200ms, evaluation_interval: 200ms}
rule_files: ["*.rules"]
scrape_configs:
  - {job_name: gone, static_configs: [{targets: ["127.0.0.1:1"]}]}
`;
const RULES = `groups:
  - name: some
    rules:
      - {alert: Watchdog, expr: vector(1), labels: {severity: none}}
      - {alert: Warm, expr: vector(1), labels: {severity: warning}, annotations: {summary: it is warm}}
      - {alert: Full, expr: vector(1), labels: {severity: critical}, annotations: {summary: it is full}}
      - {alert: Later, expr: vector(1), for: 1h, labels: {severity: critical}}
      - {record: alertmanager_notifications_failed_total, expr: time(), labels: {integration: email}}
`;

describe('client/monitoring/ask', () => {
  let prometheus: OwnPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({ 'prometheus.yml': CONFIGURATION, 'some.rules': RULES });
  });
  afterAll(() => prometheus?.stop());

  it('tells what fires, the worst first, what is down and what is not delivered', async () => {
    const seen = await waitFor('alerts and targets', async () => {
      const answer = await askMonitoring(`${prometheus.url}/`);
      return answer.firing.length > 1 && answer.down.length > 0 && answer.undelivered.length > 0 && answer;
    });
    expect(seen.url).toBe(prometheus.url);
    expect(seen.firing.map(({ alert, severity, summary }) => ({ alert, severity, summary }))).toEqual([
      { alert: 'Full', severity: 'critical', summary: 'it is full' },
      { alert: 'Warm', severity: 'warning', summary: 'it is warm' },
    ]);
    expect(seen.down).toEqual([
      { job: 'gone', target: 'http://127.0.0.1:1/metrics', why: expect.stringContaining('refused') as string },
    ]);
    expect(seen.undelivered).toEqual([{ by: 'email', count: expect.any(Number) as number }]);
  });

  it('says where nobody answers', async () => {
    await expect(askMonitoring('http://127.0.0.1:2')).rejects.toThrow(
      new NotAsked('Prometheus at http://127.0.0.1:2 cannot be asked: connect ECONNREFUSED 127.0.0.1:2'),
    );
  });

  it.each([
    ['another page', 200, '<html>', /none of its API|JSON/],
    ['another JSON', 200, '{"status": "success", "data": {"alerts": 3}}', /none of its API/],
    ['an error', 503, 'secret words', /it answered 503$/],
  ])('says that %s is no Prometheus, and nothing of what it said', async (_, status, body, why) => {
    const server: Server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await expect(askMonitoring(url)).rejects.toThrow(why);
      await expect(askMonitoring(url)).rejects.not.toThrow(/secret words/);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
