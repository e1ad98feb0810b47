/** @typedef {import('./arguments.mjs').Target} Target */

/**
 * @typedef {object} Situation an engine was asked for its version and did not give it
 * @property {Target} target
 * @property {string | undefined} dockerHost value of DOCKER_HOST
 * @property {boolean} client the `docker` command is there
 * @property {boolean} daemon `dockerd` is there
 * @property {boolean} ours a former set-up of ours started an engine here
 * @property {boolean} canInstall we are root on Debian or Ubuntu
 * @property {boolean} root
 * @property {string} answer what `docker version` said instead
 */

/** @typedef {{ start: true, install: boolean, socket: string } | { start: false, why: string, byHand: string }} EngineChoice */

const DEFAULT_SOCKET = '/var/run/docker.sock';

/**
 * What to do about an engine that does not answer. An engine that somebody else installed is started for demo and tests
 * only beside its own data, and for a real stack not at all: in another data directory that stack would look empty.
 *
 * @param {Situation} situation
 * @returns {EngineChoice}
 */
export function chooseEngine({ target, dockerHost, client, daemon, ours, canInstall, root, answer }) {
  const socket = socketOf(dockerHost);
  if (socket === undefined) {
    const byHand = `start the engine that DOCKER_HOST names, or unset DOCKER_HOST.`;
    return { start: false, why: `DOCKER_HOST is ${dockerHost}, and nothing answers there`, byHand };
  }
  if (/permission denied/i.test(answer)) {
    const byHand = 'add yourself to the group `docker` and log in again, or run this as root.';
    return { start: false, why: `an engine is there and does not let you in (${socket})`, byHand };
  }
  if (target === 'start' && daemon && !ours) {
    const byHand = '`systemctl start docker`, or start `dockerd` as you usually do.';
    return { start: false, why: `the Docker Engine of this machine does not run (${socket})`, byHand };
  }
  const byHand =
    'install and start Docker (https://docs.docker.com/engine/install/), or repeat as root on Debian or Ubuntu.';
  if (!root) return { start: false, why: `no Docker Engine answers (${socket})`, byHand };
  const install = !client || !daemon;
  if (install && !canInstall) return { start: false, why: `no Docker Engine is installed`, byHand };
  return { start: true, install, socket };
}

/**
 * Path of the socket of an engine on this machine; undefined for one that is reached in another way.
 *
 * @param {string | undefined} dockerHost
 */
export function socketOf(dockerHost) {
  if (!dockerHost) return DEFAULT_SOCKET;
  return dockerHost.startsWith('unix://') ? dockerHost.slice('unix://'.length) : undefined;
}

/**
 * Where an engine of ours keeps what it has and what it needs while it runs. A directory that was chosen holds both;
 * otherwise the running part goes where the system empties it at boot, because the pid files there mean nothing after.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function engineDirectories(env) {
  const chosen = env.BIRDKEEPER_ENGINE_DIR;
  const directory = chosen || '/var/lib/birdkeeper-engine';
  return { directory, running: chosen ? `${chosen}/run` : '/run/birdkeeper-engine' };
}

/**
 * Arguments of `dockerd`. The configuration file is an empty one of ours: what the machine's own says about hosts and
 * data directories would contradict these.
 *
 * @param {{ directory: string, running: string }} directories
 * @param {string} socket
 * @param {string | undefined} options further options, separated by blanks
 */
export function engineArguments({ directory, running }, socket, options) {
  return [
    `--config-file=${directory}/daemon.json`,
    `--host=unix://${socket}`,
    `--data-root=${directory}/data`,
    `--exec-root=${running}/exec`,
    `--pidfile=${running}/dockerd.pid`,
    ...(options ?? '').split(/\s+/).filter((option) => option !== ''),
  ];
}
