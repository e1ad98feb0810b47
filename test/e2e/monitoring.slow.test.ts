/** The component as it is shipped, deployed by birdkeeper, with real Prometheus, Alertmanager, node-exporter and cAdvisor. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailHost, type MailHost } from '../support/mail-host.js';
import { bridgeAddress, copyComponent, imageNames, webhook, type Webhook } from '../support/monitoring/component.js';
import { createMonitoringImages } from '../support/monitoring/images.js';
import type { ProgramsImage } from '../support/programs-image.js';
import { waitFor } from '../support/world/index.js';
import { idle, useWorld } from '../support/world/in-vitest.js';
import { output } from '../support/world/programs.js';

const PROMETHEUS = 'http://127.0.0.1:9090';
const ALERTMANAGER = 'http://127.0.0.1:9093';

interface Answer<T> {
  status: string;
  data: T;
}
type Vector = { result: { metric: Record<string, string>; value: [number, string] }[] };

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${PROMETHEUS}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
  return ((await answer.json()) as Answer<T>).data;
}
const query = async (text: string) => (await ask<Vector>(`query?query=${encodeURIComponent(text)}`)).result;

describe('monitoring', () => {
  const world = useWorld({ name: 'mon' });
  let images: ProgramsImage;
  let mail: MailHost;
  let hook: Webhook;

  beforeAll(async () => {
    images = await createMonitoringImages(await imageNames());
    const address = await bridgeAddress(world().parts.env);
    [mail, hook] = await Promise.all([mailHost({}, address), webhook(address)]);
    const component = await copyComponent(world().dir);
    await idle(world());
    const commit = await world().releaseSettings(
      {
        extra: [
          `export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ${component}"`,
          "export BIRDKEEPER_HEALTH_TIMEOUT_SECONDS='90'",
          "export GRAFANA_ADMIN_PASSWORD='tawny-owl-31-perch'",
          "export ALERTMANAGER_ADMIN_EMAIL_RECEIVER='ops@birds.example.org,night@birds.example.org'",
          `export SMTP_SERVER='${address}:${mail.port}'`,
          "export ALERTMANAGER_EXTRA_GLOBAL='  smtp_require_tls: false'",
          "export PAVICS_FQDN='birds.example.org'",
          `export MONITORING_LISTEN_ADDRESS=127.0.0.1 NODE_EXPORTER_LISTEN_ADDRESS=${address}:9100`,
        ],
      },
      'Watch the host',
    );
    const record = await world().waitForCommit('private', commit);
    expect(record, record.message).toMatchObject({ outcome: 'deployed' });
  }, 300_000);

  afterAll(async () => {
    await Promise.all([mail?.close(), hook?.close()]);
    await images?.remove();
  });

  it('every target is up', async () => {
    const jobs = ['alertmanager', 'birdkeeper', 'cadvisor', 'node-exporter', 'prometheus'];
    await waitFor(
      'targets that are up',
      async () => {
        const up = (await query('up == 1')).map(({ metric }) => metric['job']);
        return jobs.every((job) => up.includes(job));
      },
      { within: 150_000, every: 2_000 },
    );
  });

  it('shows every container of the stack that runs, by name', async () => {
    const seen = await query('time() - container_last_seen{name!=""} < 60');
    const [label, format] = [`label=com.docker.compose.project=${world().project}`, '{{.Names}}'];
    const listed = await output('docker', ['ps', '--filter', label, '--format', format], { env: world().parts.env });
    const running = listed.trim().split('\n');
    expect(running.length).toBeGreaterThan(8);
    expect(seen.map(({ metric }) => metric['name'])).toEqual(expect.arrayContaining(running));
  });

  it('every rule is healthy', async () => {
    const { groups } = await ask<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>(
      'rules',
    );
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(30);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  it('Alertmanager is found, and its status answers', async () => {
    const { activeAlertmanagers } = await ask<{ activeAlertmanagers: { url: string }[] }>('alertmanagers');
    expect(activeAlertmanagers).toEqual([{ url: 'http://alertmanager:9093/api/v2/alerts' }]);
    expect((await fetch(`${ALERTMANAGER}/api/v2/status`)).status).toBe(200);
  });
});
