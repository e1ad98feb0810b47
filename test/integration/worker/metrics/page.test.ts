import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import { CHECKOUT_WORDS, PHASES, STACK_WORDS } from '../../../../workflows/contract.js';
import { FAMILIES, RESULTS } from '../../../../worker/metrics/families.js';
import { samplesOf, type Known } from '../../../../worker/metrics/page.js';
import { Records } from '../../../../worker/metrics/records.js';
import { EMPTY } from '../../../../worker/metrics/runs.js';
import { exposition } from '../../../../worker/metrics/text.js';
import { parsePage } from '../../../support/metrics-page.js';

const dir = mkdtempSync(join(tmpdir(), 'bk-metrics-page-'));
const state = new StateDirectory(join(dir, 'state'));
let stack: StackState;
const SERVICES = Array.from({ length: 30 }, (_, at) => `service-${at}`);
const JOBS = Array.from({ length: 10 }, (_, at) => ({ task: at === 0 ? 'data' : 'job', name: `job-${at}` }) as const);
const at = (minute: number) => new Date(1_800_000_000_000 + minute * 60_000).toISOString();

beforeAll(async () => {
  stack = await stackOf('s');
  const of = (service: string) => [service, { definition: 'd', content: 'c', contents: {}, image: 'i', imageId: 'x' }];
  await stack.recordRelease({
    ...{ number: 1, at: at(0), commits: { platform: 'a' }, rendered: {} },
    services: Object.fromEntries(SERVICES.map(of)) as never,
    containers: Object.fromEntries(SERVICES.map((service) => [service, ['1']])),
  });
  for (let number = 1; number <= 200; number += 1)
    await stack.recordDeployment({
      ...{
        number,
        trigger: 'check',
        reason: 'r',
        outcome: number === 100 ? 'failed' : 'deployed',
        phase: number === 100 ? 'pull' : 'record',
        message: 'password-in-a-message',
      },
      ...{ startedAt: at(number), endedAt: at(number + 1), from: {}, to: {}, services: [] },
    });
  await stack.setObserved({
    ...{ at: at(1), configurationError: false },
    checkouts: [{ name: 'platform', word: 'up to date', branch: 'feature/"x"', head: 'a', behind: 0, fetchErrors: 0 }],
  });
  await stack.setLook({ word: 'behind', reason: 'password-in-a-reason', commits: {}, at: at(1) });
  await stack.setWeaverNote({
    ...{ at: at(1), inStep: false, others: [], worker: 'ready', listed: false, wanted: '' },
    birds: [{ bird: 'raven', word: 'not registered', why: 'password-in-a-reason' }],
    summary: 'password-in-a-summary',
  });
  await stack.setCowbirdNote({
    ...{ at: at(1), inStep: false, handlers: [], withoutWorkspace: ['ann'] },
    findings: [{ what: 'worker', why: 'password-in-a-reason', todo: '' }],
  });
});
afterAll(() => rmSync(dir, { recursive: true }));

function stackOf(name: string): Promise<StackState> {
  mkdirSync(join(dir, name));
  return state.register({ name, directory: join(dir, name) });
}

async function pageOf(records: Records, of = stack): Promise<string> {
  const read = await records.of(of);
  const known: Known = {
    ...{ version: '1.2.3', host: 'alpha', now: Date.now() },
    stacks: [{ name: of.name, records: read, isLocal: false, unreadable: read.unreadable, health: HEALTH }],
    watched: {
      ...{ reachable: true, open: [], queued: {}, ledgers: new Map([[of.name, EMPTY]]), jobs: () => JOBS },
      schedules: JOBS.map((job) => ({ stack: of.name, ...job, intervalSeconds: 60, paused: false, due: [] })),
    },
  };
  return exposition(samplesOf(known));
}

const HEALTH = [{ service: 'web', health: 'unhealthy' as const }];

describe('worker/metrics/page', () => {
  it('is one that promtool finds nothing wrong with, and holds no message', async () => {
    const text = await pageOf(new Records());
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
    expect(text).not.toContain('password');
  });

  it('has every metric, with the labels that are documented', async () => {
    const text = await pageOf(new Records());
    for (const [name, { labels, type }] of Object.entries(FAMILIES)) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
      const line = text
        .split('\n')
        .find((candidate) => candidate.startsWith(`${name}${type === 'histogram' ? '_sum' : ''}`));
      const told = [...(line ?? '').matchAll(/(\w+)="/g)].map(([, label]) => label);
      expect([name, told]).toEqual([name, labels]);
    }
  });

  it('has every combination of labels before anything has happened, at 0', async () => {
    const page = parsePage(await pageOf(new Records(), await stackOf('empty')));
    const of = (name: string) => Object.keys(page).filter((key) => key.startsWith(`${name}{`));
    const tasks = 7 + JOBS.length;
    expect(of('birdkeeper_runs_total')).toHaveLength(RESULTS.length * (8 + tasks * 2));
    expect(of('birdkeeper_last_run_timestamp_seconds')).toHaveLength(RESULTS.length * (1 + tasks));
    expect(of('birdkeeper_run_in_progress')).toHaveLength(1 + tasks);
    expect(of('birdkeeper_phase_failures_total')).toHaveLength(PHASES.length);
    expect(of('birdkeeper_stack_state')).toHaveLength(STACK_WORDS.length);
    expect(of('birdkeeper_rollbacks_total')).toHaveLength(3);
    expect(of('birdkeeper_service_expected')).toHaveLength(0);
    expect(Object.keys(page).filter((key) => /_(weaver|cowbird)_/.test(key))).toEqual([]);
    const set = Object.entries(page).filter(
      ([key, value]) => value !== 0 && !/_info|_valid|_health|_interval|reachable/.test(key),
    );
    expect(set).toEqual([]);
  });

  it('tells each state of a checkout', async () => {
    const page = parsePage(await pageOf(new Records()));
    const states = Object.keys(page).filter((key) => key.startsWith('birdkeeper_checkout_state{'));
    expect(states).toHaveLength(CHECKOUT_WORDS.length);
  });

  it('reads only what has changed', async () => {
    const records = new Records();
    await pageOf(records);
    const read = { deployments: vi.spyOn(stack, 'deployments'), quarantined: vi.spyOn(stack, 'quarantined') };
    await pageOf(records);
    expect(read.quarantined).not.toHaveBeenCalled();
    await stack.setQuarantined([{ commits: {}, number: 3, reason: 'r', at: at(3) }]);
    expect(await pageOf(records)).toContain('birdkeeper_quarantined_releases{stack="s"} 1\n');
    await stack.setQuarantined([]);
    expect(await pageOf(records)).toContain('birdkeeper_quarantined_releases{stack="s"} 0\n');
    expect(read.quarantined).toHaveBeenCalledTimes(2);
    expect(read.deployments).not.toHaveBeenCalled();
  });

  it('a file that does not read is counted, and what was read of it before stays', async () => {
    const records = new Records();
    await pageOf(records);
    writeFileSync(stack.path('look.json'), '{');
    writeFileSync(stack.path('keeper.json'), '[]');
    writeFileSync(stack.path('weaver.json'), '{"birds": 1}');
    const text = await pageOf(records);
    expect(text).toContain('birdkeeper_records_unreadable{stack="s"} 3\n');
    expect(text).toContain('birdkeeper_weaver_bird_registered{stack="s",bird="raven"} 0\n');
    expect(text).toContain('birdkeeper_stack_paused{stack="s"} 0\n');
    expect(text).toContain(
      'birdkeeper_runs_total{stack="s",task="deployment",name="",result="success",trigger="check"} 199\n',
    );
  });
});
