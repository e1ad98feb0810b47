import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { copied } from '../../../../activities/docker/copies.js';

const ID = 'a'.repeat(64);

const inspected = (change: Record<string, unknown>) =>
  ({
    Id: ID,
    Name: '/scheduler',
    Image: 'sha256:1',
    Config: { Hostname: 'aaaaaaaaaaaa', Image: 'app:1', Env: ['A=1'] },
    HostConfig: { NetworkMode: 'birds_default', Binds: ['/a:/a:rw'] },
    NetworkSettings: {
      Networks: {
        birds_default: { Aliases: ['scheduler', 'aaaaaaaaaaaa'], IPAddress: '172.18.0.2', IPAMConfig: null },
      },
    },
    Mounts: [{ Type: 'bind', Source: '/a', Destination: '/a' }],
    ...change,
  }) as unknown as Docker.ContainerInspectInfo;

describe('activities/docker/copies', () => {
  it('keeps what was asked for and leaves out what the engine chose', () => {
    expect(copied(inspected({}))).toEqual({
      name: 'scheduler',
      imageId: 'sha256:1',
      config: { Image: 'app:1', Env: ['A=1'] },
      hostConfig: { NetworkMode: 'birds_default', Binds: ['/a:/a:rw'] },
      networks: { birds_default: { Aliases: ['scheduler'], IPAMConfig: null, Links: undefined } },
      unnamed: [],
    });
  });

  it.each(['host', 'none', 'container:abc'])('joins no network of its own with %s', (NetworkMode) => {
    const copy = copied(
      inspected({
        Config: { Hostname: 'the-host' },
        HostConfig: { NetworkMode },
        NetworkSettings: { Networks: { host: {} } },
      }),
    );
    expect(copy).toMatchObject({ networks: {}, config: {} });
    expect(copy.config).not.toHaveProperty('Hostname');
  });

  it('keeps a host name that was asked for', () => {
    expect(copied(inspected({ Config: { Hostname: 'wanted' } })).config).toEqual({ Hostname: 'wanted' });
  });

  it('takes volumes along that only the image asked for', () => {
    const Mounts = [
      { Type: 'volume', Name: 'anonymous', Destination: '/data' },
      { Type: 'volume', Name: 'named', Destination: '/named' },
      { Type: 'volume', Name: 'bound', Destination: '/bound' },
    ];
    const HostConfig = { Binds: ['bound:/bound'], Mounts: [{ Target: '/named' }] };
    expect(copied(inspected({ Mounts, HostConfig })).unnamed).toEqual(['anonymous:/data']);
  });
});
