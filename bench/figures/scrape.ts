/** A page of metrics of a stack of thirty services and ten jobs, against prom-client with as many series that are at hand. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gauge, Registry } from 'prom-client';
import { waitFor } from '../../test/support/world/index.js';
import { freePorts } from '../../test/support/world/ports.js';
import { parsePage } from '../../test/support/metrics-page.js';
import type { Bench, Figure } from '../bench.js';
import { inTurns, timed, withCpu } from '../measure.js';
import type { Row } from '../row.js';
import { bringUp, deployLines, jobLines, makeStack } from '../stack.js';

const SIZE = { checkouts: 3, services: 30 };
const SMALL_SIZE = { checkouts: 2, services: 5 };
const JOBS = 10;
/** Scrapes that follow each other are answered of what was known: the server is looked at anew after this time. */
const APART_MS = 5_500;
const PLAIN = 'prom-client, the same series at hand';

export const scrape: Figure = {
  name: 'scrape',
  about: 'a page of metrics of a stack of thirty services and ten jobs, against prom-client with the same series',
  async measure(bench): Promise<Row[]> {
    const [port = 0] = await freePorts(1);
    const size = bench.asked.small ? SMALL_SIZE : SIZE;
    const stack = await makeStack(bench, size, { BIRDKEEPER_METRICS_LISTEN: `127.0.0.1:${port}` });
    await bringUp(bench, stack);
    await deployLines(stack, jobLines(stack.world, JOBS), `${JOBS} jobs`);
    const url = `http://127.0.0.1:${port}/metrics`;
    const page = await waitFor('a page that knows the schedules', async () => {
      const text = await pageOf(url);
      return text.split('birdkeeper_schedule_interval_seconds{').length > JOBS && text;
    });
    const plain = await serve(bench, page);
    const [cpu, plainCpu]: [number[], number[]] = [[], []];
    const { ours, baseline } = await inTurns(
      bench.asked.runs,
      {
        ours: async () => {
          await new Promise((resolve) => setTimeout(resolve, APART_MS));
          return withCpu(stack.world.upkeep.pid, cpu, () => timed(() => pageOf(url)));
        },
        baseline: () => withCpu(process.pid, plainCpu, () => timed(() => pageOf(plain))),
      },
      (round) => bench.say(`scrapes, round ${round} of ${bench.asked.runs}`),
    );
    const what = `${size.services} services, ${JOBS} jobs`;
    const series = Object.keys(parsePage(page)).length;
    return [
      {
        ...{ figure: 'scrape', what: `a page of ${what}`, unit: 's', ours, goal: { times: 1, plus: 0.2 } },
        baseline: { name: PLAIN, values: baseline },
        note: `${series} series; asked more than five seconds apart, so that server, engine and files are looked at for each`,
      },
      {
        ...{ figure: 'scrape', what: `CPU of the worker for a page of ${what}`, unit: 'CPU s', ours: cpu.slice(1) },
        baseline: { name: PLAIN, values: plainCpu.slice(1) },
      },
      { figure: 'scrape', what: `a page of ${what}`, unit: 'kB', ours: [Buffer.byteLength(page) / 1000] },
    ];
  },
};

async function pageOf(url: string): Promise<string> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answers with status ${answer.status}: ${text}`);
  return text;
}

/** Each series of the page as a gauge of one registry. */
async function serve(bench: Bench, page: string): Promise<string> {
  const registry = new Registry();
  const all = seriesOf(page);
  for (const name of new Set(all.map((each) => each.name))) {
    const series = all.filter((each) => each.name === name);
    const labelNames = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))];
    const gauge = new Gauge({ name, help: name, labelNames, registers: [registry] });
    for (const { labels, value } of series) gauge.set(labels, value);
  }
  const server = createServer((_request, response) => void registry.metrics().then((text) => response.end(text)));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  bench.defer(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

const seriesOf = (page: string) =>
  Object.entries(parsePage(page)).map(([key, value]) => {
    const [, name = '', inner = ''] = /^([\w:]+)(?:\{(.*)\})?$/.exec(key) ?? [];
    return { name, value, labels: Object.fromEntries([...inner.matchAll(LABEL)].map(([, n = '', v = '']) => [n, v])) };
  });
