import { describe, expect, it } from 'vitest';
import { judgeEngine } from '../../../../worker/doctor/engine.js';

const own = { version: '27.3.1', dataRoot: '/var/lib/docker' };
const cli = { ...own, apiVersion: '1.47', systemTime: '' };

describe('worker/doctor/engine', () => {
  it('tells version and API, and that both speak to one engine', () => {
    expect(judgeEngine(own, cli).map(({ result, finding }) => `${result} ${finding}`)).toEqual([
      'ok Docker 27.3.1, API 1.47',
      'ok speaks to the same engine',
    ]);
  });

  it('fails without an engine, without a command line, and with two engines', () => {
    expect(judgeEngine(new Error('no socket\nmore'), cli)).toMatchObject([{ result: 'fail', finding: 'no socket' }]);
    expect(judgeEngine(own, new Error('no docker'))).toMatchObject([{ result: 'ok' }, { result: 'fail' }]);
    expect(judgeEngine(own, { ...cli, dataRoot: '/home/ann/.docker' })[1]).toMatchObject({
      result: 'fail',
      remedy: expect.stringContaining('docker context use default') as string,
    });
  });
});
