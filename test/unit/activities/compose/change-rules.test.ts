import { describe, expect, it } from 'vitest';
import { changeAction, type ChangeRule } from '../../../../activities/compose/change-rules.js';

const rules: ChangeRule[] = [
  { path: '/srv/proxy/conf.d', services: [], action: 'signal', signal: 'HUP' },
  { path: '/srv/proxy/conf.d/docs', services: [], action: 'nothing' },
  { path: '/srv/proxy/conf.d', services: ['special'], action: 'recreate' },
];
const asked = (...changed: string[]) => changeAction('proxy', {}, changed, rules.slice(0, 2));

describe('activities/compose/change-rules', () => {
  it('a path without a rule asks for a restart', () => {
    expect(asked('/srv/other')).toEqual({ action: 'restart' });
    expect(asked('/srv/proxy/conf.data')).toEqual({ action: 'restart' });
  });

  it('the nearest rule counts', () => {
    expect(asked('/srv/proxy/conf.d')).toEqual({ action: 'signal', signal: 'HUP' });
    expect(asked('/srv/proxy/conf.d/site')).toEqual({ action: 'signal', signal: 'HUP' });
    expect(asked('/srv/proxy/conf.d/docs/x')).toEqual({ action: 'nothing' });
  });

  it('of several changed paths the strongest counts', () => {
    expect(asked('/srv/proxy/conf.d/docs', '/srv/proxy/conf.d/site')).toEqual({ action: 'signal', signal: 'HUP' });
    expect(asked('/srv/proxy/conf.d', '/srv/other')).toEqual({ action: 'restart' });
  });

  it('a rule for named services is for those alone', () => {
    const own = rules.slice(2);
    expect(changeAction('special', {}, ['/srv/proxy/conf.d'], own)).toEqual({ action: 'recreate' });
    expect(changeAction('proxy', {}, ['/srv/proxy/conf.d'], own)).toEqual({ action: 'restart' });
  });

  it('the label of the service has the last word', () => {
    const labels = { 'birdkeeper.on-change': 'none' };
    expect(changeAction('proxy', labels, ['/srv/other'], rules)).toEqual({ action: 'nothing' });
  });
});
