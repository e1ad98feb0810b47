import { describe, expect, it } from 'vitest';
import { resourceNames, resourceProblems } from '../../../../activities/compose/resources.js';
import type { ExistingResource } from '../../../../activities/docker/types.js';
import { aModel } from './builders.js';

const hashLabel = { 'com.docker.compose.config-hash': 'x' };
const volume = (rest: Partial<ExistingResource> = {}): ExistingResource => ({
  kind: 'volume',
  name: 'stack_data',
  driver: 'local',
  options: {},
  labels: hashLabel,
  ...rest,
});
const network = (rest: Partial<ExistingResource> = {}): ExistingResource => ({
  ...volume({ kind: 'network', name: 'stack_default', driver: 'bridge' }),
  internal: false,
  attachable: false,
  subnets: ['172.18.0.0/16'],
  ...rest,
});
const problems = (kind: 'volumes' | 'networks', definition: Record<string, unknown>, existing: ExistingResource) =>
  resourceProblems(aModel({}, { [kind]: { it: { name: existing.name, ...definition } } }), [existing]);

describe('activities/compose/resources', () => {
  it.each([
    [{}, volume()],
    [{ driver: 'local' }, volume()],
    [{ labels: { a: '1' } }, volume({ labels: { ...hashLabel, a: '1' } })],
    [{ external: true, driver: 'nfs' }, volume()],
    [{ driver: 'nfs' }, volume({ labels: {} })],
  ])('lets a volume %o pass', (definition, existing) => {
    expect(problems('volumes', definition, existing)).toEqual([]);
  });

  it.each([
    [{ driver: 'nfs' }, volume(), 'driver'],
    [{}, volume({ driver: 'nfs' }), 'driver'],
    [{ driver_opts: { type: 'nfs' } }, volume(), 'driver options'],
    [{ labels: { a: '2' } }, volume({ labels: { ...hashLabel, a: '1' } }), 'labels'],
  ])('blocks on a volume %o', (definition, existing, what) => {
    expect(problems('volumes', definition, existing)).toEqual([
      expect.stringMatching(
        new RegExp(`^Volume stack_data exists with another definition \\(${what}\\).*data would be lost`),
      ),
    ]);
  });

  it('lets a network pass whose subnet the engine chose', () => {
    expect(problems('networks', { ipam: {} }, network())).toEqual([]);
  });

  it.each([
    [{ internal: true }, 'internal'],
    [{ ipam: { config: [{ subnet: '10.1.0.0/16' }] } }, 'subnets'],
    [{ driver_opts: { a: 'b' } }, 'driver options'],
    [{ enable_ipv6: true }, 'IPv6'],
  ])('blocks on a network %o', (definition, what) => {
    expect(problems('networks', definition, network())[0]).toContain(`(${what})`);
  });

  it('asks the engine only for what Compose keeps', () => {
    const model = aModel(
      {},
      { volumes: { a: { name: 'a' }, b: { name: 'b', external: true } }, networks: { n: { name: 'n' } } },
    );
    expect(resourceNames(model)).toEqual({ volumes: ['a'], networks: ['n'] });
  });
});
