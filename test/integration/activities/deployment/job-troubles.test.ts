import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countLongRuns, noticed, SKIPS } from '../../../../activities/deployment/job-troubles.js';
import { parseJobs } from '../../../../activities/jobs/parse.js';
import { localStep } from '../../../../activities/shared/step.js';

const job = (schedule: string, options = '') => {
  const { jobs } = parseJobs([{ file: 'x', text: `- {name: fetch, schedule: "${schedule}", command: x${options}}` }]);
  return jobs[0] ?? expect.fail('no job');
};
const ended = (outcome: 'done' | 'failed', seconds = 1) => ({
  ...{ outcome, seconds, exitStatus: outcome === 'done' ? 0 : 1 },
  startedAt: '2026-01-01T00:00:00Z',
  lastLines: ['bad'],
});

describe('activities/deployment/job-troubles', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'birdkeeper-troubles-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('runs that take longer than their period are counted in a row, each once', async () => {
    const every = job('@every 20s');
    const count = (run: string, seconds: number) => countLongRuns({ folder, run, seconds }, every, localStep());
    expect([await count('a', 35), await count('a', 35), await count('b', 21)]).toEqual([1, 1, 2]);
    expect([await count('c', 20), await count('d', 35)]).toEqual([0, 1]);
  });

  it('only where a run that is due meanwhile is skipped', async () => {
    const beside = job('@every 20s', ', x-birdkeeper: {overlap: allow-all}');
    expect(await countLongRuns({ folder, run: 'a', seconds: 35 }, beside, localStep())).toBe(0);
  });

  it('a note that cannot be read is told, and fails no run', async () => {
    await writeFile(join(folder, 'long-runs.json'), '{"runs": "many"}');
    const warned: string[] = [];
    const { log } = localStep();
    const step = localStep({ log: { ...log, warn: (message) => void warned.push(message) } });
    expect(await countLongRuns({ folder, run: 'a', seconds: 35 }, job('@every 20s'), step)).toBe(0);
    expect(warned).toEqual([expect.stringContaining('long-runs.json')]);
  });

  it('three of them are told, and a run in time is the end of it', () => {
    const { troubleOf } = noticed('birds', job('@every 20s'), 0);
    const result = ended('done', 35);
    expect([1, 2, 0].map((longRuns) => troubleOf?.({ result, longRuns }))).toEqual([undefined, undefined, undefined]);
    expect(troubleOf?.({ result, longRuns: 3 })).toEqual({
      what: SKIPS,
      text: expect.stringContaining('35 s') as string,
    });
  });

  it('a job that has the name of one of ours is told apart, as commands take it', () => {
    const { job: named } = noticed('birds', { ...job('@daily'), name: 'weaver' }, 0);
    expect([named, noticed('birds', job('@daily'), 0).job]).toEqual(['job/weaver', 'fetch']);
  });

  it('a failure is told after the last try only', () => {
    const of = (triesLeft: number) =>
      noticed('birds', job('@daily'), triesLeft).troubleOf?.({ result: ended('failed'), longRuns: 0 });
    expect(of(1)).toBe('not yet');
    expect(of(0)).toEqual({ what: 'failed', text: 'exit status 1 after 1 s\nbad' });
  });

  it('one run that keeps the others from beginning is told after three periods, ten minutes at least', () => {
    expect(noticed('birds', job('@every 20s'), 0).late).toMatchObject({ afterMs: 600_000, what: SKIPS });
    expect(noticed('birds', job('@every 1h'), 0).late).toMatchObject({ afterMs: 3 * 3_600_000 });
    expect(noticed('birds', job('@yearly'), 0).late).toBeUndefined();
  });
});
