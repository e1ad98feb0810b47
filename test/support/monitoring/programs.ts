/**
 * Programs of the monitoring component that tests make for themselves, kept in the cache of the set-up.
 *
 * The Prometheus of Debian 12 (2.42) refuses `scrape_config_files`, which the component uses: a newer suite's runs here too.
 */
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../activities/shared/run-command.js';
import { SOURCES } from './sources.js';

const SUITE = 'trixie';
const SOURCE = `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian ${SUITE} main\n`;

/** Path of a Prometheus that is at least 2.43. */
export const newerPrometheus = (): Promise<string> => cached(`prometheus-${SUITE}`, fetchPrometheus);

/** Path of cAdvisor 0.53.0, made of its library: its image cannot be had here. Static. */
export const cadvisor = (): Promise<string> => cached('cadvisor-0.53.0', buildCadvisor);

async function cached(name: string, make: (scratch: string) => Promise<string>): Promise<string> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'birdkeeper', 'bin');
  const path = join(folder, name);
  if (await stat(path).catch(() => undefined)) return path;
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(tmpdir(), `bk-test-${name}-`));
  try {
    const made = await make(scratch);
    // Beside its place first: another process may make it too.
    const beside = `${path}.${process.pid}`;
    await cp(made, beside);
    await rename(beside, path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return path;
}

async function buildCadvisor(scratch: string): Promise<string> {
  const target = join(scratch, 'cadvisor');
  await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', target, '.'], {
    cwd: join(SOURCES, 'test/support/monitoring/cadvisor'),
    env: { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly' },
  });
  return target;
}

/** With a state of its own: the lists and packages of this machine are left alone. */
async function fetchPrometheus(scratch: string): Promise<string> {
  for (const folder of ['lists/partial', 'archives/partial']) await mkdir(join(scratch, folder), { recursive: true });
  await writeFile(join(scratch, 'status'), '');
  await writeFile(join(scratch, 'sources.list'), SOURCE);
  const options = [
    ['Dir::Etc::sourcelist', join(scratch, 'sources.list')],
    ['Dir::Etc::sourceparts', '/dev/null'],
    ['Dir::State', scratch],
    ['Dir::State::lists', join(scratch, 'lists')],
    ['Dir::State::status', join(scratch, 'status')],
    ['Dir::Cache', scratch],
    // apt's own user cannot write into a directory of ours.
    ['APT::Sandbox::User', 'root'],
  ].flatMap(([name = '', value = '']) => ['-o', `${name}=${value}`]);
  await run('apt-get', ['-q', ...options, 'update'], { cwd: scratch });
  await run('apt-get', ['-q', ...options, 'download', 'prometheus'], { cwd: scratch });
  const file = (await readdir(scratch)).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw new Error('apt-get brought no package of Prometheus');
  await run('dpkg-deb', ['--extract', file, 'root'], { cwd: scratch });
  return join(scratch, 'root/usr/bin/prometheus');
}

function run(file: string, args: string[], { cwd, env = {} }: { cwd: string; env?: Record<string, string> }) {
  const whole = { ...(process.env as Record<string, string>), ...env };
  return runCommand({ file, args }, { cwd, env: whole, signal: new AbortController().signal, timeoutMs: 600_000 });
}
