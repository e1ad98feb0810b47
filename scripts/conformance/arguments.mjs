import { parseArgs } from 'node:util';

/**
 * @typedef {object} Judged what the tests read, as environment
 * @property {string} [CONFORMANCE_WEAVER]
 * @property {string} [CONFORMANCE_BIRD]
 * @property {string} [CONFORMANCE_COOKIE]
 * @property {string} [CONFORMANCE_BIRDS_HOST]
 */

/** @typedef {{ action: 'judge', env: Judged } | { action: 'help' } | { action: 'usage', problem: string }} Asked */

export const USAGE = `Usage: npm run test:conformance -- [--weaver URL] [--bird URL] [--birds-host HOST] [--cookie TEXT]

Judges a Weaver by what its releases were measured to do with providers (test/conformance/README.md). It registers birds
of its own under names of its own and takes them away. While it runs, some of them are unwell, and then calls that list
all providers fail for everybody: not for a Weaver that people use.

  --weaver URL       https://host/weaver; without it the double of the tests is judged
  --bird URL         a real WPS, as that Weaver reaches it; registered too
  --birds-host HOST  address of this machine as that Weaver reaches it: birds listen there (default: 127.0.0.1)
  --cookie TEXT      session of who may register, \`auth_tkt=…\`; better in CONFORMANCE_COOKIE, which nobody else sees

Exit status: 0 when every point that can be seen there holds.`;

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Asked}
 */
export function parseArguments(args, env) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        weaver: { type: 'string' },
        bird: { type: 'string' },
        'birds-host': { type: 'string' },
        cookie: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { action: 'help' };
    const { weaver, bird, 'birds-host': host, cookie = env.CONFORMANCE_COOKIE } = values;
    for (const [name, url] of Object.entries({ weaver, bird })) {
      if (url !== undefined && !/^https?:\/\/[^/]/.test(url)) {
        return { action: 'usage', problem: `--${name} takes an http or https URL, which ${url} is not.` };
      }
    }
    return {
      action: 'judge',
      env: {
        ...(weaver === undefined ? {} : { CONFORMANCE_WEAVER: weaver.replace(/\/+$/, '') }),
        ...(bird === undefined ? {} : { CONFORMANCE_BIRD: bird }),
        ...(host === undefined ? {} : { CONFORMANCE_BIRDS_HOST: host }),
        ...(cookie === undefined ? {} : { CONFORMANCE_COOKIE: cookie }),
      },
    };
  } catch (error) {
    return { action: 'usage', problem: error instanceof Error ? error.message : String(error) };
  }
}
