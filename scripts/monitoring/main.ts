/** Writes what is made of the alert rules; `--check` only says whether it is current. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { offencesOf } from './check.js';
import { generate } from './generate.js';
import { ALL_RULES } from './rules/index.js';

const [root = '.', mode] = process.argv.slice(2);
const offences = ALL_RULES.flatMap(offencesOf);

if (offences.length > 0) {
  offences.forEach((offence) => console.error(offence));
  process.exitCode = 1;
} else {
  for (const { path, text } of await generate()) {
    const file = join(root, path);
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
    if (mode === '--check') {
      console.error(`${path} is not current: node scripts/monitoring.mjs`);
      process.exitCode = 1;
    } else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      console.log(path);
    }
  }
}
