import { describe, expect, it } from 'vitest';
import { findingsOf, resultOf } from '../../../../activities/cowbird/findings.js';
import { peopleOf, type CowbirdLook } from '../../../../activities/cowbird/look.js';

const GOOD: CowbirdLook = {
  url: 'https://platform.example.org/cowbird',
  root: { is: 'there' },
  version: { is: 'in step', version: '2.6.0', workerVersion: '2.6.0' },
  handlers: { names: ['Nginx', 'FileSystem'], missing: [] },
  unreadable: [],
  people: { failed: [], withoutWorkspace: [] },
  webhooks: { looksAt: '/webhooks', webhooks: [], unread: [], aside: [], missing: [], wrong: [] },
};

const MISSING = { looksAt: '/webhooks', webhooks: [], unread: [], aside: [], missing: ['create_user'], wrong: [] };

describe('activities/cowbird/findings', () => {
  it('what is as it should be is in step', () => {
    expect(resultOf(GOOD)).toEqual({
      inStep: true,
      version: '2.6.0',
      workerVersion: '2.6.0',
      handlers: ['FileSystem', 'Nginx'],
      findings: [],
      withoutWorkspace: [],
    });
  });

  it('what nobody guards, and what this host does not know, is in step without it', () => {
    const { url, root, version, handlers } = GOOD;
    expect(resultOf({ url, root, ...(version && { version }), ...(handlers && { handlers }) }).inStep).toBe(true);
  });

  it.each<[string, Partial<CowbirdLook>, string, RegExp, RegExp]>([
    [
      'Cowbird that is away',
      { root: { is: 'away', why: 'refuses connections' } },
      'address',
      /platform\.example\.org\/cowbird\/ refuses connections/,
      /docker logs cowbird/,
    ],
    [
      'a service that Magpie does not know',
      { root: { is: 'unknown', why: 'answers with status 400' } },
      'address',
      /Magpie knows no service/,
      /MAGPIE_PROVIDERS_CONFIG_PATH/,
    ],
    [
      'an administrator who is refused',
      { root: { is: 'refused', why: 'answers with status 401' } },
      'address',
      /not let in/,
      /permissions/,
    ],
    [
      'a worker of another version',
      { version: { is: 'differs', version: '2.6.0', workerVersion: '2.5.2' } },
      'worker',
      /2\.6\.0.*2\.5\.2/,
      /COWBIRD_VERSION/,
    ],
    [
      'a worker that is silent',
      { version: { is: 'silent', version: '2.6.0', status: 424 } },
      'worker',
      /hears nothing of its worker \(status 424\)/,
      /cowbird-worker/,
    ],
    [
      'a task that is unknown',
      { version: { is: 'unregistered', version: '2.6.0', status: 424 } },
      'worker',
      /does not know the task/,
      /celeryconfig\.py/,
    ],
    [
      'no way to the worker',
      { version: { is: 'no way', version: '2.6.0', status: 500 } },
      'worker',
      /status 500/,
      /COWBIRD_MONGODB_HOST/,
    ],
    [
      'a version that is not told',
      { version: { is: 'unread', why: 'answers with status 502' } },
      'worker',
      /502/,
      /docker logs cowbird/,
    ],
    [
      'handlers that are missing',
      { handlers: { names: ['Nginx'], missing: ['Magpie', 'Thredds'] } },
      'handlers',
      /Magpie, Thredds are not active/,
      /config\.yml/,
    ],
    ['handlers that are not told', { handlers: { why: 'answers with status 401' } }, 'handlers', /401/, /ADMIN/],
    [
      'webhooks that are missing',
      { webhooks: MISSING },
      'webhooks',
      /\/webhooks tells Cowbird of create_user/,
      /restart/,
    ],
    [
      'webhooks that are mounted elsewhere',
      { webhooks: { webhooks: [], unread: [], aside: ['/c/cowbird.yml'], missing: ['create_user'], wrong: [] } },
      'webhooks',
      /\/c\/cowbird\.yml has some and is mounted elsewhere/,
      /Set MAGPIE_WEBHOOKS_CONFIG_PATH/,
    ],
    [
      'a webhook that leads elsewhere, and a file that is none',
      { webhooks: { ...MISSING, missing: [], wrong: ['a leads to POST http://b'], unread: ['/c is a directory.'] } },
      'webhooks',
      /The webhook a leads to POST http:\/\/b\. \/c is a directory\./,
      /http:\/\/cowbird:7000/,
    ],
    [
      'monitoring that may not read',
      { unreadable: ['/', '/version'] },
      'monitoring',
      /\/cowbird\/ and \/cowbird\/version/,
      /read-match/,
    ],
    [
      'people for whom something failed',
      { people: { failed: ['anne', 'bob'] } },
      'people',
      /anne, bob with WebhookError/,
      /PATCH/,
    ],
    ['people who are not told', { people: { why: 'Magpie answers with status 500' } }, 'people', /500/, /magpie/],
  ])('%s is found, with what to do', (_, change, what, why, todo) => {
    const { inStep, findings } = resultOf({ ...GOOD, ...change });
    expect(inStep).toBe(false);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.what).toBe(what);
    expect(findings[0]?.why).toMatch(why);
    expect(findings[0]?.todo).toMatch(todo);
    expect(findings[0]?.why).toMatch(/\.$/);
    expect(findings[0]?.todo).toMatch(/\.$/);
  });

  it('all that is wrong is told at once', () => {
    const look: CowbirdLook = {
      ...GOOD,
      version: { is: 'silent', version: '2.6.0', status: 424 },
      handlers: { names: [], missing: ['Nginx'] },
      webhooks: MISSING,
    };
    expect(findingsOf(look).map(({ what }) => what)).toEqual(['worker', 'handlers', 'webhooks']);
  });

  it('people without a workspace are listed, at most 50, and break nothing', () => {
    const names = Array.from({ length: 60 }, (_, i) => `p${i}`);
    const { inStep, withoutWorkspace } = resultOf({ ...GOOD, people: { failed: [], withoutWorkspace: names } });
    expect(inStep).toBe(true);
    expect(withoutWorkspace).toEqual(names.slice(0, 50));
  });

  it('accounts that nobody is, and the one that signs in, are no people', () => {
    const names = ['admin', 'anne', 'anonymous', 'anonymous_network_other', 'anonymouse'];
    expect(peopleOf(names, 'admin')).toEqual(['anne', 'anonymouse']);
  });
});
