import { candidateVersion, canInstallPackages, installPackages, updateLists } from './apt.mjs';
import { chooseEngine, engineDirectories } from './engine-choice.mjs';
import { askEngine, hasEngineOfOurs, runningEngine, startEngine } from './engine-process.mjs';
import { findProgram, isRoot } from './machine.mjs';
import { SetupProblem, tellDetail } from './report.mjs';

/** @typedef {import('./main.mjs').Context} Context */

/** @type {import('./main.mjs').Part} */
export const dockerEngine = {
  name: 'Docker Engine',
  why: 'the stack runs on it',
  how: ({ env }) =>
    `an engine of ours, installed as docker.io if need be, with its data in ${engineDirectories(env).directory}; it keeps ` +
    'running for the next command; 5 to 30 s',
  byHand: (context) => {
    const choice = choose(context, lastAnswer);
    return choice.start ? 'install and start Docker: https://docs.docker.com/engine/install/' : choice.byHand;
  },
  async look(context) {
    const { env, found } = context;
    if (env.DOCKER_HOST) found.dockerHost = env.DOCKER_HOST;
    const answer = await askEngine(env);
    if (answer.status === 0) {
      const ours = runningEngine(env);
      const whose =
        ours === undefined ? 'used as it is' : `started by a set-up of ours, process ${ours}; ${HOW_TO_STOP}`;
      return { found: `${answer.stdout.trim()} at ${env.DOCKER_HOST || 'the default socket'}, ${whose}` };
    }
    lastAnswer = `${answer.stderr}${answer.problem ?? ''}`;
    const choice = choose(context, lastAnswer);
    return choice.start ? { missing: 'none answers' } : { missing: choice.why, blocked: true };
  },
  async provide(context) {
    const { env } = context;
    const choice = choose(context, lastAnswer);
    if (!choice.start) throw new SetupProblem(choice.why);
    if (choice.install) {
      await installPackages(await enginePackages(env), env);
      // On some machines the package starts the system's own engine after all: then that one is used.
      if ((await askEngine(env)).status === 0) return;
    }
    const daemon = findProgram('dockerd', env);
    if (daemon === undefined) throw new SetupProblem('docker.io is installed and brought no dockerd');
    tellDetail(`starting ${daemon} on ${choice.socket}`);
    await startEngine(env, daemon, choice.socket);
    tellDetail(`it keeps running; ${HOW_TO_STOP}`);
  },
};

const HOW_TO_STOP = '`node scripts/setup.mjs --stop-engine` stops it';

/** What the engine last said instead of its version. */
let lastAnswer = '';

/**
 * @param {Context} context
 * @param {string} answer
 */
const choose = ({ env, target }, answer) =>
  chooseEngine({
    target,
    dockerHost: env.DOCKER_HOST,
    client: findProgram('docker', env) !== undefined,
    daemon: findProgram('dockerd', env) !== undefined,
    ours: hasEngineOfOurs(env),
    canInstall: canInstallPackages(),
    root: isRoot(),
    answer,
  });

/**
 * Newer distributions have the client in a package of its own.
 *
 * @param {NodeJS.ProcessEnv} env
 */
async function enginePackages(env) {
  await updateLists(env);
  const client = (await candidateVersion('docker-cli', env)) === undefined ? [] : ['docker-cli'];
  return ['docker.io', 'iptables', ...client];
}
