/** Users' work, stop first and rollbacks that are withheld, in the story of a deployment. */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiTag, baseFile, STACK_FOLDER, waitFor, workerTask } from '../../support/world/index.js';
import { output } from '../../support/world/programs.js';
import { LONG, useRules } from './rules-world.js';

const rules = useRules('more');

describe('activities/index', () => {
  describe('busy of a component', () => {
    const FOLDER = `${STACK_FOLDER}/components/worker`;
    const whoWorks = () => join(rules.world.dir, 'who-works.txt');
    const isIdle = () => rm(whoWorks(), { force: true });
    const isBusy = () => writeFile(whoWorks(), 'ann (notebook-3)\nben\n');
    const idleFile = async (number: number) => join(await rules.here.stack.deploymentFolder(number), 'idle.json');
    const rulesOf = (limit: string) => `busy:
  command: ./who-works
  services: [worker]
  limit: ${limit}
  every: 1
`;

    /** What runs is asked, so the rule has to be deployed first. */
    async function deployRule(limit: string): Promise<void> {
      await isIdle();
      const script = `#!/bin/sh\n[ -e ${whoWorks()} ] || exit 0\ncat ${whoWorks()}\nexit 1\n`;
      const files = { [`${FOLDER}/component.yml`]: rulesOf(limit), [`${FOLDER}/who-works`]: script };
      await rules.world.push('platform', files, `Wait ${limit} for users`);
      expect(await rules.deploy({ force: true })).toMatchObject({ outcome: 'deployed' });
    }

    it(
      'the plan names who would be interrupted, and nothing moves until they have gone',
      async () => {
        await deployRule('1h');
        await isBusy();
        const pushed = await rules.world.push('platform', workerTask('busy'), 'Interrupt somebody');
        const [before, heads] = [await rules.containers(), await rules.world.checkedOut()];
        const telling = rules.start();
        await waitFor('the waiting', async () => existsSync(await idleFile(telling.status().number)));
        expect(telling.status()).toMatchObject({ phase: 'approve' });
        expect(telling.status().plan?.interrupts).toEqual(['worker: ann (notebook-3)', 'worker: ben']);
        expect([await rules.containers(), await rules.world.checkedOut()]).toEqual([before, heads]);

        await isIdle();
        expect(await telling.ended).toMatchObject({ outcome: 'deployed', warned: [] });
        expect((await rules.world.checkedOut()).platform).toBe(pushed);
      },
      LONG,
    );

    it(
      'at the limit it goes on, and the log says who was interrupted',
      async () => {
        await deployRule('2s');
        await isBusy();
        await rules.world.push('platform', workerTask('limit'), 'Interrupt somebody all the same');
        const began = Date.now();
        const deployed = await rules.deploy();
        expect(deployed).toMatchObject({ outcome: 'deployed' });
        expect(Date.now() - began).toBeGreaterThan(2_000);
        expect(deployed.warned.join('\n')).toMatch(/limit is over.*worker: ann \(notebook-3\)/);
      },
      LONG,
    );

    it(
      'who insists does not wait, and a service that nobody works in is not asked for',
      async () => {
        await deployRule('1h');
        await isBusy();
        await rules.world.push('platform', workerTask('insisted'), 'Now');
        const insisted = await rules.deploy({ force: true });
        expect(insisted).toMatchObject({ outcome: 'deployed' });
        expect(insisted.plan?.interrupts).toHaveLength(2);

        await rules.world.images.publishApi('elsewhere');
        await rules.world.push('platform', apiTag('elsewhere'), 'Change another');
        const other = await rules.deploy();
        expect(other).toMatchObject({ outcome: 'deployed' });
        expect(other.plan?.interrupts ?? []).toEqual([]);
        await isIdle();
      },
      LONG,
    );
  });

  describe('on-change of a component', () => {
    const FOLDER = `${STACK_FOLDER}/components/worker`;
    const file = (name: string, text: string) => ({ [`${FOLDER}/tasks/${name}`]: `${text}\n` });
    const MANIFEST = `on-change:
  - { path: tasks/notes.txt, action: nothing }
  - { path: tasks/made, services: [worker, wroker], action: recreate }
`;

    it(
      'a file inside a mounted directory has the rule that names it, and a name that nothing has is told',
      async () => {
        const files = { ...file('notes.txt', '1'), ...file('made/a.txt', '1'), [`${FOLDER}/component.yml`]: MANIFEST };
        await rules.world.push('platform', files, 'Rules for files');
        const ruled = await rules.deploy();
        expect(ruled).toMatchObject({ outcome: 'deployed' });
        expect(ruled.plan?.warnings.join('\n')).toMatch(/names the service wroker, which no compose file/);

        const cases = [
          [file('notes.txt', '2'), []],
          [file('made/a.txt', '2'), ['worker recreate']],
          [workerTask('ruled'), ['worker restart']],
          [{ ...file('notes.txt', '3'), ...file('made/b.txt', '3') }, ['worker recreate']],
        ] as const;
        for (const [changed, expected] of cases) {
          await rules.world.push('platform', changed, 'Change a file');
          const deployed = await rules.deploy();
          expect(deployed).toMatchObject({ outcome: 'deployed' });
          expect(deployed.plan?.services.map(({ service, action }) => `${service} ${action}`)).toEqual(expected);
        }
      },
      LONG,
    );
  });

  describe('BIRDKEEPER_STOP_FIRST', () => {
    const running = async () => (await rules.world.containers()).filter(({ status }) => status === 'running');

    /** When each container that runs was ended last, and when it was started since. */
    async function stopsAndStarts(): Promise<{ stops: number[]; starts: number[] }> {
      const ids = (await running()).map(({ id }) => id);
      const format = '{{.State.FinishedAt}} {{.State.StartedAt}}';
      const text = await output('docker', ['inspect', '--format', format, ...ids], { env: rules.world.parts.env });
      const times = text.split('\n').map((line) => line.split(' ').map((time) => Date.parse(time)));
      return { stops: times.map(([stop = NaN]) => stop), starts: times.map(([, start = NaN]) => start) };
    }

    it(
      'everything is stopped, and only then everything is started again',
      async () => {
        await rules.settings("export BIRDKEEPER_STOP_FIRST='true'");
        const before = await running();
        await rules.world.push('platform', workerTask('stop first'), 'Touch one');
        const deployed = await rules.deploy();
        expect(deployed).toMatchObject({ outcome: 'deployed' });
        const services = before.map(({ service }) => service);
        expect(deployed.plan?.services.map(({ service }) => service).sort()).toEqual(services);
        const after = await running();
        expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
        const { stops, starts } = await stopsAndStarts();
        expect(Math.max(...stops)).toBeLessThan(Math.min(...starts));
        expect(await rules.deploy()).toMatchObject({ outcome: 'up to date' });
      },
      LONG,
    );

    it(
      'a release that fails is rolled back, and all that was stopped runs again',
      async () => {
        const before = await running();
        await rules.world.images.publishApi('sick', 'sick');
        await rules.world.push('platform', apiTag('sick'), 'Break api');
        expect(await rules.deploy()).toMatchObject({ outcome: 'rolled back', phase: 'roll back' });
        const after = await running();
        expect(after.map(({ service, imageId }) => `${service} ${imageId}`)).toEqual(
          before.map(({ service, imageId }) => `${service} ${imageId}`),
        );
        expect(after.every(({ health }) => health === undefined || health === 'healthy')).toBe(true);
        expect(await rules.world.get('web')).toMatch(/version/);
        await rules.world.push('platform', apiTag('elsewhere'), 'Mend api');
        await rules.settings();
      },
      LONG,
    );
  });

  describe('what would not be deployed as it is meant', () => {
    const holders: [whose: string, labels: string[], says: RegExp][] = [
      ['another project', ['--label', 'com.docker.compose.project=other'], /project other.*COMPOSE_PROJECT_NAME=other/],
      ['no project', [], /that Compose did not make/],
    ];
    it.each(holders)(
      'a container name that a container of %s has: refused before anything moves',
      async (_, labels, says) => {
        const { world } = rules;
        const docker = (...args: string[]) => output('docker', args, { env: world.parts.env });
        const name = `${world.project}-held`;
        await docker('run', '--detach', '--name', name, ...labels, world.images.base, 'sleep', '600');
        try {
          const before = [await rules.containers(), await world.checkedOut()];
          const held = `  held:\n    image: \${BASE_IMAGE}\n    container_name: ${name}\n    command: [sleep, "600"]\n`;
          await world.push('platform', baseFile({ version: labels.join(), extra: held }), 'Take a name');
          const refused = await rules.deploy();
          expect(refused.outcome).toBe('failed');
          expect(refused.message).toMatch(says);
          expect([await rules.containers(), await world.checkedOut()]).toEqual(before);
        } finally {
          await docker('rm', '--force', name);
        }
        await world.push('platform', baseFile({ version: '1' }), 'Leave it');
        expect(await rules.deploy({ force: true })).toMatchObject({ outcome: 'deployed' });
      },
      LONG,
    );

    it(
      "the platform's own autodeploy job: refused before anything moves, unless both shall run",
      async () => {
        const before = await rules.containers();
        const extra = `
  scheduler:
    image: pavics/crontab:0.6-rc2
    volumes:
      - ./components/worker/tasks/run.sh:/opt/crontab/config.yml:ro
`;
        await rules.world.push('platform', baseFile({ version: '1', extra }), 'Deploy by itself, too');
        expect(await rules.deploy()).toMatchObject({
          outcome: 'failed',
          message: expect.stringMatching(/^Service scheduler is the platform's own scheduler/) as string,
        });
        expect(await rules.containers()).toEqual(before);
        await rules.world.push('platform', baseFile({ version: '1' }), 'Leave it to birdkeeper');
        expect(await rules.deploy({ force: true })).toMatchObject({ outcome: 'deployed' });
      },
      LONG,
    );
  });

  describe('label birdkeeper.rollback: manual', () => {
    const COMPOSE = `${STACK_FOLDER}/components/api/docker-compose-extra.yml`;

    it(
      'a failed release stays as it runs, and a rollback by hand brings the former one back from there',
      async () => {
        const text = await readFile(join(rules.world.parts.developers.platform.dir, COMPOSE), 'utf8');
        const labelled = `${text}    labels:\n      birdkeeper.rollback: manual\n`;
        await rules.world.push('platform', { [COMPOSE]: labelled }, 'A person decides');
        expect(await rules.deploy()).toMatchObject({ outcome: 'deployed' });
        const [heads, former] = [await rules.world.checkedOut(), (await rules.world.state()).api?.imageId];
        const release = await rules.here.stack.latestRelease();

        const bad = await rules.world.push('platform', apiTag('sick'), 'Break api');
        const withheld = await rules.deploy();
        expect(withheld).toMatchObject({ outcome: 'roll back withheld' });
        expect(withheld.message).toMatch(/needs a person for: api \(birdkeeper\.rollback\)/);
        expect(withheld.plan?.manualRollback).toEqual(['api']);
        expect((await rules.world.checkedOut()).platform).toBe(bad);
        expect((await rules.world.state()).api?.imageId).not.toBe(former);
        expect(await rules.deploy()).toMatchObject({ outcome: 'quarantined' });

        const back = await rules.deploy({ trigger: 'rollback', force: true, rollbackTo: -1, by: 'ann@host' });
        expect(back, back.message).toMatchObject({ outcome: 'deployed' });
        expect(await rules.world.checkedOut()).toEqual(heads);
        expect((await rules.world.state()).api).toMatchObject({ imageId: former, health: 'healthy' });
        const now = await rules.here.stack.latestRelease();
        expect(now).toMatchObject({ commits: release?.commits, services: release?.services });
        expect(await rules.deploy()).toMatchObject({ outcome: 'quarantined' });
      },
      LONG,
    );
  });
});
