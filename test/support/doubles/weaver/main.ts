/**
 * Stands for Weaver as a program: `node main.js [weaver.ini]`. STORE names a file in which providers outlive it, as they do in a database;
 * the rest is in settings.ts.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { runUntilTold, type Environment } from '../program.js';
import { startWeaver } from './index.js';
import { settingsOf } from './settings.js';
import { memoryStore, type Store, type StoredProvider } from './store.js';

const env: Environment = process.env;
const [, , ini] = process.argv;

const settings = settingsOf(env, ini === undefined ? '' : readFileSync(ini, 'utf8'));
const weaver = await startWeaver({
  ...settings,
  store: storeAt(env['STORE']),
  // As a server's own log, for who cannot look into the process.
  answered: ({ method, url, status, text }) => console.log([method, url, status, text].join(' ').trim()),
});
runUntilTold(`What stands for Weaver (${weaver.role})`, weaver);

function storeAt(file: string | undefined): Store {
  if (file === undefined || file === '') return memoryStore();
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredProvider[]) : [];
  return memoryStore(kept, (all) => {
    writeFileSync(`${file}.new`, JSON.stringify(all));
    renameSync(`${file}.new`, file);
  });
}
