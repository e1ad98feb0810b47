import { describe, expect, it } from 'vitest';
import { renderWeaver } from '../../../../client/render/weaver.js';
import type { WeaverSight } from '../../../../workflows/bird-sight.js';

const NOW = new Date('2026-01-02T03:04:05Z');
const sight: WeaverSight = {
  ...{ stack: 'birds', url: 'https://birds.example.org/weaver', role: 'HYBRID' },
  last: {
    at: '2026-01-02T02:52:05Z',
    inStep: false,
    summary: 'registered 1 of 2: raven: answers with status 503',
    birds: [],
  },
  birds: [
    { bird: 'finch', url: 'https://a', wanted: true, registered: true, answers: true, processes: 12 },
    {
      ...{ bird: 'raven', url: 'https://b', wanted: true, registered: false, answers: false },
      ...{ why: 'answers with status 503', todo: 'look at the container of raven' },
    },
    { bird: 'emu', wanted: false, registered: true, answers: null, processes: 0 },
  ],
};

describe('client/render/weaver', () => {
  it('has a line per bird: wanted, registered, answers, processes, why not; then what to do', () => {
    expect(renderWeaver(sight, NOW).map((line) => line.trimEnd())).toEqual([
      'weaver  https://birds.example.org/weaver, role HYBRID',
      'last    not in step, 12 min ago: registered 1 of 2: raven: answers with status 503',
      'bird   wanted  registered  answers   processes  why not',
      'finch  yes     yes         yes       12',
      'raven  yes     no          no        -          answers with status 503',
      'emu    no      yes         not seen  0',
      'to do: raven: look at the container of raven',
    ]);
  });

  it('says what kept it from looking, and no table of what it did not see', () => {
    const { last: _none, role: _role, ...rest } = sight;
    const lines = renderWeaver({ ...rest, problem: 'Magpie refuses the credentials.', birds: [] }, NOW);
    expect(lines.join('\n')).toContain('problem  Magpie refuses the credentials.');
    expect(lines.join('\n')).toContain('nothing was registered by birdkeeper yet');
    expect(lines.join('\n')).not.toContain('wanted  registered');
  });

  it('what a service says stays on its line', () => {
    const birds = [{ bird: 'finch', wanted: true, registered: false, answers: false, why: 'says\n\u001b[31mred' }];
    expect(renderWeaver({ ...sight, birds }, NOW).join('\n')).not.toContain('\u001b');
    expect(renderWeaver({ ...sight, birds }, NOW).filter((line) => line.startsWith('finch'))).toHaveLength(1);
  });
});
