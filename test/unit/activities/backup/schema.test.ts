import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BackupSchema, declarationOf } from '../../../../activities/backup/schema.js';

describe('activities/backup/schema', () => {
  const read = (text: string) => BackupSchema.safeParse(parse(text));
  const messages = (text: string) =>
    read(text).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  it('reads what a component declares', () => {
    const section = read(`
      application:
        - { dump: postgres, container: postgres-magpie, name: magpiedb, stop: [magpie, twitcher] }
        - { dump: mongo, container: weaver-mongodb }
        - { dump: sqlite, container: hub, file: /data/hub.sqlite, stop: [hub] }
        - { dump: prometheus, container: prometheus, address: "http://127.0.0.1:9090/prometheus" }
        - { volume: grafana_persistence, stop: [grafana] }
      user:
        - { path: "\${JUPYTERHUB_USER_DATA_DIR}" }
    `);
    expect(declarationOf('birds', section.data ?? {})).toEqual({
      component: 'birds',
      application: [
        {
          kind: 'dump',
          database: 'postgres',
          container: 'postgres-magpie',
          name: 'magpiedb',
          stop: ['magpie', 'twitcher'],
        },
        { kind: 'dump', database: 'mongo', container: 'weaver-mongodb' },
        { kind: 'dump', database: 'sqlite', container: 'hub', file: '/data/hub.sqlite', stop: ['hub'] },
        { kind: 'dump', database: 'prometheus', container: 'prometheus', address: 'http://127.0.0.1:9090/prometheus' },
        { kind: 'volume', volume: 'grafana_persistence', stop: ['grafana'] },
      ],
      user: [{ kind: 'path', path: '${JUPYTERHUB_USER_DATA_DIR}' }],
    });
  });

  it.each<[string, string]>([
    ['- x', ': should be a map (KEY: VALUE, one a line)'],
    ['application: x', 'application: should be a list of maps (- volume: …)'],
    ['application: [x]', 'application.0: should be a map (KEY: VALUE, one a line)'],
    ['application: [{}]', 'application.0: should have one of path, volume and dump, and no two of them'],
    ['logs: [{ path: /a, volume: b }]', 'logs.0: should have one of path, volume and dump, and no two of them'],
    ['user: [{ path: "" }]', 'user.0.path: should be a path, absolute or from the stack directory'],
    ['application: [{ dump: oracle }]', 'application.0.dump: should be one of: postgres, mongo, sqlite, prometheus'],
    ['application: [{ dump: postgres }]', 'application.0: should name a container, since it is a dump'],
    [
      'application: [{ dump: sqlite, container: a }]',
      'application.0: should name a file, since it is a dump of sqlite',
    ],
    ['application: [{ volume: a, container: b }]', 'application.0: should have no container, since it is a volume'],
    [
      'application: [{ dump: mongo, container: b, user: c }]',
      'application.0: should have no user, since it is a dump of mongo',
    ],
    [
      'application: [{ dump: postgres, container: b, stop: [b] }]',
      'application.0: should not stop b, which makes the dump while it runs',
    ],
    [
      'application: [{ volume: a, stop: b }]',
      'application.0.stop: should be a list of services or containers ([web, db])',
    ],
    [
      'application: [{ dump: sqlite, container: a, file: b }]',
      'application.0.file: should be absolute: a path in the container',
    ],
    [
      'user: [{ path: /data/../etc, container: a }]',
      'user.0: should have an absolute path without "..", since it is one of a container',
    ],
    [
      'user: [{ path: data, container: a }]',
      'user.0: should have an absolute path without "..", since it is one of a container',
    ],
    ['logs: [{ volume: a, below: x/../.. }]', 'logs.0.below: should not leave the volume'],
    ['logs: [{ volume: "a\\0b" }]', 'logs.0.volume: should be the name of a volume'],
    [
      'application: [{ dump: prometheus, container: a, address: "http://u:p@h" }]',
      'application.0.address: should be an http(s) address without user and password',
    ],
  ])('%s: %s', (text, message) => {
    expect(messages(text)).toEqual([message]);
  });

  it('an unknown key is one', () => {
    expect(read('aplication: []').error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', keys: ['aplication'] });
    expect(read('user: [{ path: a, stops: [] }]').error?.issues[0]).toMatchObject({ keys: ['stops'] });
  });
});
