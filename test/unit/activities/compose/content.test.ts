import { describe, expect, it } from 'vitest';
import { buildContexts, contentPaths, partsUnder } from '../../../../activities/compose/content.js';
import { aModel } from './builders.js';

const platform = { name: 'platform', dir: '/srv/platform' };
const secret = { name: 'private', dir: '/srv/platform/private' };
const checkouts = [platform, secret];

const bind = (source: string) => ({ type: 'bind', source, target: '/t' });
const pathsOf = (service: Record<string, unknown>, rendered: string[] = [], rest: Record<string, unknown> = {}) => {
  const model = aModel({ web: service }, rest);
  const web = model.services['web'];
  return web ? contentPaths(model, web, checkouts, rendered).map(({ path, kind }) => `${kind} ${path}`) : [];
};

describe('activities/compose/content', () => {
  it('counts a bind mount that lies in a checkout, and no other', () => {
    const volumes = [bind('/srv/platform/conf/'), bind('/data'), { type: 'volume', source: 'v', target: '/v' }];
    expect(pathsOf({ volumes })).toEqual(['mount /srv/platform/conf']);
  });

  it('counts a mount outside checkouts that holds a rendered file', () => {
    expect(pathsOf({ volumes: [bind('/etc/stack')] }, ['/etc/stack/nginx.conf'])).toEqual(['mount /etc/stack']);
    expect(pathsOf({ volumes: [bind('/etc/stack')] }, ['/etc/stackother/nginx.conf'])).toEqual([]);
  });

  it.each(['/', '/srv', '/srv/platform', '/srv/platform/'])(
    'does not count %s, which holds a whole checkout',
    (source) => {
      expect(pathsOf({ volumes: [bind(source)] })).toEqual([]);
    },
  );

  it('counts a whole checkout when the service is labelled', () => {
    const labels = { 'birdkeeper.on-change': 'restart' };
    expect(pathsOf({ volumes: [bind('/srv/platform')], labels })).toEqual(['mount /srv/platform']);
  });

  it('counts file-based configs and secrets wherever they lie', () => {
    const service = { configs: [{ source: 'c' }], secrets: [{ source: 's' }, { source: 'e' }] };
    const rest = {
      configs: { c: { file: '/srv/platform/c' } },
      secrets: { s: { file: '/run/s' }, e: { environment: 'E' } },
    };
    expect(pathsOf(service, [], rest)).toEqual(['file /srv/platform/c', 'file /run/s']);
  });

  it('looks into the innermost of nested checkouts', () => {
    expect(partsUnder('/srv/platform/private/conf', checkouts)).toEqual([{ checkout: secret, path: 'conf' }]);
    expect(partsUnder('/srv/platform/privateer', checkouts)).toEqual([{ checkout: platform, path: 'privateer' }]);
  });

  it('takes local directories of a build as its contexts', () => {
    const { services } = aModel({
      web: { build: { context: '/srv/platform/app', additional_contexts: { a: 'docker-image://x', b: '/srv/lib' } } },
    });
    const web = services['web'];
    expect(web && buildContexts(web, checkouts).map(({ path }) => path)).toEqual(['/srv/platform/app', '/srv/lib']);
  });
});
