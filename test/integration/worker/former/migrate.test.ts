import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFormer } from '../../../../worker/former/find.js';
import { removeFormer } from '../../../../worker/former/migrate.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'birdkeeper-former-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function file(path: string, text = 'x\n', mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

/** A double of the docker command line, which answers `container inspect scheduler` with this, or knows none. */
function docker(inspected?: unknown): Record<string, string> {
  const answer =
    inspected === undefined ? 'echo "no such container" >&2; exit 1' : `cat <<'X'\n${JSON.stringify([inspected])}\nX`;
  file('bin/docker', `#!/bin/sh\n[ "$*" = "container inspect scheduler" ] || exit 9\n${answer}\n`, 0o755);
  return { PATH: `${join(root, 'bin')}:/usr/bin:/bin` };
}

const scheduler = (targets: string[], more: { image?: string; running?: boolean } = {}) => ({
  State: { Running: more.running ?? true },
  Config: { Image: more.image ?? 'pavics/crontab:0.6-rc3' },
  Mounts: targets.map((Destination) => ({ Destination })),
});

const found = async (environment: Record<string, string>) =>
  (await findFormer({ root, environment })).map(({ name }) => name);

describe('worker/former/migrate', () => {
  it('finds nothing on a host that never had it', async () => {
    expect(await found(docker())).toEqual([]);
    expect(await found({ PATH: join(root, 'nothing here') })).toEqual([]);
  });

  it('finds the files of the install scripts and tells those that deploy', async () => {
    for (const path of [
      '/etc/cron.d/PAVICS-deploy',
      '/etc/logrotate.d/PAVICS-deploy',
      '/usr/local/sbin/triggerdeploy.sh',
    ])
      file(path);
    const artifacts = await findFormer({ root, environment: docker() });
    expect(artifacts.map(({ name, deploys }) => [name, deploys])).toEqual([
      ['/etc/cron.d/PAVICS-deploy', true],
      ['/etc/logrotate.d/PAVICS-deploy', false],
      ['/usr/local/sbin/triggerdeploy.sh', true],
    ]);
  });

  it.each([
    ['with all jobs in one file', scheduler(['/opt/crontab/config.yml']), true],
    ['with the autodeploy job among others', scheduler(['/x', '/scheduler-job-configs/autodeploy.yml']), true],
    ['with other jobs only', scheduler(['/scheduler-job-configs/logrotate.yml']), false],
    ['that does not run', scheduler(['/opt/crontab/config.yml'], { running: false }), false],
    ['that is another program', scheduler(['/opt/crontab/config.yml'], { image: 'birdkeeper:1' }), false],
  ])('of a container named scheduler %s', async (_, inspected, counts) => {
    expect(await found(docker(inspected))).toEqual(counts ? ['scheduler'] : []);
  });

  it('removes files and keeps copies with their modes; twice there is nothing left', async () => {
    file('/etc/cron.d/PAVICS-deploy', '7 5 * * * root x\n', 0o640);
    const environment = docker();
    const keep = join(root, 'kept');
    expect(await removeFormer(await findFormer({ root, environment }), keep, root)).toBe(keep);
    expect(existsSync(join(root, '/etc/cron.d/PAVICS-deploy'))).toBe(false);
    expect(readFileSync(join(keep, 'etc/cron.d/PAVICS-deploy'), 'utf8')).toBe('7 5 * * * root x\n');
    expect(statSync(join(keep, 'etc/cron.d/PAVICS-deploy')).mode & 0o777).toBe(0o640);
    expect(await removeFormer(await findFormer({ root, environment }), keep, root)).toBeUndefined();
  });

  it('keeps both files of one name', async () => {
    file('/etc/cron.d/PAVICS-deploy', 'cron\n');
    file('/etc/logrotate.d/PAVICS-deploy', 'logrotate\n');
    const keep = join(root, 'kept');
    await removeFormer(await findFormer({ root, environment: docker() }), keep, root);
    const texts = ['etc/cron.d/PAVICS-deploy', 'etc/logrotate.d/PAVICS-deploy'].map((path) =>
      readFileSync(join(keep, path), 'utf8'),
    );
    expect(texts).toEqual(['cron\n', 'logrotate\n']);
  });
});
