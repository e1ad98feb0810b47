import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOURCES } from '../../support/monitoring/sources.js';

const SCRIPT = join(SOURCES, 'components/weaver/bin/celery-healthcheck');
const TASK = 'weaver.processes.execution.execute_process';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'birdkeeper-celery-'));
  mkdirSync(join(directory, 'bin'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Celery {
  version?: string;
  /** Of `inspect registered`; undefined: it says nothing, and fails. */
  says?: string;
}

/** The script with a `celery` that says what it is told to, on a PATH that has nothing of Python. */
function check({ version = '5.3.6 (emerald-rush)', says }: Celery) {
  const calls = join(directory, 'calls');
  rmSync(calls, { force: true });
  const answer = join(directory, 'answer');
  writeFileSync(answer, says ?? '');
  writeFileSync(
    join(directory, 'bin/celery'),
    `#!/bin/sh
if [ "$1" = --version ]; then echo '${version}'; exit 0; fi
echo "$*" >> '${calls}'
echo 'Error: no nodes replied within time constraint.' >&2
cat '${answer}'
exit ${says === undefined ? 69 : 0}
`,
  );
  chmodSync(join(directory, 'bin/celery'), 0o755);
  const { status, stdout } = spawnSync('bash', [SCRIPT], {
    encoding: 'utf8',
    env: { PATH: `${join(directory, 'bin')}:/usr/bin:/bin`, APP_CONFIG_DIR: '/opt/config' },
  });
  return { status, last: stdout.trim().split('\n').at(-1), asked: readFileSync(calls, 'utf8').trim() };
}

const worker = (name: string, word = 'OK', tasks: string[] = [TASK]): string =>
  `->  celery@${name}: ${word}\n${tasks.map((task) => `    * ${task}\n`).join('')}`;

describe('components/weaver', () => {
  it.each([
    ['a worker that knows the task', worker('a')],
    ['a worker that knows others, too', worker('a', 'OK', ['weaver.other', TASK, 'celery.ping'])],
    ['several workers', `${worker('a')}${worker('b')}\n2 nodes online.\n`],
    ['log lines before it', `[2026-01-01] INFO Weaver\n${worker('a')}`],
    ['colours', `->  \u001b[36mcelery@a\u001b[0m: \u001b[1mOK\u001b[0m\n    * ${TASK}\n`],
    ['one blank after the arrow', worker('a').replace('->  ', '-> ')],
  ])('its health check ends with 0: %s', (_, says) => {
    expect(check({ says })).toMatchObject({ status: 0, last: '[INFO] The workers are ready.' });
  });

  it.each([
    ['no answer', undefined],
    ['an empty answer', ''],
    ['an answer without a worker', 'Error: No such command\n'],
    ['tasks without a worker', `    * ${TASK}\n`],
  ])('its health check ends with 1: %s', (_, says) => {
    expect(check({ ...(says === undefined ? {} : { says }) }).status).toBe(1);
  });

  it.each([
    ['a worker that says otherwise', worker('a', 'ERROR'), 'celery@a'],
    ['one of two', `${worker('a')}${worker('b', 'ERROR')}`, 'celery@b'],
    ['a worker that neither is well nor knows the task', worker('a', 'BROKEN', []), 'celery@a'],
  ])('its health check ends with 2: %s', (_, says, name) => {
    expect(check({ says })).toMatchObject({ status: 2, last: `[ERROR] Not OK: ${name}.` });
  });

  it.each([
    ['no task at all', `${worker('a', 'OK', [])}    - empty -\n`, 'celery@a'],
    ['other tasks', worker('a', 'OK', ['weaver.processes.execution.execute_process_later', 'x']), 'celery@a'],
    ['the first of two', `${worker('a', 'OK', ['x'])}${worker('b')}`, 'celery@a'],
    ['the last of two', `${worker('a')}${worker('b', 'OK', [])}`, 'celery@b'],
  ])('its health check ends with 3: %s', (_, says, name) => {
    expect(check({ says })).toMatchObject({ status: 3, last: `[ERROR] Without ${TASK}: ${name}.` });
  });

  it.each([
    ['5.2.7 (dawn-chorus)', '-A pyramid_celery.celery_app inspect registered'],
    ['4.4.7 (cliffs)', 'inspect registered -A pyramid_celery.celery_app'],
    ['what is no version', '-A pyramid_celery.celery_app inspect registered'],
    ['50.1', '-A pyramid_celery.celery_app inspect registered'],
  ])('its health check asks Celery %s in its order of words', (version, words) => {
    const { asked } = check({ version, says: worker('a') });
    expect(asked).toBe(`${words} --ini /opt/config/weaver.ini --timeout 5`);
  });

  it('its health check needs no Python of its own, and is a script that bash takes', () => {
    expect(readFileSync(SCRIPT, 'utf8')).not.toMatch(/python|distutils/);
    execFileSync('bash', ['-n', SCRIPT]);
  });
});
