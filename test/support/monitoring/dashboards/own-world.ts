/** A real Prometheus with a day of what real exporters said, and a real node-exporter that it scrapes each second. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../world/ports.js';
import { waitFor } from '../../world/wait.js';
import { startPrometheus, type OwnPrometheus } from '../own-prometheus.js';
import { query } from '../query.js';
import { writePast } from './history.js';

/** The instance of the day that is past, and of the node-exporter that runs. */
export const PAST = 'birds.example.org';
export const LIVE = 'live.example.org';
export const LIVE_SCRAPE_SECONDS = 1;
const HOURS = 25;
const SCRAPE_SECONDS = 60;

const RULES = `groups:
  - name: past
    rules:
      - { alert: Watchdog, expr: vector(1), labels: { severity: info } }
      - { alert: BirdkeeperScheduleLag, expr: vector(1), labels: { severity: warning, instance: ${PAST}, stack: platform } }
`;

const configuration = (port: number) => `global: { scrape_interval: 60s, evaluation_interval: 1s }
rule_files: [own.rules]
scrape_configs:
  - job_name: node-exporter
    scrape_interval: ${LIVE_SCRAPE_SECONDS}s
    static_configs: [{ targets: ['127.0.0.1:${port}'], labels: { instance: ${LIVE} } }]
`;

export interface OwnWorld {
  url: string;
  stop(): Promise<void>;
}

export const recorded = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, 'recorded', `${name}.txt`), 'utf8');

const JOBS = ['node-exporter', 'cadvisor', 'birdkeeper'];

/** `names`: the metrics that are asked for; of others the past is left out. */
export async function startOwnWorld(names: ReadonlySet<string>): Promise<OwnWorld> {
  const [port = 0] = await freePorts(1);
  // Without systemd, which is not everywhere: it would complain at each scrape.
  const options = [`--web.listen-address=127.0.0.1:${port}`, '--no-collector.systemd'];
  const exporter = spawn('prometheus-node-exporter', options, { stdio: 'ignore' });
  const texts = await Promise.all(JOBS.map(async (job) => ({ job, instance: PAST, text: await recorded(job) })));
  const past = { until: Date.now() / 1_000, hours: HOURS, scrapeSeconds: SCRAPE_SECONDS, names };
  let prometheus: OwnPrometheus | undefined;
  const stop = async () => {
    await Promise.all([prometheus?.stop(), end(exporter)]);
  };
  try {
    prometheus = await startPrometheus(
      { 'prometheus.yml': configuration(port), 'own.rules': RULES },
      (storage, scratch) => writePast(storage, scratch, [...texts, UP], past),
    );
    const { url } = prometheus;
    await waitFor('an alert that fires', async () => (await query(url, 'ALERTS{alertname!="Watchdog"}')).length > 0);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: prometheus.url, stop };
}

/** Prometheus says this itself of what it scrapes. */
const UP = { job: 'birdkeeper', instance: PAST, text: 'up 1\n' };

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
