/** `npm run demo`: set-up, then the main job in front of the reader. */
import { launch } from './launch.mjs';
import { impersonalEnvironment } from './setup/environment.mjs';

await launch({
  target: 'demo',
  program: 'scripts/demo/main.js',
  args: process.argv.slice(2),
  environment: (found) => impersonalEnvironment(process.env, found),
});
