import { readFileSync } from 'node:fs';
import { canInstallPackages, installByHand, installPackages } from './apt.mjs';
import { findProgram } from './machine.mjs';
import { isStatic } from './packages.mjs';
import { tellDetail, withSignOfLife } from './report.mjs';
import { describeFailure, run } from './run.mjs';

/** Has `httpd` and `wget` in /bin, as a static busybox would give us. */
export const BASE_IMAGE = 'busybox:1.37.0';
const PACKAGE = 'busybox-static';
const PULL_LIMIT_MS = 60_000;

/** @type {import('./main.mjs').Part} */
export const baseImage = {
  name: 'Base image',
  targets: ['demo', 'test'],
  why: "the sample's services run from it",
  how: () =>
    `${BASE_IMAGE} is pulled when a registry answers, else ${PACKAGE} is installed and the image built from it; 2 to 60 s`,
  byHand: () => `docker pull ${BASE_IMAGE}, or ${installByHand([PACKAGE])}`,
  async look({ env, found }) {
    const busybox = findProgram('busybox', env);
    if (busybox !== undefined && isStatic(readFileSync(busybox))) {
      return { found: `built where it is needed from ${busybox}, which is static` };
    }
    const { status } = await run('docker', ['image', 'inspect', BASE_IMAGE], { env, timeoutMs: 10_000 });
    if (status !== 0) return { missing: `neither ${BASE_IMAGE} on the engine nor a static busybox to build one from` };
    found.baseImage = BASE_IMAGE;
    return { found: `${BASE_IMAGE}, from the registry` };
  },
  async provide({ env }) {
    const pulled = await withSignOfLife('docker pull', (at) =>
      run('docker', ['pull', BASE_IMAGE], { env, timeoutMs: PULL_LIMIT_MS, onLine: at }),
    );
    if (pulled.status === 0) return;
    tellDetail(describeFailure(`\`docker pull ${BASE_IMAGE}\``, pulled));
    if (canInstallPackages()) tellDetail('no registry answers: built here instead');
    await installPackages([PACKAGE], env);
  },
};
