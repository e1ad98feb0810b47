import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { parsePage, type Page } from '../support/metrics-page.js';
import { createBoxed, type Boxed } from '../support/world/boxed.js';
import { expectReplaced, raise } from '../support/world/boxed-in-vitest.js';
import { waitFor } from '../support/world/index.js';
import { freePorts } from '../support/world/ports.js';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 1_800_000 });

const [port = 0] = await freePorts(1);
const scrape = async (): Promise<Page> => parsePage(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());

describe('metrics-container', () => {
  let boxed: Boxed;
  beforeAll(async () => {
    const extra = [`export BIRDKEEPER_METRICS_LISTEN='127.0.0.1:${port} docker:${port}'`];
    boxed = await createBoxed({ name: 'boxmet', extra });
    const image = await boxed.image('1');
    await boxed.world.pushSettings(boxed.settings(image), 'Run the scheduler in a container');
    await boxed.begin(image);
  });
  beforeEach(() => {
    onTestFailed(() => boxed.tellTails());
  });
  afterAll(() => boxed.destroy());

  const deployments = (trigger: string) =>
    `birdkeeper_runs_total{stack="${boxed.world.project}",task="deployment",name="",result="success",trigger="${trigger}"}`;

  it('a worker in a container serves them as one on the host does, and counts what was deployed without it', async () => {
    const page = await scrape();
    expect(page[deployments('local')]).toBe(1);
    const { status, stdout } = spawnSync(
      'docker',
      [
        ...['run', '--rm', '--add-host', 'host.docker.internal:host-gateway', boxed.world.images.base],
        ...['wget', '-qO-', `http://host.docker.internal:${port}/metrics`],
      ],
      { encoding: 'utf8', env: boxed.world.parts.env },
    );
    expect(status).toBe(0);
    expect(parsePage(stdout)[deployments('local')]).toBe(1);
  });

  it('the worker that replaces it goes on with its counters and its address', async () => {
    await expectReplaced(boxed, await raise(boxed, await boxed.image('2')));
    const page = await waitFor('the page of the new worker', () => scrape(), { within: 60_000 });
    expect(page[deployments('local')]).toBe(1);
    expect(page[deployments('check')]).toBe(1);
    const handedOver = `birdkeeper_last_deployment_phase_duration_seconds{stack="${boxed.world.project}",phase="hand over"}`;
    expect(page[handedOver]).toBeGreaterThan(0);
  });
});
