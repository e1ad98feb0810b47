import { describe, expect, it } from 'vitest';
import { renderHistory, renderStatus } from '../../../../client/render/status.js';
import type { StackReport } from '../../../../client/schemas.js';

const now = new Date('2026-11-24T12:00:00Z');
const report = (given: Partial<StackReport> = {}): StackReport => ({
  stack: 'web',
  host: 'alpha',
  directory: '/srv/web',
  source: 'keeper',
  notices: [],
  release: { number: 3, at: '2026-11-24T10:00:00Z', commits: { platform: 'a'.repeat(40) }, services: 5 },
  last: { number: 3, outcome: 'deployed', message: '', at: '2026-11-24T10:00:00Z' },
  quarantined: [],
  unfinished: null,
  look: { word: 'up to date', reason: 'every checkout is level.', commits: {}, at: '2026-11-24T11:55:00Z' },
  running: null,
  queued: [],
  paused: null,
  waiting: null,
  health: [{ service: 'web', health: 'healthy' }],
  todo: [],
  ...given,
});

describe('client/render/status', () => {
  it('tells what runs, since when, whether it is healthy and whether it is behind', () => {
    expect(renderStatus(report(), now)).toEqual([
      'stack   web on alpha, in /srv/web',
      'runs    release 3 since 2026-11-24T10:00:00Z (2 h), 5 services: platform aaaaaaa',
      'health  all 1 services well',
      'git     up to date, looked at 5 min ago: every checkout is level.',
      'last    deployment 3 deployed, 2 h ago',
    ]);
  });

  it('has a line for Weaver and one for Cowbird, where the stack has them', () => {
    const at = '2026-11-24T11:48:00Z';
    const birds = [
      { bird: 'finch', word: 'up to date' as const },
      { bird: 'raven', word: 'not registered' as const, why: 'does not\nanswer' },
    ];
    const lines = renderStatus(
      report({
        weaver: { at, inStep: false, birds, others: [], summary: '' },
        cowbird: { at, inStep: true, version: '2.6.0', handlers: [], findings: [], withoutWorkspace: [] },
      }),
      now,
    );
    expect(lines.slice(4, 6)).toEqual([
      'birds    1 of 2 registered, 12 min ago: raven does not answer',
      'cowbird  in step, 12 min ago; version 2.6.0',
    ]);
  });

  it('says that a stack lies in no checkout', () => {
    const release = { number: 1, at: '2026-11-24T10:00:00Z', commits: {}, services: 1 };
    const lines = renderStatus(report({ release }), now);
    expect(lines).toContain('runs    release 1 since 2026-11-24T10:00:00Z (2 h), 1 service, in no git checkout');
  });

  it('says what it does not know, and why', () => {
    const lines = renderStatus(
      report({
        source: 'state directory',
        look: null,
        health: null,
        notices: ['From the state directory only. No server.\nStart it.'],
      }),
      now,
    );
    expect(lines).toContain('health  not known');
    expect(lines).toContain('git     not known');
    expect(lines.slice(-2)).toEqual(['note: From the state directory only. No server.', 'note: Start it.']);
  });

  it('names what is sick, what runs now, what was found bad and what to do', () => {
    const sick = report({
      health: [
        { service: 'web', health: 'unhealthy', detail: 'wget: 500' },
        { service: 'db', health: 'healthy' },
      ],
      running: { number: 4, trigger: 'check', reason: 'env is behind', phase: 'settle', next: 'waits for web' },
      quarantined: [{ commits: {}, number: 2, reason: 'web crashed', at: '2026-11-24T09:00:00Z' }],
      todo: ['Look at it.'],
    });
    const lines = renderStatus(sick, now);
    expect(lines).toContain('health  1 of 2 services not well');
    expect(lines).toContain('  web  unhealthy  wget: 500');
    expect(lines).toContain('now     deployment 4 (check: env is behind), settle: waits for web');
    expect(lines).toContain('bad     release of deployment 2, 3 h ago: web crashed');
    expect(lines).toContain('to do: Look at it.');
  });

  it('lists deployments with what they brought and how they ended', () => {
    const deployment = {
      number: 7,
      trigger: 'check' as const,
      reason: 'env is behind',
      startedAt: '2026-11-24T10:00:00Z',
      endedAt: '2026-11-24T10:00:42Z',
      outcome: 'rolled back' as const,
      phase: 'settle' as const,
      message: 'web is sick',
      from: { env: 'a'.repeat(40), platform: 'c'.repeat(40) },
      to: { env: 'b'.repeat(40), platform: 'c'.repeat(40) },
      services: [],
    };
    const answer = { stack: 'web', host: 'alpha', source: 'keeper' as const, notices: [], running: null };
    expect(renderHistory({ ...answer, deployments: [deployment] })).toEqual([
      'number  started               took  outcome      trigger  by  commits      message',
      '7       2026-11-24T10:00:00Z  42 s  rolled back  check    -   env bbbbbbb  web is sick',
    ]);
    expect(renderHistory({ ...answer, deployments: [] })).toEqual(['no deployment of web is recorded']);
  });

  it('shows what is paused and what waits: why, by whom, since when', () => {
    const held = report({
      paused: { by: 'ann@alpha', reason: 'The disk is changed.', at: '2026-11-24T10:00:00Z' },
      waiting: {
        number: 4,
        commits: { platform: 'b'.repeat(40) },
        digest: '',
        needsApproval: true,
        why: 'It is risky.',
        at: '2026-11-24T11:00:00Z',
        approvedBy: 'bob@beta',
      },
    });
    const lines = renderStatus(held, now);
    expect(lines).toContain('paused  2 h ago by ann@alpha: The disk is changed');
    expect(lines).toContain(
      'waits   deployment 4 (platform bbbbbbb), since 60 min: It is risky. Approved by bob@beta.',
    );
  });

  it('tells who asked for a deployment and which hooks it ran', () => {
    const deployment = {
      number: 8,
      trigger: 'rollback' as const,
      reason: 'web is slow',
      startedAt: '2026-11-24T10:00:00Z',
      endedAt: '2026-11-24T10:00:42Z',
      outcome: 'deployed' as const,
      phase: 'record' as const,
      message: '',
      from: {},
      to: {},
      services: [],
      by: 'ann@alpha (sudo)',
      hooks: [
        { component: 'jupyterhub', hook: 'pre' as const, status: 0, seconds: 1.4 },
        { component: 'jupyterhub', hook: 'post' as const, status: null, seconds: 300 },
        { component: 'thredds', hook: 'post' as const, status: 3, seconds: 0.2 },
      ],
    };
    const answer = { stack: 'web', host: 'alpha', source: 'keeper' as const, notices: [], running: null };
    expect(renderHistory({ ...answer, deployments: [deployment] }).slice(1)).toEqual([
      '8       2026-11-24T10:00:00Z  42 s  deployed  rollback  ann@alpha (sudo)  -        web is slow',
      'hooks:',
      '  8  pre   jupyterhub  ok           1 s',
      '  8  post  jupyterhub  did not end  300 s',
      '  8  post  thredds     status 3     0 s',
    ]);
  });
});
