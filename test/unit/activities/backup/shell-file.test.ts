import { describe, expect, it } from 'vitest';
import { readBackupFile } from '../../../../activities/backup/shell-file.js';

/** In the form of birdhouse-deploy's files, with what ours are about. */
const file = (kind: string, work: string, stops = "'owl nest'", more = '') => `#!/bin/sh
${more}
backup_${kind}() {
  _work() {
${work
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
  }
  backup_create_runner 'data of owls' _work ${stops}
}

restore_${kind}() {
  _work() {
    docker run --rm -v x:/y image rm -rf /y
  }
  backup_restore_runner 'data of owls' _work 'owl' 'owl nest'
}
`;
const RUN = '${EXE} --quiet compose run --rm -v ${VOLUME}:/backup';

describe('activities/backup/shell-file', () => {
  const read = (text: string) => readBackupFile('owl', text);
  const parts = (work: string) => read(file('application', work, '')).declaration.application;

  it.each([
    [
      `${RUN} owl-db sh -c 'mkdir /backup/owl; PGPASSWORD=\${P} pg_dump -h owl-db -U \${U} -d owls -Fc > /backup/owl/x'`,
      { kind: 'dump', database: 'postgres', container: 'owl-db', name: 'owls' },
    ],
    [
      `${RUN} owl-db sh -c 'pg_dump -d \${POSTGRES_DB} -Fc > /backup/x'`,
      { kind: 'dump', database: 'postgres', container: 'owl-db' },
    ],
    [
      `\${EXE} compose exec --user=postgres owl-db pg_dump -d owls -Fc | docker run -i --rm -v \${V}:/backup image sh -c 'tee /backup/x'`,
      { kind: 'dump', database: 'postgres', container: 'owl-db', as: 'postgres', name: 'owls' },
    ],
    [
      `${RUN} --entrypoint sh owl-mongo -c "mongodump --host=owl-mongo --out=/backup/owl"`,
      { kind: 'dump', database: 'mongo', container: 'owl-mongo' },
    ],
    [`${RUN} --entrypoint sh owl -c 'cp -a /data/ /backup/owl'`, { kind: 'path', path: '/data', container: 'owl' }],
    [
      `docker run --rm \\\n  -v \${V}:/backup \\\n  -v nest_data:/persist \\\n  "\${IMAGE}" \\\n  sh -c 'mkdir /backup/owl; cp -a /persist /backup/owl'`,
      { kind: 'volume', volume: 'nest_data' },
    ],
    [
      `docker run --volume \${V}:/backup --volume=nest_data:/persist:ro image cp -a /persist/logs /backup/x`,
      { kind: 'volume', volume: 'nest_data', below: 'logs' },
    ],
    [
      `docker run -v \${V}:/backup -v \${ROOT}/\${SUB}:/d image sh -c 'cp -a /d /backup/x'`,
      { kind: 'path', path: '${ROOT}/${SUB}' },
    ],
    [
      `docker run --network n --entrypoint=sh -v prom:/persist image -c 's=$(curl -X POST http://prom:9090/prom/api/v1/admin/tsdb/snapshot); cp -a "$s" /backup/x'`,
      { kind: 'dump', database: 'prometheus', container: 'prom', address: 'http://127.0.0.1:9090/prom' },
    ],
  ])('%s', (work, part) => {
    expect(parts(work)).toEqual([part]);
  });

  it('several commands are several parts, and each stops what the runner stops', () => {
    const work = `docker run -v a:/d image cp -a /d /backup/a\nlog INFO "words"\ndocker run -v b:/d image cp -a /d /backup/b`;
    expect(read(file('user', work))).toEqual({
      declaration: {
        component: 'owl',
        user: ['a', 'b'].map((volume) => ({ kind: 'volume', volume, stop: ['owl', 'nest'] })),
      },
      problems: [],
    });
  });

  it('containers that are found by the beginning of their name', () => {
    const more = `_all_owls() {\n  [ "$DRY" = true ] || \${EXE} compose ps | grep '^owl-'\n}\n`;
    const text = file('logs', 'docker run -v a:/d image cp -a /d /backup/a', '"$(_all_owls)"', more);
    expect(read(text).declaration.logs).toEqual([{ kind: 'volume', volume: 'a', stop: ['owl-*'] }]);
  });

  it.each([
    [file('application', 'rsync /a /b'), /not understood in backup_application: the command rsync \/a \/b/],
    [file('application', 'docker run -v a:/d image do-something'), /the copy do-something/],
    [file('application', `${RUN} owl sh -c 'cp /a /backup/; cp /b /backup/'`), /what owl is asked to do/],
    [file('application', 'docker run -v a:/d image cp /d /e', '"$(_unknown)"'), /what it stops is computed/],
    [file('application', 'docker run -v a:/d image cp /d /e', '"$OWLS"'), /what it stops is computed/],
    ['backup_application() {\n  echo\n}\n', /it copies nothing that is known/],
    ["backup_application() {\n  backup_create_runner 'x' _none ''\n}\n", /there is no function _none/],
    ['backup_representative() {\n  x\n}\n', /representative data of owl is not backed up/],
  ])('%s is told of and declares nothing', (text, message) => {
    const { declaration, problems } = read(text);
    expect(problems.join('; ')).toMatch(message);
    expect(declaration).toEqual({ component: 'owl' });
  });

  it('a part that is not understood takes the others of its kind with it', () => {
    const work = `docker run -v a:/d image cp -a /d /backup/a\nscp x y`;
    expect(parts(work)).toBeUndefined();
  });
});
