import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../../../client/render/plan.js';
import type { PlanSummary } from '../../../../workflows/model.js';

const plan = (given: Partial<PlanSummary> = {}): PlanSummary => ({
  checkouts: [],
  renderedFiles: [],
  images: [],
  services: [],
  untouched: 0,
  removed: [],
  irreversible: [],
  warnings: [],
  ...given,
});

describe('client/render/plan', () => {
  it('tells commits with subjects, images, files, services with their reasons, and what cannot be rolled back', () => {
    const lines = renderPlan(
      plan({
        checkouts: [
          {
            name: 'platform',
            from: 'a'.repeat(40),
            to: 'b'.repeat(40),
            subjects: ['Raise the limit'],
            filesChanged: 1,
          },
          { name: 'env', from: 'c'.repeat(40), to: 'c'.repeat(40), subjects: [], filesChanged: 0 },
        ],
        images: [{ reference: 'web:2', how: 'pull', services: ['web', 'worker'] }],
        renderedFiles: ['proxy/nginx.conf'],
        services: [
          { service: 'web', action: 'recreate', reason: 'its image changed' },
          { service: 'proxy', action: 'signal', signal: 'HUP', reason: 'nginx.conf changed' },
        ],
        untouched: 3,
        removed: ['old'],
        irreversible: ['db writes to volume data'],
        warnings: ['no component directory x'],
      }),
    );
    expect(lines).toEqual([
      'platform: aaaaaaa → bbbbbbb, 1 commit, 1 file',
      '  Raise the limit',
      'env: stays at ccccccc',
      'images:',
      '  pull  web:2  web, worker',
      'rendered files:',
      '  proxy/nginx.conf',
      'services:',
      '  web    recreate    its image changed',
      '  proxy  signal HUP  nginx.conf changed',
      '3 services stay as they are',
      'removed:',
      '  old',
      'cannot be rolled back:',
      '  db writes to volume data',
      'warnings:',
      '  no component directory x',
    ]);
  });

  it('says so when no service is touched', () => {
    expect(renderPlan(plan({ untouched: 5 }))).toEqual(['no service is touched (5)']);
  });

  it('tells hooks, interrupted work, new variables and what it waits for', () => {
    const lines = renderPlan(
      plan({
        hooks: [{ component: 'jupyterhub', hook: 'pre' }],
        interrupts: ['jupyterhub: 3 notebooks run'],
        newVariables: ['platform: NEW_ONE'],
        needsApproval: true,
        opensAt: '2026-11-27T02:00:00Z',
      }),
    );
    expect(lines.slice(1)).toEqual([
      'hooks:',
      '  pre  jupyterhub',
      "users' work that is interrupted:",
      '  jupyterhub: 3 notebooks run',
      'new variables of env.local.example:',
      '  platform: NEW_ONE',
      "waits for a person's yes: birdkeeper approve",
      'waits for the window that opens at 2026-11-27T02:00:00Z',
    ]);
    expect(renderPlan(plan({ opensAt: 'never' })).at(-1)).toMatch(/^waits for a window, and none opens/);
  });
});
