import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from '../setup/apt.mjs';
import { STAND_IN_LABEL } from '../setup/debian-base.mjs';
import { inScratch } from '../setup/leaving.mjs';
import { findProgram } from '../setup/machine.mjs';
import { SetupProblem } from '../setup/report.mjs';
import { describeFailure, run } from '../setup/run.mjs';

/**
 * Images under the names of published ones that cannot be pulled here: the same programs at the same places, started in the same
 * way, above busybox where the published ones have Alpine, which is busybox too.
 *
 * @typedef {object} StandIn
 * @property {string} image its whole name
 * @property {string} dockerfile
 * @property {Readonly<Record<string, string>>} [copies] name in the context → path of the file
 * @property {Readonly<Record<string, string>>} [texts] name in the context → its text, executable
 * @property {'none' | 'host'} [network] of its steps; none unless given
 */

const BUILD_MS = 900_000;

/** A system of nothing but busybox, with the user of Temporal's images. */
const BUSYBOX = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p /etc /tmp /usr/local/bin /home/temporal \\
  && chmod 1777 /tmp \\
  && echo root:x:0:0:root:/root:/bin/sh > /etc/passwd \\
  && echo temporal:x:1000:1000:temporal:/home/temporal:/bin/sh >> /etc/passwd \\
  && echo temporal:x:1000: > /etc/group \\
  && chown 1000:1000 /home/temporal
`;

/**
 * @param {string} image
 * @param {string} programs directory of a server's programs
 * @returns {StandIn}
 */
export const serverStandIn = (image, programs) => ({
  image,
  dockerfile: `${BUSYBOX}COPY temporal-server /usr/local/bin/
WORKDIR /etc/temporal
USER temporal
CMD ["temporal-server", "start"]
`,
  copies: { 'temporal-server': join(programs, 'temporal-server') },
});

/**
 * @param {string} image
 * @param {string} programs directory of a server's programs
 * @param {string} cli path of the Temporal command line
 * @returns {StandIn}
 */
export const adminToolsStandIn = (image, programs, cli) => ({
  image,
  dockerfile: `${BUSYBOX}COPY temporal-sql-tool temporal /usr/local/bin/
USER temporal
CMD ["sleep", "1000000"]
`,
  copies: { 'temporal-sql-tool': join(programs, 'temporal-sql-tool'), temporal: cli },
});

/**
 * @param {string} image
 * @param {string} programs directory of the UI's program
 * @returns {StandIn}
 */
export const uiStandIn = (image, programs) => ({
  image,
  dockerfile: `${BUSYBOX}WORKDIR /home/ui-server
COPY ui-server ./
COPY docker.yaml ./config/
USER temporal
EXPOSE 8080
ENTRYPOINT ["./ui-server", "--env", "docker", "start"]
`,
  copies: { 'ui-server': join(programs, 'ui-server'), 'docker.yaml': join(programs, 'docker.yaml') },
});

/**
 * Builds one, from a directory that is gone afterwards. Throws a SetupProblem when it cannot.
 *
 * @param {StandIn} standIn
 * @param {NodeJS.ProcessEnv} env
 */
export async function buildStandIn({ image, dockerfile, copies = {}, texts = {}, network = 'none' }, env) {
  await inScratch(join(tmpdir(), 'birdkeeper-stand-in-'), async (context) => {
    await mkdir(context, { recursive: true });
    if (dockerfile.includes('COPY busybox')) await copyFile(await busybox(env), join(context, 'busybox'));
    for (const [name, path] of Object.entries(copies)) await copyFile(path, join(context, name));
    for (const [name, text] of Object.entries(texts)) await writeFile(join(context, name), text, { mode: 0o755 });
    await writeFile(join(context, 'Dockerfile'), dockerfile);
    const options = ['--quiet', '--force-rm', '--network', network, '--label', `${STAND_IN_LABEL}=${image}`];
    const args = ['build', ...options, '--tag', image, context];
    // BuildKit is not on every machine; the classic builder is.
    const built = await run('docker', args, { env: { ...env, DOCKER_BUILDKIT: '0' }, timeoutMs: BUILD_MS });
    if (built.status !== 0) throw new SetupProblem(describeFailure(`the build of ${image}`, built));
  });
}

/** @param {NodeJS.ProcessEnv} env */
async function busybox(env) {
  const found = findProgram('busybox', env);
  if (found !== undefined) return found;
  await installPackages(['busybox-static'], env);
  return findProgram('busybox', env) ?? '/bin/busybox';
}
