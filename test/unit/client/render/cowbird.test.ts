import { describe, expect, it } from 'vitest';
import { renderCowbird } from '../../../../client/render/cowbird.js';
import type { CowbirdSight } from '../../../../workflows/cowbird-model.js';

const NOW = new Date('2026-01-02T03:04:05Z');
const well: CowbirdSight = {
  ...{
    stack: 'birds',
    url: 'https://birds.example.org/cowbird',
    inStep: true,
    version: '2.7.1',
    workerVersion: '2.7.1',
  },
  ...{ handlers: ['FileSystem', 'Magpie'], findings: [], withoutWorkspace: [] },
};

describe('client/render/cowbird', () => {
  it('tells state, versions, handlers and when it was verified', () => {
    const sight = { ...well, last: { at: '2026-01-02T01:04:05Z', inStep: true } };
    expect(renderCowbird(sight, NOW)).toEqual([
      'cowbird   https://birds.example.org/cowbird',
      'state     in step',
      'version   2.7.1, worker 2.7.1',
      'handlers  FileSystem, Magpie',
      'last      in step, 2 h ago',
    ]);
  });

  it('tells each finding, then what to do, and who has no workspace', () => {
    const { workerVersion: _gone, ...rest } = well;
    const findings = [{ what: 'worker', why: 'It is silent.', todo: 'Restart cowbird-worker.' }];
    const lines = renderCowbird({ ...rest, inStep: false, findings, withoutWorkspace: ['anne'] }, NOW);
    expect(lines).toContain('state     not in step');
    expect(lines).toContain('version   2.7.1, worker not told');
    expect(lines).toContain('users     without a workspace: anne');
    expect(lines.slice(-2)).toEqual(['worker: It is silent.', 'to do: worker: Restart cowbird-worker.']);
  });
});
