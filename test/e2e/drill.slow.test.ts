import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseImage, DATABASE_PASSWORD, type DatabaseImage } from '../support/database-image.js';
import { STACK_FOLDER, waitFor, type World } from '../support/world/index.js';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';
import { ranJob } from '../support/world/jobs.js';
import { attempt } from '../support/world/programs.js';

let image: DatabaseImage;
beforeAll(async () => {
  image = await createDatabaseImage();
}, 240_000);
afterAll(() => image.remove());

const component = (): Record<string, string> => ({
  [`${STACK_FOLDER}/components/database/docker-compose-extra.yml`]: `services:
  database:
    image: ${image.tag}
    volumes: ["database:/var/lib/postgresql/data"]
    healthcheck:
      test: ["CMD", "pg_isready", "-h", "/var/run/postgresql"]
      interval: 2s
      retries: 30
  reader:
    depends_on: [database]
volumes:
  database:
`,
  [`${STACK_FOLDER}/components/database/component.yml`]: `backup:
  application:
    - dump: postgres
      container: database
      stop: [reader]
`,
});

const settings = (world: World, more: readonly string[] = []) => [
  'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/database"',
  `export BIRDKEEPER_BACKUP_REPOSITORY='${join(world.dir, 'restic')}'`,
  `export BIRDKEEPER_BACKUP_PASSWORD_FILE='${join(world.dir, 'restic-password')}'`,
  "export BIRDKEEPER_BACKUP_FREQUENCY='@yearly' BIRDKEEPER_BACKUP_KEEP='--keep-last 5'",
  ...more,
];

async function sql(world: World, text: string, database = 'birds'): Promise<string> {
  const { database: container } = await world.state();
  const args = [
    'exec',
    '-e',
    `PGPASSWORD=${DATABASE_PASSWORD}`,
    container?.id ?? '',
    'psql',
    '-U',
    'bird',
    '-d',
    database,
  ];
  const { stdout, stderr, status } = await attempt('docker', [...args, '-Atc', text], { env: world.parts.env });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

describe('drill', () => {
  const world = useWorld({ name: 'drill' }, async (made) => {
    await deployed(made);
    await writeFile(join(made.dir, 'restic-password'), 'corr3ct-h0rse\n');
    await made.push('platform', component(), 'Add a database');
    await made.releaseSettings({ extra: settings(made) }, 'Back it up');
    await waitFor('the database', async () =>
      (await made.history()).at(-1)?.services.some(({ service }) => service === 'database'),
    );
    await idle(made);
    await sql(made, "create table birds (name text); insert into birds values ('finch'), ('raven')");
  });

  it('a backup that stops containers is work of the keeper, and they run again', async () => {
    expect(await ranJob(world(), 'backup')).toBe('done');
    const { reader } = await world().state();
    expect(reader?.status).toBe('running');
    const status = await (await world().temporal()).runsOf('backUpStack');
    expect(status[0]).toMatchObject({ status: 'COMPLETED', result: { paths: ['database/application/1'] } });
  });

  it('the database is destroyed; a restore puts the rows back, and keeps what there was', async () => {
    await sql(world(), "insert into birds values ('dodo')");
    await sql(world(), 'drop table birds');
    await expect(sql(world(), 'select * from birds')).rejects.toThrow(/does not exist/);
    const dry = await world().cli(['restore', '--dry-run']);
    expect(dry).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/database\/application\/1: .*postgres birds/) as string,
    });
    await expect(sql(world(), 'select * from birds')).rejects.toThrow(/does not exist/);
    expect(await world().cli(['restore'])).toMatchObject({ status: 2 });
    const restored = await world().cli(['restore', '--yes'], { limit: 120_000 });
    expect(restored).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/What there was before is in snapshot/) as string,
    });
    expect(await sql(world(), 'select name from birds order by name')).toBe('finch\nraven');
    expect((await world().cli(['check'])).stdout).toMatch(/^up to date/);
  });

  it('a restore of what is not there changes nothing', async () => {
    const restored = await world().cli(['restore', 'deadbeef', '--yes']);
    expect(restored).toMatchObject({ status: 1, stderr: expect.stringContaining('no snapshot deadbeef') as string });
    expect(await sql(world(), 'select count(*) from birds')).toBe('2');
  });

  it('the newest backup is tried, and it is said how long a restore would take', async () => {
    expect(await ranJob(world(), 'verify')).toBe('verified');
    const [verified] = await (await world().temporal()).runsOf('verifyBackup');
    expect(verified?.result).toMatchObject({ dumps: 1, wholeSeconds: expect.any(Number) as number });
  });

  it('a deployment is preceded by a backup, which going back offers', async () => {
    const before = (await world().history()).length;
    const always = settings(world(), ["export BIRDKEEPER_BACKUP_BEFORE='always' READER_NOTE='one'"]);
    await world().releaseSettings({ extra: always }, 'Back up before deployments');
    await waitFor('the deployment', async () => (await world().history()).length > before);
    await idle(world());
    const { number } = (await world().history()).at(-1) ?? expect.fail('none');
    const histories = await (await world().temporal()).histories();
    const its = histories.find(({ workflowId }) => workflowId.endsWith(`/${number}`));
    const steps = its?.history.events?.flatMap(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
    );
    expect(steps?.indexOf('backUpRelease')).toBeGreaterThan(steps?.indexOf('pullImages') ?? 0);
    expect(steps?.indexOf('backUpRelease')).toBeLessThan(steps?.indexOf('advanceCheckouts') ?? 0);
    const back = await world().cli(['rollback', '--wait'], { limit: 120_000 });
    expect(back.stdout).toMatch(/A snapshot of release \d+, of .* can be put back: birdkeeper restore [0-9a-f]{8}/);
    await idle(world());
  });

  it('scenario 30: a failing dump fails the run, nothing is presented as complete, and what was stopped runs', async () => {
    await sql(world(), 'alter database birds rename to gone', 'postgres');
    try {
      expect(await ranJob(world(), 'backup')).toBe('failed');
    } finally {
      await sql(world(), 'alter database gone rename to birds', 'postgres');
    }
    expect((await world().state())['reader']?.status).toBe('running');
  });
});
