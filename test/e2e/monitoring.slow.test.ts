/**
 * The component as it is shipped, deployed by birdkeeper, with real Prometheus, Alertmanager, node-exporter and cAdvisor. Its
 * intervals are the shipped ones, so most of the time is waiting.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askMonitoring } from '../../client/monitoring/ask.js';
import { bridgeAddress, webhook, type Webhook } from '../support/monitoring/component.js';
import { ask, metricNames, query } from '../support/monitoring/query.js';
import { parseDashboard, readDashboards } from '../support/monitoring/dashboards/model.js';
import { runEveryQuery } from '../support/monitoring/dashboards/run-every-query.js';
import { KEEPER, METRICS, targetsUp, watch, type Watched } from '../support/monitoring/watched-world.js';
import { apiTag, STACK_FOLDER, waitFor, type Files } from '../support/world/index.js';
import { idle, useWorld } from '../support/world/in-vitest.js';
import { output } from '../support/world/programs.js';

const MINUTE_MS = 60_000;
const PROMETHEUS = 'http://127.0.0.1:9090';
const ALERTMANAGER = 'http://127.0.0.1:9093';
/** Hardware and services that a machine may not have, and what is not there before the first deployment that fails. */
const NOT_EVERYWHERE =
  /^(birdkeeper_last_failed_deployment_number|node_hwmon_temp_celsius|node_hwmon_temp_crit_alarm_celsius|node_md_state|node_md_disks|node_edac_.*|node_bonding_.*|node_systemd_unit_state)$/;

const FORCED = "export PROMETHEUS_HostOutOfMemory_ALERT='100'";
const ROLLED_BACK = 'BirdkeeperDeploymentRolledBack';

/** An operator's own rule, scrape, mail template and dashboard, mounted by a component of theirs. */
const OWN: Files = {
  [`${STACK_FOLDER}/components/own/config/monitoring/docker-compose-extra.yml`]: `services:
  prometheus:
    volumes:
      - ./components/own/own.rules:/etc/prometheus/own.rules:ro
      - ./components/own/scrape.yml:/etc/prometheus/scrape_config.d/own.yml:ro
  alertmanager:
    volumes: ["./components/own/own.tmpl:/etc/alertmanager/template/own.tmpl:ro"]
  grafana:
    volumes: ["./components/own/own.json:/etc/grafana/dashboards/own.json:ro"]
  limited:
    image: \${BASE_IMAGE}
    init: true
    command: [sleep, "1000000"]
    cpus: 0.2
    mem_limit: 32m
`,
  [`${STACK_FOLDER}/components/own/own.json`]: '{"uid": "own", "title": "Own", "panels": []}\n',
  [`${STACK_FOLDER}/components/own/own.tmpl`]:
    '{{ define "own.subject" }}Our own words: {{ .CommonLabels.alertname }}{{ end }}\n',
  [`${STACK_FOLDER}/components/own/scrape.yml`]:
    'scrape_configs: [{ job_name: own, static_configs: [{ targets: ["127.0.0.1:9090"] }] }]\n',
  [`${STACK_FOLDER}/components/own/own.rules`]: `groups:
  - name: own
    rules:
      - { alert: Own, expr: vector(1), labels: { severity: critical }, annotations: { summary: a rule of our own } }
`,
};

