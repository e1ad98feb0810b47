/** The component, listed by its path, in a platform in the shape of birdhouse-deploy of either era, kept by birdkeeper. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eraCalled } from '../support/era-stack.js';
import { ask } from '../support/monitoring/query.js';
import { METRICS, targetsUp, watch, type Watched } from '../support/monitoring/watched-world.js';
import { eraFiles } from '../support/world/era-files.js';
import { STACK_FOLDER } from '../support/world/index.js';
import { deployed, useWorld } from '../support/world/in-vitest.js';
import { attempt, output } from '../support/world/programs.js';

const ERAS = [
  {
    tag: '1.26.11',
    own: ["export PAVICS_FQDN='birds.example.org'"],
    prefix: { prometheus: '', alertmanager: '' },
    published: /^http:\/\/birds\.example\.org:9090\/$/,
  },
  {
    tag: '2.26.0',
    // As the platform's own default.env has it.
    own: ["export BIRDHOUSE_FQDN='birds.example.org' BIRDHOUSE_PROXY_SCHEME='https'"],
    prefix: { prometheus: '/prometheus', alertmanager: '/alertmanager' },
    published: /^https:\/\/birds\.example\.org\/prometheus\/$/,
  },
];

/** The platform's component of that name: what others add to it is for this name. */
const PROXY = {
  [`${STACK_FOLDER}/components/proxy/docker-compose-extra.yml`]: 'services: { proxy: { labels: { own: "yes" } } }\n',
};

describe('monitoring-eras', () => {
  describe.each(ERAS)('$tag', ({ tag, own, prefix, published }) => {
    const { creates } = eraCalled(tag).generation;
    const world = useWorld(
      {
        name: 'mone',
        env: METRICS,
        settings: { extra: [...own, 'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/proxy"'] },
        files: (files, { dir }) => ({ ...eraFiles(tag, files, dir), ...PROXY }),
      },
      deployed,
    );
    const PROMETHEUS = `http://127.0.0.1:9090${prefix.prometheus}`;
    let watched: Watched;
    beforeAll(async () => {
      watched = await watch(world(), []);
    }, 300_000);
    afterAll(async () => {
      await watched?.stop();
      const { env } = world().parts;
      if (creates.network !== undefined) await attempt('docker', ['network', 'rm', creates.network], { env });
      if (creates.volumes.length > 0) await attempt('docker', ['volume', 'rm', ...creates.volumes], { env });
    });

    it('every target is up', { timeout: 240_000 }, async () => {
      await targetsUp(PROMETHEUS);
    });

    it('Prometheus finds Alertmanager, and both know where people find them', async () => {
      const { activeAlertmanagers } = await ask<{ activeAlertmanagers: { url: string }[] }>(
        PROMETHEUS,
        'alertmanagers',
      );
      expect(activeAlertmanagers).toEqual([{ url: `http://alertmanager:9093${prefix.alertmanager}/api/v2/alerts` }]);
      expect((await fetch(`http://127.0.0.1:9093${prefix.alertmanager}/api/v2/status`)).status).toBe(200);
      const flags = await ask<Record<string, string>>(PROMETHEUS, 'status/flags');
      expect(flags['web.external-url']).toMatch(published);
    });

    it.runIf(prefix.prometheus !== '')('answers with its prefix alone', async () => {
      expect((await fetch('http://127.0.0.1:9090/api/v1/alerts')).status).toBe(404);
      expect((await fetch('http://127.0.0.1:9093/api/v2/status')).status).toBe(404);
    });

    it("the proxy has the component's part of its configuration in its place", async () => {
      const { env } = world().parts;
      const { id = '' } = (await world().state())['proxy'] ?? {};
      const format = '{{range .Mounts}}{{println .Source .Destination}}{{end}}';
      const mounts = await output('docker', ['inspect', '--format', format, id], { env });
      expect(mounts).toMatch(/monitoring\/config\/proxy\//);
    });

    it('status tells what fires, and the configuration is whole', async () => {
      expect((await world().cli(['status'])).stdout).toMatch(
        /^alerts .*(no alert fires|firing|cannot be scraped: grafana)/m,
      );
      expect((await world().cli(['config', 'validate', '--as-worker'])).stdout).toMatch(/^0 errors/m);
    });
  });
});
