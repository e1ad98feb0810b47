import { describe, expect, it } from 'vitest';
import { OUTCOMES, PHASES, TRIGGERS } from '../../../../workflows/contract.js';
import type { DeploymentRecord, Release } from '../../../../workflows/model.js';
import { deploymentSamples, releaseSamples } from '../../../../worker/metrics/deployments.js';
import { exposition } from '../../../../worker/metrics/text.js';
import { parsePage } from '../../../support/metrics-page.js';

const record = (number: number, more: Partial<DeploymentRecord> = {}): DeploymentRecord => ({
  ...{ number, trigger: 'check', reason: 'r', outcome: 'deployed', phase: 'record', message: 'm' },
  ...{ startedAt: '2026-11-27T12:00:00Z', endedAt: `2026-11-27T12:0${number}:00Z`, from: {}, to: {}, services: [] },
  ...more,
});
const told = (records: DeploymentRecord[]) => parsePage(exposition(deploymentSamples('s', records)));
const runs = (result: string, trigger: string) =>
  `birdkeeper_runs_total{stack="s",task="deployment",name="",result="${result}",trigger="${trigger}"}`;
const run = (name: string, result?: string) =>
  `birdkeeper_${name}{stack="s",task="deployment",name=""${result === undefined ? '' : `,result="${result}"`}}`;

describe('worker/metrics/deployments', () => {
  it('are 0 in every combination before the first', () => {
    const page = told([]);
    expect(Object.keys(page).filter((key) => key.startsWith('birdkeeper_runs_total'))).toHaveLength(
      4 * TRIGGERS.length,
    );
    expect(Object.keys(page).filter((key) => key.startsWith('birdkeeper_phase_failures'))).toHaveLength(PHASES.length);
    expect(Object.entries(page).filter(([, value]) => value !== 0)).toEqual([]);
  });

  it('are counted by result and trigger, with the newest time of each', () => {
    const page = told([
      record(1, { trigger: 'first' }),
      record(2, { outcome: 'failed', phase: 'pull' }),
      record(3),
      record(4, { outcome: 'up to date', trigger: 'asked' }),
    ]);
    expect(page[runs('success', 'first')]).toBe(1);
    expect(page[runs('success', 'check')]).toBe(1);
    expect(page[runs('success', 'asked')]).toBe(1);
    expect(page[runs('failure', 'check')]).toBe(1);
    expect(page[run('last_success_timestamp_seconds')]).toBe(Date.parse('2026-11-27T12:04:00Z') / 1_000);
    expect(page[run('last_run_timestamp_seconds', 'failure')]).toBe(Date.parse('2026-11-27T12:02:00Z') / 1_000);
    expect(page[run('last_run_timestamp_seconds', 'cancelled')]).toBe(0);
    expect(page[run('run_duration_seconds_sum', 'success')]).toBe(60 + 180 + 240);
    expect(page['birdkeeper_phase_failures_total{stack="s",phase="pull"}']).toBe(1);
    expect(page['birdkeeper_last_deployment_info{stack="s",number="4",outcome="up to date",phase="record"}']).toBe(1);
    expect(page['birdkeeper_last_deployment_duration_seconds{stack="s"}']).toBe(240);
  });

  it('a rollback counts for the phase that failed, not for the one that put it back', () => {
    const page = told([
      record(1, { outcome: 'rolled back', phase: 'roll back', failedIn: 'settle', phases: { apply: 4.5, settle: 9 } }),
      record(2, { outcome: 'roll back failed', phase: 'roll back' }),
      record(3, { outcome: 'roll back failed', phase: 'roll back', failedIn: 'apply', phases: { apply: 1 } }),
    ]);
    expect(page['birdkeeper_phase_failures_total{stack="s",phase="settle"}']).toBe(1);
    expect(page['birdkeeper_phase_failures_total{stack="s",phase="roll back"}']).toBe(1);
    expect(page['birdkeeper_rollbacks_total{stack="s",outcome="rolled back"}']).toBe(1);
    expect(page['birdkeeper_rollbacks_total{stack="s",outcome="roll back failed"}']).toBe(2);
    expect(page['birdkeeper_rollbacks_total{stack="s",outcome="roll back withheld"}']).toBe(0);
    expect(page['birdkeeper_last_deployment_phase_duration_seconds{stack="s",phase="apply"}']).toBe(1);
    expect(page['birdkeeper_last_deployment_phase_duration_seconds{stack="s",phase="settle"}']).toBe(0);
  });

  it('the newest of each bad end is told, beside the newest that succeeded', () => {
    const name = 'birdkeeper_last_failed_deployment_number';
    const page = told([
      record(1),
      record(2, { outcome: 'roll back failed', phase: 'roll back' }),
      record(3, { outcome: 'failed', phase: 'pull' }),
      record(4, { outcome: 'failed', phase: 'validate' }),
      record(5, { outcome: 'waiting', phase: 'approve' }),
    ]);
    const found = Object.entries(page).filter(([key]) => key.startsWith(name));
    expect(Object.fromEntries(found)).toEqual({
      [`${name}{stack="s",outcome="roll back failed",phase="roll back"}`]: 2,
      [`${name}{stack="s",outcome="failed",phase="validate"}`]: 4,
    });
    expect(page['birdkeeper_last_successful_deployment_number{stack="s"}']).toBe(1);
    expect(Object.keys(told([record(1)])).some((key) => key.startsWith(name))).toBe(false);
  });

  it('what waited and was rejected then does not take back a counter', () => {
    const waiting = record(1, { outcome: 'waiting', phase: 'approve' });
    expect(told([waiting])[runs('skipped', 'check')]).toBe(1);
    expect(told([{ ...waiting, outcome: 'rejected' }])[runs('skipped', 'check')]).toBe(1);
  });

  it('every outcome counts once', () => {
    const page = told(OUTCOMES.map((outcome, at) => record(at, { outcome })));
    const counted = Object.entries(page).filter(([key]) => key.startsWith('birdkeeper_runs_total'));
    expect(counted.reduce((sum, [, value]) => sum + value, 0)).toBe(OUTCOMES.length);
  });

  it('a clock that went back makes no negative time, and what is no time is none', () => {
    const page = told([record(1, { startedAt: '2026-11-27T13:00:00Z' }), record(2, { startedAt: 'x', endedAt: 'x' })]);
    expect(page[run('run_duration_seconds_sum', 'success')]).toBe(0);
    expect(page['birdkeeper_last_deployment_timestamp_seconds{stack="s"}']).toBe(0);
  });

  it('expects services that ran when the release was found good, and none that had done their work', () => {
    const release = {
      number: 7,
      containers: { api: ['1', '2'], setup: ['3'], off: [] },
      oneShots: ['setup'],
    } as unknown as Release;
    const page = parsePage(exposition({ values: releaseSamples('s', release, []), distributions: [] }));
    expect(page).toEqual({
      'birdkeeper_quarantined_releases{stack="s"}': 0,
      'birdkeeper_release_info{stack="s",number="7"}': 1,
      'birdkeeper_service_expected{stack="s",project="s",service="api"}': 1,
    });
  });

  it('expects nothing before the first release', () => {
    expect(releaseSamples('s', undefined, []).map(({ name }) => name)).toEqual(['birdkeeper_quarantined_releases']);
  });
});
