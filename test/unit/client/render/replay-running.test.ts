import { describe, expect, it } from 'vitest';
import { renderRunning } from '../../../../client/render/replay-running.js';
import type { ReplayRunningAnswer } from '../../../../client/schemas.js';

const keeper = {
  workflowId: 'stack/alpha/web',
  workflowType: 'keepStack',
  events: 4,
  kind: 'keeper',
  replays: true,
} as const;
const look = {
  ...keeper,
  workflowId: 'check/x',
  workflowType: 'checkStack',
  kind: 'scheduled',
  replays: false,
} as const;
const answer = (more: Partial<ReplayRunningAnswer>): ReplayRunningAnswer => ({
  ...{ host: 'alpha', workflows: [], left: [], begins: true },
  ...more,
});

describe('client/render/replay-running', () => {
  it('a line for each, and what a worker of this code would do', () => {
    expect(renderRunning(answer({}))).toEqual(['Nothing is open on host alpha.']);
    expect(renderRunning(answer({ workflows: [keeper] }))).toEqual([
      'stack/alpha/web (keepStack, 4 events) replays',
      'All that is open on host alpha replays with this code.',
    ]);
    const differing = renderRunning(
      answer({ workflows: [keeper, { ...look, difference: 'event 5\u001b[31m differs.' }] }),
    );
    expect(differing[1]).toBe('check/x (checkStack, 4 events) does not replay: event 5 differs.');
    expect(differing[2]).toContain('A worker of this code begins');
    const refused = renderRunning(answer({ workflows: [look], left: ['long'], begins: false }));
    expect(refused[1]).toBe('long was not replayed: it is too long, or there are too many');
    expect(refused[2]).toMatch(/refuses to begin.*birdkeeper drain/);
  });
});
