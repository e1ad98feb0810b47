import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { containerIdIn, ownContainerOf } from '../../../../activities/docker/own-container.js';

const ID = '12cd6aa212462a7281d1e4902c759f684119ce34464bfc6b35076835e68d2e39';
const line = (root: string, at: string) => `122 95 254:0 ${root} ${at} rw,relatime - ext4 /dev/vda rw\n`;

describe('activities/docker/own-container', () => {
  it.each([
    ['the usual data root', line(`/var/lib/docker/containers/${ID}/hostname`, '/etc/hostname'), ID],
    ['another data root', line(`/srv/engine/containers/${ID}/resolv.conf`, '/etc/resolv.conf'), ID],
    ['a data root that is a file system of its own', line(`/containers/${ID}/hosts`, '/etc/hosts'), ID],
    ['a machine', line('/', '/') + line('/tmp', '/tmp'), undefined],
    ['a mount of the engine by somebody else', line(`/var/lib/docker/containers/${ID}/hosts`, '/mnt/hosts'), undefined],
    ['nothing', '', undefined],
  ])('knows itself by the mounts of %s', (_, text, id) => {
    expect(containerIdIn(text)).toBe(id);
  });

  const inspected = (labels: Record<string, string>) =>
    ({
      Id: ID,
      Name: '/scheduler',
      Image: 'sha256:a',
      Config: { Labels: labels, Env: ['A=1', 'B=x=y', 'C='] },
      HostConfig: { NetworkMode: 'host' },
      Mounts: [{ Source: '/srv/a', Destination: '/a' }],
    }) as unknown as Docker.ContainerInspectInfo;

  it('says what it is made of', () => {
    const labels = { 'com.docker.compose.project': 'birds', 'com.docker.compose.service': 'scheduler' };
    expect(ownContainerOf(inspected(labels))).toEqual({
      id: ID,
      name: 'scheduler',
      imageId: 'sha256:a',
      networkMode: 'host',
      project: 'birds',
      service: 'scheduler',
      environment: { A: '1', B: 'x=y', C: '' },
      mounts: [{ source: '/srv/a', target: '/a' }],
    });
  });

  it('belongs to no stack when Compose did not make it', () => {
    expect(ownContainerOf(inspected({}))).not.toHaveProperty('project');
  });
});
