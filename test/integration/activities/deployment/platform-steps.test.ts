import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { platformHook } from '../../../../activities/deployment/platform-steps.js';
import { runCommand } from '../../../../activities/shared/run-command.js';
import { eraCalled } from '../../../support/era-stack.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'birdkeeper-platform-'));
  mkdirSync(join(dir, 'bin'));
  mkdirSync(join(dir, 'deployment'));
  mkdirSync(join(dir, 'geoserver'));
  program('bin/docker', `[ "$1 $2" = "network inspect" ] && exit 1; echo "docker $*" >> '${dir}/did'`);
  program('deployment/fix-geoserver-data-dir-perm', `echo "permissions $FIRST_RUN_ONLY" >> '${dir}/did'`);
});
afterEach(() => rmSync(dir, { recursive: true }));

function program(path: string, text: string): void {
  writeFileSync(join(dir, path), `#!/bin/sh\n${text}\n`);
  chmodSync(join(dir, path), 0o755);
}

/** What the step before the pre hooks did, in order. */
async function create(era: string): Promise<string[]> {
  const view = { name: 'birds', directory: dir, composeFiles: [], variables: {}, era: eraCalled(era) };
  const settings = { hookTimeoutSeconds: 30, hookPolicy: '' } as const;
  const hook = platformHook('create network and volumes', { ...view, settings, locate: (path) => path });
  const [file = '', ...args] = hook?.command ?? [];
  rmSync(join(dir, 'did'), { force: true });
  await runCommand(
    { file, args },
    {
      cwd: dir,
      env: { PATH: `${dir}/bin:${process.env['PATH'] ?? ''}`, GEOSERVER_DATA_DIR: join(dir, 'geoserver') },
      signal: new AbortController().signal,
      timeoutMs: 20_000,
    },
  );
  return existsSync(join(dir, 'did')) ? readFileSync(join(dir, 'did'), 'utf8').trim().split('\n') : [];
}

describe('activities/deployment/platform-steps', () => {
  it('row 51: permissions of GeoServer are set before its first start, and not by each deployment', async () => {
    expect(await create('1.16.0')).toEqual([
      'docker network create jupyterhub_network',
      expect.stringMatching(/^docker volume create /),
      expect.stringMatching(/^docker volume create /),
      'permissions 1',
    ]);
    writeFileSync(join(dir, 'geoserver/global.xml'), '<global/>');
    expect((await create('1.16.0')).join('\n')).not.toContain('permissions');
  });
});
