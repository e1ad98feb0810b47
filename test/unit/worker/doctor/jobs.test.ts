import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../activities/jobs/model.js';
import { imagesOf, judgeImages, judgeJobs } from '../../../../worker/doctor/jobs.js';

const error = (line: number) => ({
  severity: 'error' as const,
  message: 'It does not run.',
  file: '/s/env.local',
  line,
});
const remark = { severity: 'warning' as const, message: 'It may not be meant.' };
const inImage = (image: string) => {
  const place: Place = { kind: 'image', image, name: 'x', volumes: [], environment: [], ports: [], expose: [] };
  return { steps: [{ place, dockerArguments: '', command: '' }] };
};
const inContainer = {
  steps: [{ place: { kind: 'container' as const, container: 'web' }, dockerArguments: '', command: '' }],
};

describe('worker/doctor/jobs', () => {
  it('warns of each job that does not run, with file and line, and counts remarks on the others', () => {
    expect(judgeJobs(0, [])).toMatchObject([{ result: 'ok', finding: 'none' }]);
    expect(judgeJobs(2, [])).toMatchObject([{ result: 'ok', finding: '2 read' }]);
    expect(judgeJobs(2, [remark])).toMatchObject([
      { result: 'ok', finding: expect.stringContaining('1 remarks') as string },
    ]);
    expect(judgeJobs(2, [error(7), remark])).toMatchObject([
      { what: 'jobs', result: 'warn', finding: '/s/env.local line 7: It does not run.' },
    ]);
    const many = judgeJobs(
      0,
      Array.from({ length: 12 }, (_, index) => error(index)),
    );
    expect(many).toHaveLength(11);
    expect(many.at(-1)?.finding).toBe('2 more do not run');
  });

  it('knows images by their text and by variables, each once', () => {
    const jobs = [
      inImage('a/b:1'),
      inImage('"a/b:1"'),
      inImage('${IMAGE}'),
      inImage('a/$TAG'),
      inImage('$(pick)'),
      inContainer,
    ];
    expect(imagesOf(jobs, { IMAGE: 'quay.io/c:2', TAG: 'd:3' })).toEqual({
      references: ['a/b:1', 'quay.io/c:2', 'a/d:3'],
      unknown: ['$(pick)'],
    });
  });

  it('says which images are not here, which is no failure: the first run pulls them', () => {
    const found = { references: ['a:1', 'b:1'], unknown: [] };
    expect(judgeImages({ ...found, absent: [] })).toMatchObject([{ result: 'ok', finding: '2 are on this host' }]);
    const [absent] = judgeImages({ ...found, absent: ['b:1'] });
    expect(absent).toMatchObject({ result: 'warn', remedy: expect.stringContaining('docker pull b:1') as string });
    expect(absent?.finding).toContain('not on this host: b:1; the first run');
    const [untold] = judgeImages({ references: [], absent: [], unknown: ['$(pick)'] });
    expect(untold).toMatchObject({ result: 'ok', finding: '0 are on this host; $(pick) cannot be told beforehand' });
  });
});
