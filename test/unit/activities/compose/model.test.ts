import { describe, expect, it } from 'vitest';
import { imageOf, parseModel, publishedPorts, replicasOf } from '../../../../activities/compose/model.js';
import { aModel } from './builders.js';

describe('activities/compose/model', () => {
  it('takes nulls and keys that it does not know', () => {
    const { services } = aModel({ web: { entrypoint: null, networks: { default: null }, deploy: null, x: { y: 1 } } });
    expect(services['web']).toMatchObject({ depends_on: {}, volumes: [], labels: {} });
  });

  it.each(['not json', '{"services": {}}', '{"name": "p", "services": {"web": {"ports": "80"}}}'])(
    'says that %s cannot be read',
    (text) => {
      expect(() => parseModel(text)).toThrow(expect.objectContaining({ type: 'Configuration' }));
    },
  );

  it('names the place of what is malformed and never the value', () => {
    expect(() => parseModel('{"name": "p", "services": {"web": {"ports": "hunter2"}}}')).toThrow(
      /services\.web\.ports/,
    );
    expect(() => parseModel('{"name": "p", "services": {"web": {"ports": "hunter2"}}}')).not.toThrow(/hunter2/);
  });

  it('lists published TCP ports that are one number', () => {
    const model = aModel({
      a: {
        ports: [{ target: 80, published: '8080', host_ip: '127.0.0.1' }, { target: 1, published: '0' }, { target: 2 }],
      },
      b: {
        ports: [
          { target: 53, published: '53', protocol: 'udp' },
          { target: 3, published: '90-99' },
        ],
      },
    });
    expect(publishedPorts(model)).toEqual([{ address: '127.0.0.1', port: 8080 }]);
  });

  it('knows Compose’s name for an image that is only built, and the number of containers', () => {
    const { services } = aModel({ a: {}, b: { scale: 3 }, c: { deploy: { replicas: 0 } } });
    expect(
      Object.entries(services).map(([name, service]) => [imageOf('p', name, service), replicasOf(service)]),
    ).toEqual([
      ['p-a', 1],
      ['p-b', 3],
      ['p-c', 0],
    ]);
  });
});
