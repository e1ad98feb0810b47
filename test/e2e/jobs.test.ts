import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';
import { jobContainers, jobLog, listedJobs } from '../support/world/jobs.js';
import { waitFor, type World } from '../support/world/index.js';

const jobsOf = (world: World, more = '') => [
  `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS="
- name: ${world.project}-tick
  comment: Ticks
  schedule: '@every 2s'
  command: sh -c 'echo tick from \\\${WHO}'
  image: \\\${BASE_IMAGE}
  dockerargs: --env WHO=\\\${WHO}

- name: ${world.project}-bad
  schedule: '@daily'
  command: sh -c 'echo \\\$SEEN; exit 7'
  dockerargs: --env SEEN=\\\$WEB_PASSWORD
  image: \\\${BASE_IMAGE}
- name: ${world.project}-broken
  schedule: [
  command: x
- name: ${world.project}-long
  schedule: '@yearly'
  command: sh -c 'for i in \\$(seq 1 60); do echo line \\$i; sleep 0.25; done'
  image: \\\${BASE_IMAGE}
- name: ${world.project}-hello
  schedule: '@yearly'
  onstart: true
  command: echo hello
  image: \\\${BASE_IMAGE}
${more}"
export WHO=nightjar`,
];
describe('jobs', () => {
  const world = useWorld({ name: 'jobs' }, async (made) => {
    await deployed(made);
    await made.releaseSettings({ extra: jobsOf(made) }, 'Add jobs');
    await waitFor('a deployment of the jobs', async () => (await made.history()).length > 1);
    await idle(made);
  });

  it('scenario 27: a job of the configuration runs by itself, again and again, and its output is in its log', async () => {
    await waitFor('three ticks', async () => (await jobLog(world(), 'tick')).split('tick from').length > 3);
    const log = await jobLog(world(), 'tick');
    expect(log).toContain('| tick from nightjar');
    expect(log).toMatch(new RegExp(`^${world().project}-tick START_TIME=\\S+$`, 'm'));
    expect(log).toMatch(new RegExp(`^${world().project}-tick finished {3}END_TIME=\\S+$`, 'm'));
    expect((await listedJobs(world()))['tick']?.last).toMatchObject({
      outcome: expect.stringMatching(/done|running/) as string,
    });
  });

  it('scenario 28: a malformed job is told with its place, and the others run', async () => {
    expect(Object.keys(await listedJobs(world())).sort()).toEqual(['bad', 'hello', 'logrotate', 'long', 'tick']);
    const told = await readFile(join(world().parts.settings.logDirectory, 'autodeploy.log'), 'utf8');
    expect(told).toMatch(/AUTODEPLOY_EXTRA_SCHEDULER_JOBS, line 1\d: What begins here is not YAML/);
    expect(await world().cli(['jobs', 'lint'])).toMatchObject({ status: 1 });
  });

  it('a job that fails is seen: its status, its last lines, without secrets', async () => {
    expect(await world().cli(['jobs', 'run', `${world().project}-bad`])).toMatchObject({ status: 0 });
    await waitFor('its end', async () => (await listedJobs(world()))['bad']?.last?.outcome === 'failed');
    const runs = await (await world().temporal()).runsOf('runContainerJob');
    const failed = runs.find(({ status }) => status === 'FAILED');
    expect(failed?.result).toMatch(/job \S+-bad failed with exit status 7: ‹redacted›/);
    expect(await jobLog(world(), 'bad')).toMatch(/failed: exit status 7 after/);
    const shown = await world().cli(['jobs', 'logs', `${world().project}-bad`]);
    expect(shown).toMatchObject({ status: 0, stdout: expect.stringContaining('exit status 7') as string });
  });

  it('a person pauses a job and lets it run again', async () => {
    const name = `${world().project}-tick`;
    expect(await world().cli(['jobs', 'pause', name, '--reason', 'too loud'])).toMatchObject({ status: 0 });
    expect((await listedJobs(world()))['tick']?.paused).toMatch(/^too loud \(by /);
    expect(await world().cli(['jobs', 'pause', name])).toMatchObject({ status: 2 });
    expect(await world().cli(['jobs', 'resume', name])).toMatchObject({ status: 0 });
    const before = (await jobLog(world(), 'tick')).split('tick from').length;
    await waitFor('ticks again', async () => (await jobLog(world(), 'tick')).split('tick from').length > before);
    expect(await world().cli(['jobs', 'run', 'nobody'])).toMatchObject({ status: 2 });
  });

  it('killed with the whole of birdkeeper, a run goes on with the container that it had, and onstart starts', async () => {
    const name = `${world().project}-long`;
    await world().cli(['jobs', 'run', name]);
    await waitFor('its first lines', async () => (await jobLog(world(), 'long')).includes('line 5'));
    const [before] = await jobContainers(world(), 'long');
    await world().kill9();
    await world().up();
    expect((await jobContainers(world(), 'long'))[0]?.split(' ')[0]).toBe(before?.split(' ')[0]);
    await waitFor('its end', async () => (await jobLog(world(), 'long')).includes('END_TIME'));
    const log = await jobLog(world(), 'long');
    const numbers = [...log.matchAll(/\| line (\d+)$/gm)].map(([, number]) => Number(number));
    expect([...new Set(numbers)]).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expect(log.split('START_TIME').length).toBe(3);
    await waitFor('the job with onstart', async () => (await jobLog(world(), 'hello')).includes('| hello'));
    await waitFor('no container', async () => (await jobContainers(world(), 'long')).length === 0);
  });

  it('what was removed from the text is removed from the schedules; zero jobs is fine', async () => {
    const before = (await world().history()).length;
    await world().releaseSettings({ extra: [] }, 'Remove the jobs');
    await waitFor('a deployment', async () => (await world().history()).length > before);
    await idle(world());
    expect(Object.keys(await listedJobs(world()))).toEqual(['logrotate']);
  });
});
