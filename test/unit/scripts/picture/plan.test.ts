import { describe, expect, it } from 'vitest';
import { browserArguments, cut, historyPage } from '../../../../scripts/picture/plan.js';

describe('scripts/picture/plan', () => {
  it("a run's page is addressed by ids whose slashes are no folders", () => {
    const run = { workflowId: 'deployment/sample/birds/2', runId: '01a2-16d4' };
    expect(historyPage('127.0.0.1:8233', 'birdkeeper', run)).toBe(
      'http://127.0.0.1:8233/namespaces/birdkeeper/workflows/deployment%2Fsample%2Fbirds%2F2/01a2-16d4/history',
    );
  });

  it('the browser has a profile of its own and leaves its sandbox only for root', () => {
    expect(browserArguments('/a/profile', false)).toContain('--user-data-dir=/a/profile');
    expect(browserArguments('/a/profile', false)).not.toContain('--no-sandbox');
    expect(browserArguments('/a/profile', true)).toContain('--no-sandbox');
  });

  it('the picture goes from the name of the deployment to the end of the timeline, and no further', () => {
    const heading = { x: 242, y: 117, width: 727, height: 45 };
    const timeline = { x: 97, y: 656, width: 1170, height: 600 };
    expect(cut(heading, timeline)).toEqual({ x: 81, y: 101, width: 1202, height: 1171 });
  });

  it('the picture does not begin outside of the page', () => {
    const heading = { x: 0, y: 4, width: 10, height: 10 };
    expect(cut(heading, { ...heading, y: 20 })).toMatchObject({ x: 0, y: 0, height: 46 });
  });
});
