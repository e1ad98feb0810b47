/** `npm start -- --stack DIR`: set-up, then `birdkeeper up` in the foreground. */
import { launch } from './launch.mjs';

// npm runs this in the project's directory: paths on the command line, and the default stack, are meant from the
// directory that the reader stands in.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

await launch({
  target: 'start',
  program: 'bin/birdkeeper.js',
  args: ['up', ...process.argv.slice(2)],
  environment: (found) => ({
    ...process.env,
    ...(found.temporalCli === undefined ? {} : { BIRDKEEPER_TEMPORAL_CLI: found.temporalCli }),
  }),
});
