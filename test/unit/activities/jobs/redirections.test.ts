import { describe, expect, it } from 'vitest';
import { misdirections, redirected } from '../../../../activities/jobs/redirections.js';
import type { JobStep } from '../../../../activities/jobs/model.js';

const step = (command: string, dockerArguments = '', volumes: string[] = []): JobStep => ({
  place: { kind: 'image', image: 'i', name: 'n', volumes, environment: [], ports: [], expose: [] },
  dockerArguments,
  command,
});
const nowhere = () => false;

describe('activities/jobs/redirections', () => {
  it('row 32: a log inside the container is written on the host side of its mount', () => {
    const clean = step(
      `sh /clean.sh "30" "mtime" /out >> /logs/clean_old_files_finch.log 2>&1`,
      '--rm --name x\n--volume ${DIR}/clean.sh:/clean.sh:ro --volume "${PROJECT}_out:/out:rw" --volume "${LOG_DIR}:/logs"',
    );
    expect(misdirections(clean, nowhere)).toEqual([
      {
        shown: '>> /logs/clean_old_files_finch.log',
        directory: '/logs',
        hostTarget: `"\${LOG_DIR}"'/clean_old_files_finch.log'`,
      },
    ]);
    expect(redirected(clean, nowhere).command).toBe(
      `sh /clean.sh "30" "mtime" /out >> "\${LOG_DIR}"'/clean_old_files_finch.log' 2>&1`,
    );
    expect(redirected(clean, nowhere).dockerArguments).toBe(clean.dockerArguments);
  });

  it('leaves what acts beside the scheduler', () => {
    const there = (directory: string) => directory === '/var/log';
    const plain = step('x > /var/log/x.log', '-v /var/log:/logs');
    expect(misdirections(plain, there)).toEqual([]);
    expect(redirected(plain, there)).toEqual(plain);
  });

  it.each([`sh -c 'x > /logs/a'`, 'x 2>&1', 'x > $LOG', 'x > relative', 'x <<< /logs/a', 'x >&2'])(
    'leaves %j',
    (command) => {
      expect(misdirections(step(command, '-v /a:/logs'), nowhere)).toEqual([]);
    },
  );

  it.each<[string, string, string[], string | undefined]>([
    ['-v', '-v /a:/logs', [], `/a'/x'`],
    ['--volume=', '--volume=/a:/logs:rw', [], `/a'/x'`],
    ['-v joined', '-v/a:/logs', [], `/a'/x'`],
    ['the list', '', ['/a:/logs'], `/a'/x'`],
    ['a default value', '-v ${A:-/b}:/logs', [], `\${A:-/b}'/x'`],
    ['a named volume', '-v logs:/logs', [], undefined],
    ['no mount', '', [], undefined],
    ['the nearest mount', '-v /:/ -v /a:/logs -v /b:/logs/deep', [], `/a'/x'`],
  ])('finds the mount: %s', (_what, dockerArguments, volumes, hostTarget) => {
    const [found] = misdirections(step('x > /logs/x', dockerArguments, volumes), nowhere);
    expect(found?.hostTarget).toBe(hostTarget);
  });

  it('what runs in no container of its own is left alone', () => {
    expect(misdirections({ place: { kind: 'here' }, dockerArguments: '', command: 'x > /logs/x' }, nowhere)).toEqual(
      [],
    );
  });
});
