/** A sample world that has begun to watch its host: the component is deployed by a push, as an operator would. */
import { mailHost, type MailHost } from '../mail-host.js';
import { waitFor, type World } from '../world/index.js';
import { idle } from '../world/in-vitest.js';
import { bridgeAddress, copyComponent, imageNames } from './component.js';
import { createMonitoringImages } from './images.js';
import { attempt } from '../world/programs.js';
import { query } from './query.js';

export interface Watched {
  /** Takes the mails. */
  mail: MailHost;
  /** Further lines of its env.local. */
  lines: readonly string[];
  /** Takes mail server, containers, volumes and images away. */
  stop(): Promise<void>;
}

/** For `BIRDKEEPER_METRICS_LISTEN`, where the component looks for it. */
export const METRICS = { BIRDKEEPER_METRICS_LISTEN: 'docker:9469' };

/** Hears what birdkeeper itself tells. */
export const KEEPER = 'keeper@birds.example.org';

/**
 * What the component needs in that world, and the lines of env.local that list it, with `extra` behind them. Nothing listens
 * where others of the network could reach it.
 */
export async function prepareToWatch(world: World, extra: readonly string[] = []): Promise<Watched> {
  const address = await bridgeAddress(world.parts.env);
  await removeKept(world);
  const images = await createMonitoringImages(await imageNames());
  // Plain: nobody trusts its certificate.
  const mail = await mailHost({ hideSTARTTLS: true }, address);
  const stop = async () => {
    await mail.close();
    await removeKept(world);
    await images.remove();
  };
  const lines = [
    ...(world.parts.settings.extra ?? []),
    `export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ${await copyComponent(world.dir)}"`,
    "export BIRDKEEPER_HEALTH_TIMEOUT_SECONDS='90'",
    "export GRAFANA_ADMIN_PASSWORD='tawny-owl-31-perch'",
    "export ALERTMANAGER_ADMIN_EMAIL_RECEIVER='ops@birds.example.org,night@birds.example.org'",
    `export SMTP_SERVER='${address}:${mail.port}'`,
    `export BIRDKEEPER_NOTIFY='mailto:${KEEPER}' BIRDKEEPER_SMTP_URL='smtp://${address}:${mail.port}'`,
    "export ALERTMANAGER_EXTRA_GLOBAL='  smtp_require_tls: false'",
    "export PAVICS_FQDN='birds.example.org'",
    `export MONITORING_LISTEN_ADDRESS=127.0.0.1 NODE_EXPORTER_LISTEN_ADDRESS=${address}:9100`,
    ...extra,
  ];
  return { mail, lines, stop };
}

/** A world that is kept begins to watch. `extra`: further lines of env.local. */
export async function watch(world: World, extra: readonly string[]): Promise<Watched> {
  const watched = await prepareToWatch(world, extra);
  try {
    await idle(world);
    const commit = await world.releaseSettings({ extra: watched.lines }, 'Watch the host');
    const { outcome, message } = await world.waitForCommit('private', commit);
    if (outcome !== 'deployed') throw new Error(`monitoring was not deployed: ${outcome}: ${message}`);
    return watched;
  } catch (error) {
    await watched.stop();
    throw error;
  }
}

/**
 * What has one name on an engine, whoever made it: what a former run measured and told would count for this one. And the tags by
 * which releases keep their images.
 */
async function removeKept({ project, parts: { env } }: World): Promise<void> {
  const docker = async (...args: string[]) =>
    (await attempt('docker', args, { env })).stdout.split('\n').filter(Boolean);
  await docker('rm', '--force', ...SERVICES);
  await docker('volume', 'rm', '--force', ...VOLUMES);
  const kept = await docker('images', '--format', '{{.Repository}}:{{.Tag}}', `birdkeeper.local/${project}/*`);
  const ours = kept.filter((tag) => SERVICES.some((service) => tag.includes(`/${service}:`)));
  if (ours.length > 0) await docker('rmi', ...ours);
}

const SERVICES = ['prometheus', 'alertmanager', 'grafana', 'cadvisor', 'node-exporter'];
const VOLUMES = ['prometheus_persistence', 'grafana_persistence', 'alertmanager_persistence'];

/** All but Grafana's, which is a double without metrics. */
const JOBS = ['alertmanager', 'birdkeeper', 'cadvisor', 'node-exporter', 'prometheus'];

/** Waits until Prometheus at `url` scrapes every target; it does so each minute. */
export const targetsUp = (url: string): Promise<true> =>
  waitFor(
    'targets that are up',
    async () => {
      const up = (await query(url, 'up == 1')).map(({ metric }) => metric['job']);
      return JOBS.every((job) => up.includes(job)) || undefined;
    },
    { within: 150_000, every: 2_000 },
  );
