/** @typedef {'start' | 'demo' | 'test'} Target What the machine is set up for. */

/**
 * @typedef {{ action: 'set up', target: Target, check: boolean } | { action: 'stop engine' } | { action: 'help' }
 *   | { action: 'usage', problem: string }} Asked
 */

export const USAGE = `Usage: node scripts/setup.mjs [--for start|demo|test] [--check]
       node scripts/setup.mjs --stop-engine

  --for TARGET    what the machine is set up for (default: start)
  --check         only report; exit status 1 when something is missing
  --stop-engine   stop the Docker Engine that a former set-up started, and no other

Environment:
  BIRDKEEPER_TEMPORAL_CLI      path of the Temporal command line to use
  BIRDKEEPER_ENGINE_DIR        where an engine that we start keeps its data (default: /var/lib/birdkeeper-engine)
  BIRDKEEPER_ENGINE_OPTIONS    further options for it, separated by blanks (beside another engine: --bridge=none)
  DOCKER_HOST                  engine to use; an engine that we start listens there when it is a unix socket
  XDG_CACHE_HOME               our cache is its directory birdkeeper (default: ~/.cache/birdkeeper)`;

/** @type {readonly string[]} */
const TARGETS = ['start', 'demo', 'test'];

/**
 * @param {readonly string[]} args
 * @returns {Asked}
 */
export function parseArguments(args) {
  /** @type {Target} */
  let target = 'start';
  let check = false;
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--help' || word === '-h') return { action: 'help' };
    if (word === '--stop-engine') return { action: 'stop engine' };
    if (word === '--check') check = true;
    else if (word === '--for' || word.startsWith('--for=')) {
      const value = word === '--for' ? rest.shift() : word.slice('--for='.length);
      if (!isTarget(value)) return { action: 'usage', problem: `--for takes one of ${TARGETS.join(', ')}.` };
      target = value;
    } else return { action: 'usage', problem: `${word} is not known.` };
  }
  return { action: 'set up', target, check };
}

/**
 * @param {string | undefined} value
 * @returns {value is Target}
 */
const isTarget = (value) => value !== undefined && TARGETS.includes(value);
