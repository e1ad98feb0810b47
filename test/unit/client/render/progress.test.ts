import { describe, expect, it } from 'vitest';
import { outcomeLine, progressLines } from '../../../../client/render/progress.js';
import type { DeploymentStatus } from '../../../../workflows/model.js';

const status = (given: Partial<DeploymentStatus> = {}): DeploymentStatus => ({
  number: 12,
  phase: 'inspect',
  trigger: 'asked',
  reason: 'a person asked',
  checkouts: [],
  health: [],
  next: '',
  ...given,
});

describe('client/render/progress', () => {
  it('begins with number, trigger and reason', () => {
    expect(progressLines(undefined, status())).toEqual(['deployment 12 (asked): a person asked', 'phase: inspect']);
  });

  it('is silent when nothing changed', () => {
    const now = status({ health: [{ service: 'web', health: 'starting' }] });
    expect(progressLines(now, structuredClone(now))).toEqual([]);
  });

  it('tells each phase, the plan once, and each service whose health changed', () => {
    const before = status({ phase: 'validate' });
    const plan: NonNullable<DeploymentStatus['plan']> = {
      checkouts: [{ name: 'env', from: 'a'.repeat(40), to: 'b'.repeat(40), subjects: ['Mend'], filesChanged: 1 }],
      renderedFiles: [],
      images: [],
      services: [{ service: 'web', action: 'restart', reason: 'web.conf changed' }],
      untouched: 4,
      removed: [],
      irreversible: [],
      warnings: [],
    };
    const pulling = status({ phase: 'pull', plan });
    expect(progressLines(before, pulling)).toEqual([
      '  env  aaaaaaa → bbbbbbb  Mend',
      '  web  restart  web.conf changed',
      'phase: pull',
    ]);
    const settling = status({
      phase: 'settle',
      plan,
      health: [
        { service: 'web', health: 'unhealthy', detail: 'wget: 500' },
        { service: 'db', health: 'healthy' },
      ],
    });
    expect(progressLines(pulling, settling)).toEqual([
      'phase: settle',
      '  web  unhealthy  wget: 500',
      '  db   healthy',
    ]);
    const well = {
      ...settling,
      health: settling.health.map((each) => ({ service: each.service, health: 'healthy' as const })),
    };
    expect(progressLines(settling, well)).toEqual(['  web  healthy']);
  });

  it('tells the word of the look with the checkouts that are not level', () => {
    const checkouts: DeploymentStatus['checkouts'] = [
      { name: 'env', dir: '/e', word: 'behind', behind: 1, ahead: 0 },
      { name: 'platform', dir: '/p', word: 'up to date', behind: 0, ahead: 0 },
    ];
    expect(progressLines(status(), status({ word: 'behind', checkouts }))).toEqual(['behind: env is behind']);
  });

  it('leaves the outcome to the last line', () => {
    expect(progressLines(status({ phase: 'settle' }), status({ phase: 'record', outcome: 'deployed' }))).toEqual([]);
    expect(outcomeLine(12, 'rolled back', 'web is sick\nindeed')).toBe(
      'deployment 12: rolled back: web is sick indeed',
    );
  });

  it('tells of a plan which hooks run, what it interrupts and what it waits for', () => {
    const plan: NonNullable<DeploymentStatus['plan']> = {
      checkouts: [],
      renderedFiles: [],
      images: [],
      services: [],
      untouched: 4,
      removed: [],
      irreversible: [],
      warnings: [],
      hooks: [{ component: 'thredds', hook: 'post' }],
      interrupts: ['2 jobs of weaver'],
      newVariables: ['platform: A, B'],
      needsApproval: true,
    };
    expect(progressLines(status(), status({ plan }))).toEqual([
      '  hook  post  thredds',
      '  interrupts 2 jobs of weaver',
      '  new variables: platform: A, B',
      "waits for a person's yes: birdkeeper approve",
    ]);
  });
});
