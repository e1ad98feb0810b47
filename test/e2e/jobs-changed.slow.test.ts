import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { STACK_FOLDER, waitFor, type World } from '../support/world/index.js';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';
import { jobContainers, jobLog, listedJobs, ranJob } from '../support/world/jobs.js';

const SWEEPER = `${STACK_FOLDER}/components/sweeper`;
const sweep = (schedule: string, word: string) => ({
  [`${SWEEPER}/sweep.yml.template`]: `- name: $COMPOSE_PROJECT_NAME-sweep
  comment: Sweeps
  schedule: '${schedule}'
  image: '$BASE_IMAGE'
  command: sh -c "echo ${word} \${SWEEP_WITH}"
`,
});
/** As birdhouse-deploy's components that bring a job: a file that is rendered and mounted into a scheduler, which this stack has not. */
const sweeper: Record<string, string> = {
  [`${SWEEPER}/default.env`]: `export SWEEP_WITH=brooms
export OPTIONAL_VARS="$OPTIONAL_VARS \\$COMPOSE_PROJECT_NAME \\$BASE_IMAGE"
`,
  [`${SWEEPER}/config/scheduler/docker-compose-extra.yml`]: `services:
  scheduler:
    volumes:
      - ./components/sweeper/sweep.yml:/scheduler-job-configs/sweep.yml:ro
`,
  ...sweep('@yearly', 'swept with'),
};

type Texts = Partial<Record<'loud' | 'other' | 'long', string>>;
const LINES = 60;
const TEXTS = ({ dir, images }: World): Required<Texts> => ({
  loud: `schedule: "@every 2s", image: "${images.base}", command: echo loud`,
  other: `schedule: "@yearly", image: "${images.base}", command: echo other`,
  long: `schedule: "@yearly", image: "${images.base}", volumes: ["${dir}/seen:/seen"], command: sh -c "hostname >> /seen/long; for i in \\$(seq 1 ${LINES}); do echo line \\$i; sleep 0.5; done"`,
});

const settings = ({ project }: World, texts: Texts): string[] => [
  'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/sweeper"',
  "export AUTODEPLOY_EXTRA_SCHEDULER_JOBS='",
  ...Object.entries(texts).map(([name, text]) => `- {name: ${project}-${name}, ${text}}`),
  "'",
];

async function release(world: World, texts: Texts, message: string): Promise<void> {
  const before = (await world.history()).length;
  await world.releaseSettings({ extra: settings(world, texts) }, message);
  await waitFor('the deployment', async () => (await world.history()).length > before);
  await idle(world);
  expect((await world.history()).at(-1)?.outcome).toBe('deployed');
}

