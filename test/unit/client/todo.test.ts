import { describe, expect, it } from 'vitest';
import type { StackReport } from '../../../client/schemas.js';
import { todoOf } from '../../../client/todo.js';

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

describe('client/todo', () => {
  it('is empty when all is well, and while a deployment is at it', () => {
    expect(todoOf(report())).toEqual([]);
    const running = { number: 4, trigger: 'check' as const, reason: '', phase: null, next: '' };
    expect(todoOf(report({ running, health: [{ service: 'web', health: 'exited' }] }))).toEqual([]);
  });

  it('puts a failed rollback first and names each sick service', () => {
    const todo = todoOf(
      report({
        last: { number: 4, outcome: 'roll back failed', message: 'x', at: '' },
        health: [{ service: 'web', health: 'restarting' }],
      }),
    );
    expect(todo[0]).toContain('Deployment 4 could not be rolled back');
    expect(todo[1]).toContain('docker compose logs web');
  });

  it.each(['blocked', 'degraded', 'quarantined', 'drifted'] as const)('says what clears %s', (word) => {
    expect(todoOf(report({ look: { word, reason: 'so it is.', commits: {}, at: '' } }))).toHaveLength(1);
  });

  it('says what to do of Weaver and Cowbird that are not in step, unless a deployment is at it', () => {
    const weaver = { at: '', inStep: false, birds: [], others: [], summary: '' };
    const cowbird = { at: '', inStep: false, handlers: [], findings: [], withoutWorkspace: [] };
    expect(todoOf(report({ weaver, cowbird }))).toEqual([
      expect.stringContaining('birdkeeper weaver status'),
      expect.stringContaining('birdkeeper cowbird status'),
    ]);
    const running = { number: 4, trigger: 'check' as const, reason: '', phase: null, next: '' };
    expect(todoOf(report({ weaver, cowbird, running }))).toEqual([]);
  });

  it('leaves what birdkeeper does by itself to it', () => {
    expect(todoOf(report({ look: { word: 'behind', reason: 'x', commits: {}, at: '' } }))).toEqual([]);
    expect(todoOf(report({ unfinished: 5 }))).toEqual([]);
    expect(todoOf(report({ unfinished: 5, source: 'state directory' }))[0]).toContain('birdkeeper up');
  });

  it('asks for a yes, and tells of a pause, also while something else runs', () => {
    const waiting = { number: 4, commits: {}, digest: '', needsApproval: true, why: '', at: '' };
    const paused = { by: 'ann@alpha', reason: 'disk', at: '' };
    const running = { number: 5, trigger: 'check' as const, reason: '', phase: null, next: '' };
    const todo = todoOf(report({ waiting, paused, running }));
    expect(todo[0]).toContain('birdkeeper approve 4, or: birdkeeper reject 4');
    expect(todo[1]).toContain('birdkeeper resume');
    expect(todoOf(report({ waiting: { ...waiting, approvedBy: 'ann@alpha', opensAt: '2026-11-27' } }))).toEqual([]);
    expect(todoOf(report({ waiting: { ...waiting, needsApproval: false, opensAt: 'never' } }))[0]).toContain(
      'BIRDKEEPER_DEPLOY_WINDOWS',
    );
  });
});
