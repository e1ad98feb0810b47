import { describe, expect, it } from 'vitest';
import { reasonFor, type FollowUpFacts } from '../../../../activities/deployment/follow-ups.js';
import { wantedHash } from '../../../../activities/deployment/weaver/current.js';

const variables = { BIRDHOUSE_FQDN_PUBLIC: 'birds.example.org', WEAVER_WPS_PROVIDERS: 'finch raven' };
const weaver = { inStep: true, wanted: wantedHash({ variables }) };
const facts = (more: Partial<FollowUpFacts> = {}): FollowUpFacts => ({
  ...{ touched: [], variables, weaver, cowbird: { inStep: true } },
  ...more,
});
const birds = (more: Partial<FollowUpFacts>) => reasonFor('registerWeaverProviders', facts(more));
const cowbird = (more: Partial<FollowUpFacts>) => reasonFor('verifyCowbird', facts(more));

describe('activities/deployment/follow-ups', () => {
  it('nothing of it changed: nothing follows', () => {
    expect(birds({})).toBeUndefined();
    expect(birds({ touched: ['thredds', 'jupyterhub'] })).toBeUndefined();
    expect(cowbird({ touched: ['thredds'] })).toBeUndefined();
  });

  it.each(['weaver', 'weaver-worker', 'weaver-mongodb', 'finch', 'magpie', 'twitcher', 'proxy'])(
    'birds are registered when %s is touched',
    (service) => {
      expect(birds({ touched: ['thredds', service] })).toBe(`${service} is touched`);
    },
  );

  it('birds are registered when others are wanted, or elsewhere', () => {
    expect(birds({ variables: { ...variables, WEAVER_WPS_PROVIDERS: 'finch' } })).toMatch(/^other birds/);
    expect(birds({ variables: { ...variables, WEAVER_URL: 'http://weaver:4001' } })).toMatch(/^other birds/);
  });

  it('birds are registered when those that nobody wants are to go from now on', () => {
    const dropping = { ...variables, WEAVER_UNREGISTER_DROPPED_PROVIDERS: 'True' };
    expect(birds({ variables: dropping })).toMatch(/^other birds are wanted, elsewhere, or to go$/);
  });

  it('birds are registered when they never were, or something was left open', () => {
    expect(birds({ weaver: undefined })).toBe('nothing was registered yet');
    expect(birds({ weaver: { ...weaver, inStep: false } })).toBe('the registration before left something open');
  });

  it('Cowbird is verified when it or its way is touched, or it was not in step', () => {
    expect(cowbird({ touched: ['cowbird-worker', 'magpie'] })).toBe('cowbird-worker, magpie are touched');
    expect(cowbird({ cowbird: undefined })).toBe('it was not verified yet');
    expect(cowbird({ cowbird: { inStep: false } })).toBe('it was not in step before');
  });
});