describe('monitoring', () => {
  const world = useWorld({ name: 'mon', env: METRICS });
  let watched: Watched;
  let hook: Webhook;

  const mailOf = (word: string, status: 'FIRING' | 'RESOLVED') =>
    watched.mail.received
      .map(({ raw, to }) => ({ to, text: unfolded(raw) }))
      .find(({ text }) => new RegExp(`^Subject: .*${status}.*`, 'm').test(text) && text.includes(word));

  beforeAll(async () => {
    const address = await bridgeAddress(world().parts.env);
    hook = await webhook(address);
    await world().push('platform', OWN, 'Add what is our own');
    watched = await watch(world(), [
      'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/own"',
      // As upstream's own text has it.
      `export ALERTMANAGER_EXTRA_ROUTES="
  routes:
  - match:
      severity: 'critical'
    receiver: pager
  - match_re:
      alertname: HostOutOfMemory|BirdkeeperDeploymentRolledBack
    receiver: pager
"`,
      `export ALERTMANAGER_EXTRA_RECEIVERS="
- name: 'pager'
  webhook_configs:
  - url: 'http://${address}:${hook.port}/'
    send_resolved: true
  email_configs:
  - to: pager@birds.example.org
    headers:
      Subject: '{{ template \\"own.subject\\" . }}'
"`,
      FORCED,
    ]);
  }, 300_000);

  afterAll(async () => {
    await Promise.all([watched?.stop(), hook?.close()]);
  });

  it('every target is up', { timeout: 4 * MINUTE_MS }, async () => {
    await targetsUp(PROMETHEUS);
    await waitFor("the operator's own", async () => (await query(PROMETHEUS, 'up{job="own"} == 1')).length === 1);
  });

  it('shows every container of the stack that runs, by name', async () => {
    const [label, format] = [`label=com.docker.compose.project=${world().project}`, '{{.Names}}'];
    const listed = await output('docker', ['ps', '--filter', label, '--format', format], { env: world().parts.env });
    const running = listed.trim().split('\n');
    expect(running.length).toBeGreaterThan(8);
    await waitFor('each of them', async () => {
      const seen = await query(PROMETHEUS, 'time() - container_last_seen{name!=""} < 90');
      const names = seen.map(({ metric }) => metric['name']);
      return running.every((name) => names.includes(name));
    });
  });

  it('says of a container what the engine says of it', async () => {
    const ratio = async () => {
      const [seen] = await query(PROMETHEUS, 'container_memory_working_set_bytes{name="prometheus"}');
      return Number(seen?.value[1]) / (await memoryOf('prometheus', world().parts.env));
    };
    // It is scraped once a minute, and grows while it begins.
    await waitFor('the same memory', async () => {
      const found = await ratio();
      if (found > 0.5 && found < 2) return true;
      throw new Error(`it is ${found} of what the engine says`);
    });
  });

  it("every rule is healthy, the operator's own among them, and finds its metrics", async () => {
    const { groups } = await waitFor('rules that were evaluated', async () => {
      const answer = await ask<{ groups: { rules: Rule[] }[] }>(PROMETHEUS, 'rules');
      return answer.groups.every(({ rules }) => rules.every(({ health }) => health !== 'unknown')) && answer;
    });
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(31);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.map(({ name }) => name)).toContain('Own');
    const names = [...new Set(rules.flatMap(({ query: text }) => metricNames(text)))];
    const needed = names.filter((name) => !NOT_EVERYWHERE.test(name));
    expect(needed.length).toBeGreaterThan(40);
    await waitFor('a series of each metric that a rule asks for', async () => {
      const counted = await Promise.all(needed.map((name) => query(PROMETHEUS, `count(${name})`)));
      const missing = needed.filter((_, at) => counted[at]?.length === 0);
      if (missing.length > 0) throw new Error(`there is none of ${missing.join(', ')}`);
      return true;
    });
  });

  it('every query of every panel is answered', { timeout: 6 * MINUTE_MS }, async () => {
    const dashboards = Object.values(await readDashboards()).map(parseDashboard);
    await waitFor(
      'answers',
      async () => {
        const wrong = (await runEveryQuery(PROMETHEUS, dashboards, ['5m'])).filter((run) => run.wrong !== undefined);
        if (wrong.length > 0) throw new Error(wrong.map((run) => run.wrong).join('; '));
        return true;
      },
      { within: 5 * MINUTE_MS, every: 10_000 },
    );
  });

  it("dashboards are where Grafana looks for them, the operator's own among them", async () => {
    const listed = await output('docker', ['exec', 'grafana', 'find', '/etc/grafana/dashboards', '-name', '*.json'], {
      env: world().parts.env,
    });
    expect(listed.trim().split('\n')).toEqual(
      expect.arrayContaining(
        ['own.json', 'monitoring/deployments.json', 'monitoring/docker-and-system-monitoring.json'].map(
          (name) => `/etc/grafana/dashboards/${name}`,
        ),
      ),
    );
  });

  it('what a route takes is told by mail and by webhook', { timeout: 4 * MINUTE_MS }, async () => {
    const told = await waitFor('a mail', () => mailOf('a rule of our own', 'FIRING'), { within: 3 * MINUTE_MS });
    expect(told.to).toEqual(['ops@birds.example.org', 'night@birds.example.org']);
    await waitFor('a call', () => callOf(hook, 'Own', 'firing'), { within: MINUTE_MS });
    await waitFor("a mail of the operator's own form", () =>
      watched.mail.received.find(({ raw }) => /^Subject: Our own words: Own\r$/m.test(raw)),
    );
    expect(watched.mail.received.filter(({ raw }) => raw.includes('Watchdog'))).toEqual([]);
  });

  it('status and doctor tell what fires', async () => {
    const { firing, down } = await askMonitoring(PROMETHEUS);
    expect(firing.map(({ alert }) => alert)).toContain('Own');
    expect(down.map(({ job }) => job)).toEqual(['grafana']);
    const { stdout } = await world().cli(['status']);
    expect(stdout).toMatch(/^alerts .*\d+ firing: .*Own \(critical/m);
    const doctor = await world().cli(['doctor']);
    expect(doctor.stdout).toMatch(/Own \(critical, .*\) fires: a rule of our own/);
  });

  it('a silence silences', async () => {
    const amtool = (...args: string[]) =>
      output('amtool', ['--alertmanager.url', ALERTMANAGER, ...args], { env: world().parts.env });
    await amtool('silence', 'add', '--comment', 'known', '--author', 'ops', 'alertname=Own');
    await waitFor('a silenced alert', async () => /Own/.test(await amtool('alert', 'query', '--silenced')));
    expect(await amtool('alert', 'query', '--active')).not.toMatch(/\bOwn\b/);
  });

  it('a broken push is rolled back, and told as birdkeeper itself tells it', { timeout: 10 * MINUTE_MS }, async () => {
    await idle(world());
    await world().images.publishApi('sick', 'sick');
    const broken = await world().release('platform', apiTag('sick'), 'Raise api to sick');
    const { number, outcome } = await world().waitForCommit('platform', broken);
    expect(outcome).toBe('rolled back');
    // Prometheus names a host by its domain name.
    const title = (host: string) => `${world().project} on ${host}: deployment ${number} was rolled back`;
    await waitFor('a mail', () => mailOf(title('birds.example.org'), 'FIRING'), { within: 5 * MINUTE_MS });
    const called = await waitFor('a call', () => callOf(hook, ROLLED_BACK, 'firing'), { within: MINUTE_MS });
    expect(called.annotations['summary']).toBe(title('birds.example.org'));
    // It is quarantined, too, and that is told by nobody beside.
    expect(mailOf('BirdkeeperReleaseQuarantined', 'FIRING')).toBeUndefined();
    const notices = watched.mail.received.filter(({ to }) => to.includes(KEEPER));
    expect(
      notices.filter(({ raw }) => unfolded(raw).includes(`Subject: [birdkeeper] ${title('sample')}`)),
    ).toHaveLength(1);
  });

  it('a forced threshold is told', { timeout: 10 * MINUTE_MS }, async () => {
    await waitFor('a mail', () => mailOf('HostOutOfMemory', 'FIRING'), { within: 8 * MINUTE_MS });
    await waitFor('a call', () => callOf(hook, 'HostOutOfMemory', 'firing'), { within: MINUTE_MS });
  });

  it(
    'what is mended is told again, and a threshold reaches Prometheus without a restart',
    { timeout: 20 * MINUTE_MS },
    async () => {
      const started = () =>
        output('docker', ['inspect', 'prometheus', '--format', '{{.Id}} {{.State.StartedAt}}'], {
          env: world().parts.env,
        });
      const before = await started();
      await idle(world());
      const mended = await world().release('platform', apiTag('1.0'), 'Go back to api 1.0');
      expect(await world().waitForCommit('platform', mended)).toMatchObject({ outcome: 'deployed' });
      await idle(world());
      const lines = watched.lines.map((line) => (line === FORCED ? FORCED.replace('100', '0') : line));
      const lowered = await world().releaseSettings({ extra: lines }, 'Lower a threshold');
      expect(await world().waitForCommit('private', lowered)).toMatchObject({ outcome: 'deployed' });
      await waitFor('its rule', async () => {
        const { groups } = await ask<{ groups: { rules: Rule[] }[] }>(PROMETHEUS, 'rules?rule_name[]=HostOutOfMemory');
        return groups.some(({ rules }) => rules.some(({ query: text }) => / < 0$/.test(text)));
      });
      expect(await started()).toBe(before);
      for (const name of [ROLLED_BACK, 'HostOutOfMemory']) {
        await waitFor(`a mail of ${name}`, () => mailOf(name, 'RESOLVED'), { within: 10 * MINUTE_MS });
        await waitFor(`a call of ${name}`, () => callOf(hook, name, 'resolved'), { within: MINUTE_MS });
      }
    },
  );
});

interface Rule {
  name: string;
  query: string;
  health: string;
  lastError?: string;
}

const callOf = ({ received }: Webhook, alertname: string, status: string) =>
  received
    .flatMap(({ alerts }) => alerts)
    .find((alert) => alert.labels['alertname'] === alertname && alert.status === status);

/** Bytes, as the engine has it. */
async function memoryOf(container: string, env: Record<string, string>): Promise<number> {
  const told = await output('docker', ['stats', '--no-stream', '--format', '{{.MemUsage}}', container], { env });
  const [, number = '', unit = ''] = /^([\d.]+)(\w+)/.exec(told) ?? [];
  return Number(number) * ({ KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }[unit] ?? NaN);
}

/** Headers are folded, and lines of quoted-printable text end in the middle of words. */
const unfolded = (raw: string): string => raw.replace(/\r\n[ \t]/g, ' ').replaceAll('=\r\n', '');
