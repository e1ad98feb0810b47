/**
 * `npm run fidelity -- --upstream CHECKOUT`: what birdkeeper reads out of a checkout of birdhouse-deploy beside what the scripts of
 * that checkout make of it, tag by tag. Needs dist/ (`npm run build`), a POSIX shell, git, envsubst and the docker command line;
 * nothing is written in the checkout, nothing is made on the engine.
 */
import { parseArguments, USAGE } from './fidelity/arguments.mjs';
import { compareAll } from './fidelity/main.mjs';

// npm runs this in the project's directory: paths on the command line are meant from where the reader stands.
const asked = parseArguments(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());

if (asked.action === 'help') console.log(USAGE);
else if (asked.action === 'usage') {
  console.error(`${asked.problem}\n\n${USAGE}`);
  process.exitCode = 2;
} else process.exitCode = await compareAll(asked);
