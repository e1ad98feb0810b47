/**
 * `npm run picture [-- FILE]`: a real deployment that is rolled back, as the Temporal UI shows it. Set-up, a sample
 * stack as the demo has it, a headless chromium; removes what it made, except for the picture.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './launch.mjs';
import { impersonalEnvironment } from './setup/environment.mjs';
import { findProgram } from './setup/machine.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
const PICTURE = fileURLToPath(new URL('../docs/pictures/deployment.png', import.meta.url));

const browser = BROWSERS.map((name) => findProgram(name, process.env)).find((path) => path !== undefined);
const [file, ...others] = process.argv.slice(2);

if (others.length > 0 || file?.startsWith('-')) {
  console.error('usage: npm run picture [-- FILE]\n\n  FILE  where to write it (docs/pictures/deployment.png)');
  process.exitCode = 2;
} else if (browser === undefined) {
  console.error(
    `No browser to take the picture with: none of ${BROWSERS.join(', ')} is on PATH. ` +
      'Install one (Debian: apt-get install chromium) and try again.',
  );
  process.exitCode = 1;
} else {
  await launch({
    target: 'demo',
    program: 'scripts/picture/main.js',
    args: [browser, file === undefined ? PICTURE : resolve(process.env.INIT_CWD ?? '.', file)],
    environment: (found) => impersonalEnvironment(process.env, found),
  });
}
