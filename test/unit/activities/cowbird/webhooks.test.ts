import { describe, expect, it } from 'vitest';
import { judgeWebhooks, type Webhook } from '../../../../activities/cowbird/webhooks.js';
import { cowbirdWebhooks } from '../../../support/doubles/magpie/index.js';

const ofPlatform = (base: string): Webhook[] =>
  cowbirdWebhooks(base).map((webhook) => ({ ...webhook, method: 'POST' }));
const changed = (action: string, change: Partial<Webhook>): Webhook[] =>
  ofPlatform('http://cowbird:7000').map((webhook) => (webhook.action === action ? { ...webhook, ...change } : webhook));

describe('activities/cowbird/webhooks', () => {
  it.each(['http://cowbird:7000', 'http://cowbird:7000/cowbird', 'https://platform.example.org/cowbird'])(
    'those of the platform are right at %s',
    (base) => {
      expect(judgeWebhooks(ofPlatform(base), ['cowbird', 'platform.example.org'])).toEqual({ missing: [], wrong: [] });
    },
  );

  it('without any, all are missing', () => {
    expect(judgeWebhooks([], ['cowbird'])).toEqual({
      missing: ['create_user', 'delete_user', 'create_user_permission', 'delete_user_permission'],
      wrong: [],
    });
  });

  it("those of 1.21 to 1.26 lack the permissions'", () => {
    const [first, second] = ofPlatform('http://cowbird:7000');
    expect(judgeWebhooks([first, second] as Webhook[], ['cowbird']).missing).toEqual([
      'create_user_permission',
      'delete_user_permission',
    ]);
  });

  it.each<[string, Partial<Webhook>]>([
    ['to another host', { url: 'http://crow:7000/webhooks/users' }],
    ['to another path', { url: 'http://cowbird:7000/webhooks/permissions' }],
    ['to a host that nobody filled in', { url: 'http://${COWBIRD_HOST}:7000/webhooks/users' }],
    ['by GET', { method: 'GET' }],
    ['to no address', { url: 'cowbird' }],
  ])('one that leads %s is none', (_, change) => {
    const { missing, wrong } = judgeWebhooks(changed('create_user', change), ['cowbird']);
    expect(missing).toEqual(['create_user']);
    expect(wrong).toEqual([
      `cowbird_create_user leads to ${change.method ?? 'POST'} ${change.url ?? 'http://cowbird:7000/webhooks/users'}`,
    ]);
  });

  it('one among others is enough', () => {
    const other: Webhook = { name: 'mail', action: 'create_user', method: 'POST', url: 'http://mail/new', payload: {} };
    expect(judgeWebhooks([other, ...ofPlatform('http://cowbird:7000')], ['cowbird'])).toEqual({
      missing: [],
      wrong: [],
    });
  });

  it('one without a field that Cowbird needs is wrong', () => {
    const webhooks = changed('create_user', { payload: { event: 'created', user_name: '{{user.name}}' } });
    expect(judgeWebhooks(webhooks, ['cowbird'])).toEqual({
      missing: [],
      wrong: ['cowbird_create_user does not say callback_url'],
    });
  });
});
