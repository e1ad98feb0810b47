import { fileURLToPath } from 'node:url';
import { baseImage } from './base-image.mjs';
import { birds } from './birds.mjs';
import { build } from './build.mjs';
import { compose } from './compose.mjs';
import { dockerEngine } from './engine.mjs';
import { writeFound } from './environment.mjs';
import { leaveCleanly } from './leaving.mjs';
import { nodeModules } from './node-modules.mjs';
import { distributionPackages } from './packages.mjs';
import { inWords, SetupProblem, tellDetail, tellStep } from './report.mjs';
import { temporalCli } from './temporal-cli.mjs';

/** @typedef {import('./arguments.mjs').Target} Target */

/**
 * @typedef {object} Context
 * @property {Target} target
 * @property {NodeJS.ProcessEnv} env
 * @property {string} root the project's directory
 * @property {import('./environment.mjs').Found} found filled by the parts that look
 */

/**
 * One thing that is needed. `look` changes nothing; `provide` is called only when it is missing and not blocked (only
 * a person can help), and throws a SetupProblem when it cannot.
 *
 * @typedef {object} Part
 * @property {string} name
 * @property {readonly Target[]} [targets] what needs it; everything unless given
 * @property {string} why
 * @property {(context: Context) => string} how what `provide` does and how long it takes
 * @property {(context: Context) => string} byHand what a person does where we cannot
 * @property {(context: Context) => Promise<{ found: string } | { missing: string, blocked?: boolean }>} look
 * @property {(context: Context) => Promise<void>} provide
 */

/** In this order: the SDK's download and the build need the packages, Compose needs the engine's client. @type {readonly Part[]} */
const PARTS = [nodeModules, temporalCli, distributionPackages, birds, dockerEngine, compose, baseImage, build];

/** @type {Readonly<Record<Target, string>>} */
const FOR = { start: 'birdkeeper', demo: 'the demonstration', test: 'the tests' };

/**
 * Looks for each part and brings what is missing; with `check` it only looks. A part that fails does not keep the
 * others from being looked at, so that one run tells everything.
 *
 * @param {{ target: Target, check?: boolean, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ ready: boolean, found: import('./environment.mjs').Found }>}
 */
export async function setUp({ target, check = false, env = process.env }) {
  const start = Date.now();
  /** @type {Context} */
  const context = { target, env, root: fileURLToPath(new URL('../..', import.meta.url)), found: {} };
  console.log(
    `Set-up for ${FOR[target]}: ${check ? 'only reports' : 'looks for what is needed and brings what is missing'}.`,
  );
  const giveSignalsBack = leaveCleanly();
  let ready = true;
  for (const part of PARTS.filter(({ targets }) => targets?.includes(target) ?? true)) {
    // Without the packages there is nothing to build with, and the reason stands above.
    if (part === build && !ready && !check) continue;
    ready = (await ensure(part, context, check)) && ready;
  }
  giveSignalsBack();
  if (ready && !check) await writeFound(env, context.found);
  const verdict = ready
    ? 'Everything is there'
    : check
      ? 'Something is missing'
      : 'Not ready: see above what to do by hand';
  console.log(`${verdict} (${inWords(Date.now() - start)}).\n`);
  return { ready, found: context.found };
}

/**
 * @param {Part} part
 * @param {Context} context
 * @param {boolean} check
 */
async function ensure(part, context, check) {
  const start = Date.now();
  try {
    const before = await part.look(context);
    if ('found' in before) {
      tellStep('ok', part.name, before.found);
      return true;
    }
    tellStep(check || before.blocked ? 'missing' : 'making', part.name, before.missing);
    tellDetail(`why: ${part.why}`);
    if (!before.blocked) tellDetail(`how: ${part.how(context)}`);
    if (check || before.blocked) {
      tellDetail(`by hand: ${part.byHand(context)}`);
      return false;
    }
    await part.provide(context);
    const after = await part.look(context);
    if ('missing' in after) throw new SetupProblem(`it ended well, and still: ${after.missing}`);
    tellStep('done', part.name, `${after.found}; took ${inWords(Date.now() - start)}`);
    return true;
  } catch (error) {
    tellStep('failed', part.name, error instanceof SetupProblem ? error.message : String(error));
    tellDetail(`by hand: ${part.byHand(context)}`);
    return false;
  }
}
