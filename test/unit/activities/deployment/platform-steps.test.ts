import { describe, expect, it } from 'vitest';
import {
  isProxyStale,
  platformHook,
  withPlatformSteps,
  type PlatformView,
} from '../../../../activities/deployment/platform-steps.js';
import type { ComponentHook } from '../../../../activities/components/hooks.js';
import { describeHook, type ServiceAction } from '../../../../workflows/model.js';
import { eraCalled } from '../../../support/era-stack.js';

const view = (era: string, variables: Record<string, string> = {}): PlatformView => ({
  name: 'birdhouse',
  directory: '/s',
  composeFiles: ['/s/docker-compose.yml', '/s/c/docker-compose-extra.yml'],
  variables,
  era: eraCalled(era),
  settings: { hookTimeoutSeconds: 30, hookPolicy: '' },
  locate: (path) => path,
});
const hook = (component: string, kind: 'pre' | 'post'): ComponentHook => ({
  ...{ component, hook: kind, dir: `/s/${component}`, file: `/s/${component}/x`, timeoutSeconds: 30 },
  policy: 'continue',
});
const hooks = [hook('a', 'pre'), hook('b', 'post')];
const told = (era: string, services: string[], variables?: Record<string, string>) =>
  withPlatformSteps(hooks, new Set(services), view(era, variables)).map(describeHook);

describe('activities/deployment/platform-steps', () => {
  it('stand among the hooks where the compose script has them', () => {
    const images = { JUPYTERHUB_DOCKER_NOTEBOOK_IMAGES: 'one:1\n two:2 ' };
    expect(told('2.26.0', ['proxy', 'postgres', 'web'], images)).toEqual([
      ...['pre of a', 'restart proxy', 'set up databases', 'post of b', 'pull notebook images'],
    ]);
    expect(told('1.14', ['proxy'])).toEqual(['create network and volumes', 'pre of a', 'restart proxy', 'post of b']);
  });

  it('are none outside birdhouse-deploy, and none for services and images that are not there', () => {
    expect(told('plain', ['proxy', 'postgres'], { DOCKER_NOTEBOOK_IMAGES: 'x' })).toEqual(['pre of a', 'post of b']);
    expect(told('2.26.0', ['web'])).toEqual(['pre of a', 'post of b']);
  });

  it('are commands of Compose with the files of the stack', () => {
    expect(platformHook('restart proxy', view('2.26.0'))?.command?.join(' ')).toMatch(
      / -f \/s\/docker-compose\.yml -f \/s\/c\/docker-compose-extra\.yml restart proxy$/,
    );
    const databases = platformHook('set up databases', view('1.26.11'))?.command?.join(' ');
    expect(databases).toMatch(/ exec -T postgres \/postgres-setup\.sh$/);
  });

  it.each<[string, [string, ServiceAction][], boolean]>([
    ['nothing is touched', [['web', 'nothing']], false],
    [
      'others get a signal or a restart, and keep their addresses',
      [
        ['web', 'signal'],
        ['db', 'restart'],
      ],
      false,
    ],
    [
      'it is new itself, and asks for the addresses when it starts',
      [
        ['proxy', 'recreate'],
        ['web', 'nothing'],
      ],
      false,
    ],
    [
      'another service has a new container',
      [
        ['web', 'recreate'],
        ['proxy', 'nothing'],
      ],
      true,
    ],
  ])('row 42: the proxy is restarted only for new addresses: %s', (_what, decisions, stale) => {
    expect(isProxyStale(decisions.map(([service, action]) => ({ service, action })))).toBe(stale);
  });

  it('pull each image, by the name of its time, and no option', () => {
    const images = (variables: Record<string, string>) =>
      platformHook('pull notebook images', view('2.26.0', variables))?.command?.slice(4);
    expect(images({ DOCKER_NOTEBOOK_IMAGES: 'old:1' })).toEqual(['old:1']);
    expect(
      images({ DOCKER_NOTEBOOK_IMAGES: 'old:1', JUPYTERHUB_DOCKER_NOTEBOOK_IMAGES: 'a:1 --all-tags b:2' }),
    ).toEqual([...['a:1', 'b:2']]);
    expect(platformHook('pull notebook images', view('2.26.0'))?.timeoutSeconds).toBe(3_600);
  });

  it('create what the first compose scripts made, with the script of GeoServer since 1.16', () => {
    const made = (era: string) => platformHook('create network and volumes', view(era))?.command?.slice(4);
    expect(made('1.14')).toEqual(['jupyterhub_network', '', 'jupyterhub_data_persistence', 'thredds_persistence']);
    expect(made('1.16.0')?.[1]).toBe('/s/deployment/fix-geoserver-data-dir-perm');
    expect(made('1.24.0')).toBeUndefined();
  });
});
