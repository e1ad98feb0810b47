import { spawnSync } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiTag, baseFile, waitFor, type World } from '../support/world/index.js';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';
import { freePorts } from '../support/world/ports.js';
import { parsePage, type Page } from '../support/metrics-page.js';

const [port = 0] = await freePorts(1);

/** Prometheus waits no longer, unless it is told to. */
const SCRAPE_TIMEOUT_MS = 10_000;

async function scrape(): Promise<{ text: string; page: Page }> {
  const signal = AbortSignal.timeout(SCRAPE_TIMEOUT_MS);
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal });
  const text = await answer.text();
  expect(answer.status).toBe(200);
  return { text, page: parsePage(text) };
}

const jobs = (world: World) => `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS="
- name: ${world.project}-tick
  schedule: '@every 2s'
  command: echo tick
  image: \\\${BASE_IMAGE}
- name: ${world.project}-bad
  schedule: '@every 3s'
  command: sh -c 'exit 7'
  image: \\\${BASE_IMAGE}
"`;

/** Series that must not be less after a restart than before it: ours that count, and the times of what happened. */
const ONLY_GROWS =
  /^birdkeeper_(\w+_total|\w+_(bucket|sum|count)|(last_\w+|checkout_last_fetch|backup_\w+)_timestamp_seconds)(\{|$)/;

describe('metrics', () => {
  const world = useWorld(
    { name: 'metrics', env: { BIRDKEEPER_METRICS_LISTEN: `127.0.0.1:${port} docker:${port}` } },
    async (made) => {
      await deployed(made);
      await made.releaseSettings({ extra: [jobs(made)] }, 'Add jobs');
      await waitFor('a deployment of the jobs', async () => (await made.history()).length > 1);
      await idle(made);
    },
  );
  const series = (name: string, labels = '') =>
    `${name}{stack="${world().project}"${labels === '' ? '' : `,${labels}`}}`;
  const task = (name: string, more = '') => `task="${name}",name=""${more}`;

  it('are told of a stack that was deployed, and promtool finds nothing wrong with them', async () => {
    const { text, page } = await scrape();
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(checked.stderr + checked.stdout).toBe('');
    expect(checked.status).toBe(0);
    expect(page[series('birdkeeper_runs_total', task('deployment', ',result="success",trigger="first"'))]).toBe(1);
    expect(page[series('birdkeeper_runs_total', task('deployment', ',result="failure",trigger="check"'))]).toBe(0);
    expect(page[series('birdkeeper_stack_state', 'state="up to date"')]).toBe(1);
    expect(page[series('birdkeeper_checkout_state', 'checkout="platform",state="up to date"')]).toBe(1);
    expect(page[series('birdkeeper_configuration_valid')]).toBe(1);
    expect(page[series('birdkeeper_service_expected', `project="${world().project}",service="api"`)]).toBe(1);
    // It has done its work, and need not run.
    expect(text).not.toMatch(/^birdkeeper_service_expected.*service="setup"/m);
    expect(page[series('birdkeeper_last_deployment_phase_duration_seconds', 'phase="apply"')]).toBeGreaterThan(0);
    expect(page[series('birdkeeper_schedule_interval_seconds', task('check'))]).toBeGreaterThan(0);
    expect(text).toContain('temporal_');
    expect(text).not.toContain(world().parts.settings.keyDirectory);
  });

  it('jobs are counted as they end, and what failed is told apart', async () => {
    const name = (job: string) => `task="job",name="${world().project}-${job}"`;
    const page = await waitFor('two ticks and a failure', async () => {
      const found = (await scrape()).page;
      const ticks = found[series('birdkeeper_runs_total', `${name('tick')},result="success",trigger="schedule"`)] ?? 0;
      const bad = found[series('birdkeeper_runs_total', `${name('bad')},result="failure",trigger="schedule"`)] ?? 0;
      return ticks >= 2 && bad >= 1 && found;
    });
    expect(page[series('birdkeeper_schedule_interval_seconds', name('tick'))]).toBe(2);
    expect(page[series('birdkeeper_last_success_timestamp_seconds', name('tick'))]).toBeGreaterThan(
      Date.now() / 1000 - 60,
    );
    expect(page[series('birdkeeper_last_success_timestamp_seconds', name('bad'))]).toBe(0);
  });

  it('a release that is rolled back counts with the phase that failed, and is held', async () => {
    await world().images.publishApi('crashing', 'crashing');
    await world().release('platform', apiTag('crashing'), 'Break api');
    const { number } = await world().waitForOutcome((await world().history()).at(-1)?.number ?? 0);
    await waitFor('a rollback', async () => (await world().history()).some(({ outcome }) => outcome === 'rolled back'));
    await idle(world());
    const { page } = await scrape();
    expect(number).toBeGreaterThan(0);
    expect(page[series('birdkeeper_rollbacks_total', 'outcome="rolled back"')]).toBe(1);
    expect(page[series('birdkeeper_phase_failures_total', 'phase="settle"')]).toBe(1);
    expect(page[series('birdkeeper_phase_failures_total', 'phase="roll back"')]).toBe(0);
    expect(page[series('birdkeeper_quarantined_releases')]).toBe(1);
    expect(page[series('birdkeeper_stack_state', 'state="quarantined"')]).toBe(1);
  });

  const grown = (before: Page, after: Page): string[] => {
    const grows = Object.keys(before).filter((key) => ONLY_GROWS.test(key));
    expect(grows.length).toBeGreaterThan(200);
    return grows.filter((key) => !((after[key] ?? -1) >= (before[key] ?? 0)));
  };

  it('nothing goes back when the worker is killed and started again', async () => {
    await world().release('platform', baseFile({ version: '9' }), 'Mend it');
    await idle(world());
    await scrape();
    const before = (await scrape()).page;
    await world().kill9();
    await world().up();
    expect(grown(before, (await scrape()).page)).toEqual([]);
  });

  it('nothing goes back when the Temporal server has lost everything', async () => {
    const before = (await scrape()).page;
    await world().stop();
    await rm(join(world().stateDirectory, 'temporal'), { recursive: true });
    await world().up();
    const tick = `task="job",name="${world().project}-tick",result="success",trigger="schedule"`;
    const runs = series('birdkeeper_runs_total', tick);
    const after = await waitFor('further ticks', async () => {
      const { page } = await scrape();
      return (page[runs] ?? 0) > (before[runs] ?? 0) && page;
    });
    expect(before[runs]).toBeGreaterThan(1);
    expect(grown(before, after)).toEqual([]);
  });

  it('a remote that cannot be asked is counted, and the time of its last answer stays', async () => {
    await idle(world());
    const of = (name: string, more = '') => series(`birdkeeper_checkout_${name}`, `checkout="private"${more}`);
    const before = (await scrape()).page;
    const remote = join(world().dir, 'git', 'repositories', 'private.git');
    await rename(remote, `${remote}.away`);
    await world().cli(['check']);
    const away = (await scrape()).page;
    await rename(`${remote}.away`, remote);
    expect(away[of('state', ',state="unreachable"')]).toBe(1);
    expect(away[of('fetch_errors_total')]).toBe((before[of('fetch_errors_total')] ?? 0) + 1);
    expect(away[of('last_fetch_timestamp_seconds')]).toBe(before[of('last_fetch_timestamp_seconds')]);
    expect(away[series('birdkeeper_stack_state', 'state="degraded"')]).toBe(1);
    await world().look();
    const back = await waitFor('an answer', async () => {
      const { page } = await scrape();
      const [now = 0, then = 0] = [page, away].map((one) => one[of('last_fetch_timestamp_seconds')]);
      return now > then && page;
    });
    expect(back[of('fetch_errors_total')]).toBe(away[of('fetch_errors_total')]);
  });

  it('a container reaches them where host.docker.internal is', async () => {
    const url = `http://host.docker.internal:${port}/metrics`;
    const { status, stdout, stderr } = spawnSync(
      'docker',
      ['run', '--rm', '--add-host', 'host.docker.internal:host-gateway', world().images.base, 'wget', '-qO-', url],
      { encoding: 'utf8', env: world().parts.env },
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`birdkeeper_stack_paused{stack="${world().project}"} 0`);
  });

  it('a run in progress is told, with its beginning', async () => {
    const deployment = 'task="deployment",name=""';
    await world().images.publishApi('1.5');
    await world().release('platform', apiTag('1.5'), 'Raise api');
    const page = await waitFor(
      'a deployment in progress',
      async () => {
        const found = (await scrape()).page;
        return found[series('birdkeeper_run_in_progress', deployment)] === 1 && found;
      },
      { every: 100 },
    );
    const began = page[series('birdkeeper_run_started_timestamp_seconds', deployment)] ?? 0;
    expect(Date.now() / 1_000 - began).toBeLessThan(60);
    await idle(world());
    const ended = (found: Page) => found[series('birdkeeper_run_in_progress', deployment)] === 0;
    await waitFor('its end', async () => ended((await scrape()).page));
  });

  it('a scrape waits for no server that is dead', async () => {
    const { pid = 0 } = (await world().server()) ?? {};
    process.kill(pid, 'SIGSTOP');
    try {
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      const dead = await scrape();
      expect(dead.page[series('birdkeeper_rollbacks_total', 'outcome="rolled back"')]).toBeGreaterThan(0);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});
