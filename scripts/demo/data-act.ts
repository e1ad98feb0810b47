/** The act of jobs and data: a job runs by itself, and what was destroyed comes back out of a backup. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor, type World } from '../../test/support/world/index.js';
import type { Telling } from './teller.js';

const SEEN = 'ringed 42 finches';

export async function runAndRestore(world: World, telling: Telling): Promise<string> {
  const { dir, project } = world;
  const data = join(dir, 'field-notes');
  await mkdir(data);
  await writeFile(join(data, 'notes'), SEEN);
  await writeFile(join(dir, 'restic-password'), 'a-password-for-a-demo');
  const commit = await world.releaseSettings({ extra: settingsOf(world, data) }, 'Run a job, back up');
  telling.say(
    `pushed ${commit.slice(0, 7)} "Run a job, back up" to private: a job every 3 s in a container, a backup every night`,
  );
  await world.waitForCommit('private', commit);

  const log = join(world.parts.settings.logDirectory, `${project}-count.log`);
  const runs = await waitFor('three runs of the job', async () => {
    const lines = (await readFile(log, 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => line.endsWith('| counted'));
    return lines.length >= 3 ? lines.length : undefined;
  });
  telling.say(`the job ran ${runs} times; its output is in ${log}`);

  await said(world, ['jobs', 'run', 'backup']);
  await waitFor('a backup', async () =>
    (await said(world, ['jobs'])).split('\n').some((line) => /^backup .*backed up/.test(line)),
  );
  await rm(data, { recursive: true });
  telling.say('backed up; then the field notes were removed');
  for (const line of (await said(world, ['restore', '--yes'])).trim().split('\n')) telling.say(`  ${line}`);
  const back = await readFile(join(data, 'notes'), 'utf8');
  if (back !== SEEN) throw new Error(`the notes say ${back}`);
  return `the job ran ${runs} times; the notes say "${back}" again`;
}

const settingsOf = (world: World, data: string): string[] => [
  `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS='
- name: ${world.project}-count
  schedule: "@every 3s"
  image: ${world.images.base}
  command: echo counted
'`,
  `export BIRDKEEPER_BACKUP_PATHS='${data}' BIRDKEEPER_BACKUP_FREQUENCY='30 2 * * *'`,
  `export BIRDKEEPER_BACKUP_REPOSITORY='${join(world.dir, 'restic')}'`,
  `export BIRDKEEPER_BACKUP_PASSWORD_FILE='${join(world.dir, 'restic-password')}'`,
];

async function said(world: World, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await world.cli(args, { limit: 120_000 });
  if (status !== 0) throw new Error(`birdkeeper ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
