import { describe, expect, it } from 'vitest';
import { engineFailure, engineTimeout } from '../../../../activities/docker/errors.js';

const coded = (code: string) => Object.assign(new Error(code), { code });

describe('activities/docker/errors', () => {
  it.each(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ECONNRESET', 'ENOTFOUND'])(
    '%s means that the engine is away',
    (code) => {
      expect(engineFailure(coded(code), 'ping', '/s')).toMatchObject({ type: 'EngineUnavailable' });
    },
  );

  it('knows a broken connection, a late answer and a full disk', () => {
    expect(engineFailure(new Error('socket hang up'), 'x', '/s')).toMatchObject({ type: 'EngineUnavailable' });
    expect(engineTimeout('ping', 5000, '/s').message).toBe('The Docker Engine did not answer within 5 s at /s (ping).');
    expect(engineFailure(new Error('write: no space left on device'), 'x', '/s')).toMatchObject({ type: 'DiskFull' });
  });

  it('says what was asked when the engine refuses', () => {
    const refusal = Object.assign(new Error('conflict'), { statusCode: 409 });
    expect(engineFailure(refusal, 'remove abc', '/s')).toMatchObject({
      message: 'remove abc: conflict',
      cause: refusal,
    });
  });
});
