/** `npm run bench`: set-up, then the figures. */
import { launch } from '../scripts/launch.mjs';
import { impersonalEnvironment } from '../scripts/setup/environment.mjs';

await launch({
  // The bench stands on the same sample as the tests, so it needs what they need.
  target: 'test',
  program: 'bench/run.js',
  args: process.argv.slice(2),
  environment: (found) => impersonalEnvironment(process.env, found),
});
