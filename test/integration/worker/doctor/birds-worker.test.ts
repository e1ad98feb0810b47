import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runChecks } from '../../../../client/doctor/run-checks.js';
import { birds } from '../../../../worker/doctor/birds.js';
import { doctorContext } from '../../../../worker/doctor/context.js';
import { createImages, type Images } from '../../../support/images.js';
import { platformStack } from '../../../support/weaver/platform-stack.js';
import { endAfterEach, ending } from '../../../support/weaver/registering.js';

endAfterEach();
let images: Images;
beforeAll(async () => {
  images = await createImages();
}, 120_000);
afterAll(() => images.cleanup());

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();

/** A container of Weaver whose script ends so. */
function container(project: string, service: string, script: string): string {
  const made = `mkdir -p /opt/local/bin/weaver && printf '#!/bin/sh\nexec sh "$@"\n' > /bin/bash && chmod 755 /bin/bash && cat > /opt/local/bin/weaver/celery-healthcheck && exec sleep 3600`;
  const labels = { project, service, oneoff: 'False', 'container-number': '1' };
  const id = docker(
    ...['run', '--detach', '--network', 'none', '--name', `${project}-${service}`],
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `com.docker.compose.${name}=${value}`]),
    ...[images.base, 'sh', '-c', made.replace('cat >', `printf '%s' '${script}' >`)],
  );
  ending(() => Promise.resolve(void docker('rm', '--force', '--volumes', id)));
  return id;
}

describe('worker/doctor/birds', { timeout: 120_000 }, () => {
  it.each([
    ['exit 0', "ok Weaver's worker: takes jobs"],
    [
      'echo lost; exit 2',
      "warn Weaver's worker: in weaver-worker, a worker of Celery does not say OK (exit status 2: lost)",
    ],
  ])('its script ends with %j: %s, and nothing is restarted', async (script, line) => {
    const project = `bk-test-${randomBytes(4).toString('hex')}`;
    const ids = [container(project, 'weaver', 'exit 0'), container(project, 'weaver-worker', script)];
    const started = () => ids.map((id) => docker('inspect', '--format', '{{.State.StartedAt}}', id));
    const before = started();
    const made = await platformStack();
    await made.settings([`export COMPOSE_PROJECT_NAME=${project}`]);
    const { directory } = made.stack.stack;
    const found = await runChecks([birds], doctorContext({ stackDir: directory, stateDirectory: directory }));
    const told = found.filter(({ what }) => what.includes('worker'));
    expect(told.map(({ result, what, finding }) => `${result} ${what}: ${finding}`)).toEqual([line]);
    expect(started()).toEqual(before);
  });
});
