/** The same component behind a proxy: everything has a prefix. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/monitoring/query.js';
import { METRICS, targetsUp, watch, type Watched } from '../support/monitoring/watched-world.js';
import { useWorld } from '../support/world/in-vitest.js';

const PROMETHEUS = 'http://127.0.0.1:9090/prometheus';

describe('monitoring-proxied', () => {
  const world = useWorld({ name: 'monp', env: METRICS });
  let watched: Watched;
  beforeAll(async () => {
    watched = await watch(world(), ["export MONITORING_ACCESS='proxy' MONITORING_LISTEN_ADDRESS='127.0.0.1'"]);
  }, 300_000);
  afterAll(() => watched?.stop());

  it('every target is up', { timeout: 240_000 }, async () => {
    await targetsUp(PROMETHEUS);
  });

  it('Prometheus finds Alertmanager', async () => {
    const { activeAlertmanagers } = await ask<{ activeAlertmanagers: { url: string }[] }>(PROMETHEUS, 'alertmanagers');
    expect(activeAlertmanagers).toEqual([{ url: 'http://alertmanager:9093/alertmanager/api/v2/alerts' }]);
    expect((await fetch('http://127.0.0.1:9093/alertmanager/api/v2/status')).status).toBe(200);
  });

  it('nothing answers without its prefix', async () => {
    expect((await fetch('http://127.0.0.1:9090/api/v1/alerts')).status).toBe(404);
    expect((await fetch('http://127.0.0.1:9093/api/v2/status')).status).toBe(404);
  });

  it('status asks where the prefix is', async () => {
    expect((await world().cli(['status'])).stdout).toMatch(
      /^alerts .*(no alert fires|firing|cannot be scraped: grafana)/m,
    );
  });
});