describe('jobs', () => {
  const world = useWorld(
    {
      name: 'changed',
      files: (files) => ({
        ...files,
        ...sweeper,
        '.gitignore': `${files['.gitignore'] ?? ''}/${SWEEPER}/sweep.yml\n`,
      }),
    },
    async (made) => {
      await mkdir(join(made.dir, 'seen'));
      await deployed(made);
      await release(made, TEXTS(made), 'Add jobs');
    },
  );
  const runsOf = async (name: string) => (await world().temporal()).runsOfJob(`${world().project}-${name}`);
  const nameOf = (job: string) => `${world().project}-${job}`;

  it('scenario 27: a job file that a component mounts into a scheduler runs, once, in a stack without that service', async () => {
    expect(Object.keys(await world().state())).not.toContain('scheduler');
    expect(await ranJob(world(), 'sweep', nameOf('sweep'))).toBe('done');
    const log = await jobLog(world(), 'sweep');
    expect(log.match(/\| swept with brooms$/gm)).toHaveLength(1);
    expect(log.match(/START_TIME=/g)).toHaveLength(2);
    expect(await runsOf('sweep')).toHaveLength(1);
    expect(await jobContainers(world(), 'sweep')).toEqual([]);
    const linted = await world().cli(['jobs', 'lint']);
    expect(linted.stdout).toMatch(new RegExp(`^ok ${nameOf('sweep')}: @yearly, `, 'm'));
  });

  it('its text changes by a push to its template', async () => {
    await world().release('platform', sweep('@every 2s', 'swept again with'), 'Sweep often');
    await waitFor('a run by the schedule', async () =>
      (await jobLog(world(), 'sweep')).includes('| swept again with brooms'),
    );
    await idle(world());
    await world().release('platform', sweep('#', ''), 'Sweep no more');
    await waitFor('no such schedule', async () => !('sweep' in (await listedJobs(world()))));
    await idle(world());
  });

  it('a paused job stays paused when other jobs change, when birdkeeper starts anew, and when its own text changes', async () => {
    await waitFor('loud runs', async () => (await runsOf('loud')).length > 1);
    const paused = await world().cli(['jobs', 'pause', nameOf('loud'), '--reason', 'too loud']);
    expect(paused).toMatchObject({ status: 0 });
    await waitFor('its last run', async () => (await runsOf('loud')).every(({ status }) => status !== 'RUNNING'));
    const before = (await runsOf('loud')).length;
    const expectPaused = async (frequency: string) => {
      await pause(5_000);
      const { loud } = await listedJobs(world());
      expect(loud).toMatchObject({ frequency, paused: expect.stringMatching(/^too loud \(by /) as string });
      expect(await runsOf('loud')).toHaveLength(before);
    };

    const other = { ...TEXTS(world()), other: TEXTS(world()).other.replace('@yearly', '@monthly') };
    await release(world(), other, 'Change another job');
    expect((await listedJobs(world()))['other']?.frequency).toBe('@monthly');
    await expectPaused('@every 2s');

    await world().kill9();
    await world().up();
    await expectPaused('@every 2s');

    const louder = { ...other, loud: TEXTS(world()).loud.replace('2s', '3s').replace('echo loud', 'echo louder') };
    await release(world(), louder, 'Be louder');
    await expectPaused('@every 3s');

    expect(await world().cli(['jobs', 'resume', nameOf('loud')])).toMatchObject({ status: 0 });
    await waitFor('runs of the new text', async () => (await jobLog(world(), 'loud')).includes('| louder'));
    expect((await listedJobs(world()))['loud']?.paused).toBeNull();
    const dues = (await runsOf('loud')).slice(before).map(({ due }) => due);
    expect(dues.every((due) => due % 3_000 === 0)).toBe(true);
  });

  it('taken out of the text while it runs, a job loses its schedule, and its run goes on to its end', async () => {
    expect(await world().cli(['jobs', 'run', nameOf('long')])).toMatchObject({ status: 0 });
    await waitFor('its first lines', async () => (await jobLog(world(), 'long')).includes('| line 3'));
    const [container] = await jobContainers(world(), 'long');
    const { loud, other } = TEXTS(world());
    await release(world(), { loud, other }, 'Remove the long job');
    expect(Object.keys(await listedJobs(world()))).not.toContain('long');
    expect(await world().cli(['jobs', 'run', nameOf('long')])).toMatchObject({ status: 2 });
    expect(await jobContainers(world(), 'long')).toEqual([container]);

    await world().kill9();
    await world().up();
    expect(await jobContainers(world(), 'long')).toEqual([container]);
    await waitFor('its end', async () => (await jobLog(world(), 'long')).includes('END_TIME'));
    const log = await jobLog(world(), 'long');
    const told = [...log.matchAll(/\| line (\d+)$/gm)].map(([, number]) => Number(number));
    expect([...new Set(told)]).toEqual(Array.from({ length: LINES }, (_, index) => index + 1));
    expect(log).toMatch(/done: exit status 0 after/);
    const ended = async () => (await runsOf('long')).map(({ status }) => status).join() === 'COMPLETED';
    await waitFor('the end of its workflow', ended);
    expect((await readFile(join(world().dir, 'seen/long'), 'utf8')).split('\n')).toHaveLength(2);
    await waitFor('no container', async () => (await jobContainers(world(), 'long')).length === 0);
  });
});
