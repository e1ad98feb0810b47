import { describe, expect, it } from 'vitest';
import { isCowbird, readHandlers, readUsers, readVersion } from '../../../../activities/cowbird/answers.js';
import type { Heard } from '../../../../activities/cowbird/ask.js';

const answered = (status: number, body: unknown): Heard => ({
  status,
  url: 'http://platform/cowbird/',
  type: 'application/json',
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

const silent = (word: string) => ({
  version: '2.6.0',
  worker_version: null,
  version_detail: `Web service version : [2.6.0], worker version : [${word}]. Any mismatch can cause misbehavior.`,
});

describe('activities/cowbird/answers', () => {
  it.each<[string, Heard, boolean]>([
    ['its title', answered(200, { title: 'Cowbird REST API' }), true],
    ['its title with status 404', answered(404, { title: 'Cowbird REST API' }), false],
    ["another one's title", answered(200, { title: 'Magpie REST API' }), false],
    ['a page', answered(200, '<html>Cowbird</html>'), false],
    ['no answer', { why: 'refuses connections' }, false],
  ])('%s: Cowbird or not', (_, heard, expected) => {
    expect(isCowbird(heard)).toBe(expected);
  });

  it.each<[string, Heard, unknown]>([
    [
      'equal versions are in step',
      answered(200, { version: '2.6.0', worker_version: '2.6.0' }),
      { is: 'in step', version: '2.6.0', workerVersion: '2.6.0' },
    ],
    [
      'another version of the worker differs',
      answered(200, { version: '2.6.0', worker_version: '2.5.2' }),
      { is: 'differs', version: '2.6.0', workerVersion: '2.5.2' },
    ],
    [
      '424 is a worker that is silent',
      answered(424, silent('worker unreachable')),
      { is: 'silent', version: '2.6.0', status: 424 },
    ],
    [
      '424 may be a task that is unknown',
      answered(424, silent('unknown')),
      { is: 'unregistered', version: '2.6.0', status: 424 },
    ],
    [
      '200 and null of 1.0.0 is silent, too',
      answered(200, { ...silent('worker unreachable'), version: '1.0.0' }),
      { is: 'silent', version: '1.0.0', status: 200 },
    ],
    [
      '200 without the worker is silent, too',
      answered(200, { version: '1.0.0' }),
      { is: 'silent', version: '1.0.0', status: 200 },
    ],
    [
      '424 never is in step, whatever it says',
      answered(424, { version: '2.6.0', worker_version: '2.6.0' }),
      { is: 'silent', version: '2.6.0', status: 424 },
    ],
    [
      '500 with a version is a way that is cut',
      answered(500, silent('unknown')),
      { is: 'no way', version: '2.6.0', status: 500 },
    ],
    ['500 without one is not read', answered(500, { detail: 'x' }), { is: 'unread', why: 'answers with status 500' }],
    ['a page is not read', answered(200, '<html/>'), { is: 'unread', why: 'answers with status 200' }],
    ['no answer is not read', { why: 'refuses connections' }, { is: 'unread', why: 'refuses connections' }],
  ])('%s', (_, heard, expected) => {
    expect(readVersion(heard)).toEqual(expected);
  });

  it('handlers and people are names, or it is said why not', () => {
    expect(readHandlers(answered(200, { handlers: ['Nginx'] }))).toEqual({ names: ['Nginx'] });
    expect(readUsers(answered(200, { user_names: ['anne'] }))).toEqual({ names: ['anne'] });
    const refused =
      '<ExceptionReport><Exception><ExceptionText>Access to service is\n forbidden.</ExceptionText></Exception></ExceptionReport>';
    expect(readHandlers(answered(401, refused))).toEqual({
      why: 'answers with status 401 ("Access to service is forbidden.")',
    });
    expect(readUsers({ why: 'does not answer within 10 s' })).toEqual({ why: 'does not answer within 10 s' });
    expect(readHandlers(answered(200, { handlers: 'Nginx' }))).toEqual({ why: 'answers with status 200' });
  });
});
