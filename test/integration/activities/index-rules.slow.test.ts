/** The rules that a site can set, in the story of a deployment told in this process on the real parts of a world. */
import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readerConfiguration, STACK_FOLDER, workerTask } from '../../support/world/index.js';
import { LONG, useRules } from './rules-world.js';

const TRIGGER = 'autodeploy/conditional-trigger';
const EXAMPLE = `${STACK_FOLDER}/env.local.example`;

/** What a deployment writes has an owner who has no name here, and drift is repaired. */
const rules = useRules('rules', [
  "export AUTODEPLOY_CODE_OWNERSHIP='4321:4322'",
  "export BIRDKEEPER_ON_DRIFT='repair'",
]);

const checkout = () => join(rules.world.stackDirectory, '..');
const live = (path: string) => readFile(join(checkout(), path), 'utf8');

describe('activities/index', () => {
  describe('a conditional trigger', () => {
    it(
      'scenario 13: that says no: all checkouts advance, nothing is touched, and a later deployment brings it',
      async () => {
        await rules.world.push(
          'platform',
          { [TRIGGER]: '#!/bin/sh\ncase "$GIT_CHANGED_FILES" in *run.sh*) exit 1;; esac\n' },
          'Ask first',
        );
        expect(await rules.deploy()).toMatchObject({ outcome: 'deployed' });
        const before = await rules.containers();
        const pushed = await rules.world.push('platform', workerTask('skipped'), 'Touch the worker');
        const skipped = await rules.deploy();
        expect(skipped).toMatchObject({ outcome: 'deployed', word: 'skipped by conditional trigger' });
        expect(skipped.message).toMatch(/^skipped by conditional trigger: platform: /);
        expect(skipped.plan).toMatchObject({ services: [], skipped: true });
        expect(await rules.containers()).toEqual(before);
        expect((await rules.world.checkedOut()).platform).toBe(pushed);
        expect(await rules.deploy()).toMatchObject({ outcome: 'up to date' });

        // An empty script says yes.
        await rules.world.push(
          'platform',
          { CHANGES: 'deploy\n', [TRIGGER]: '', 'brand/new.txt': 'x\n', [EXAMPLE]: 'export OLD=1\n' },
          'Yes',
        );
        const deployed = await rules.deploy();
        expect(deployed.plan?.services.map(({ service }) => service)).toEqual(['worker']);
      },
      LONG,
    );
  });

  describe('what a push asks of a person', () => {
    it(
      'blocks with its text until somebody insists',
      async () => {
        const before = await rules.containers();
        const files = { ...workerTask('moved'), [EXAMPLE]: 'export OLD=1\n#export BRAND_NEW=x\n' };
        await rules.world.push('platform', files, 'Move the data\n\nNeeds-Person: move /data first');
        const blocked = await rules.deploy();
        expect(blocked).toMatchObject({ outcome: 'blocked', phase: 'verify' });
        expect(blocked.message).toContain('move /data first');
        expect(await rules.containers()).toEqual(before);
        const insisted = await rules.deploy({ force: true });
        expect(insisted).toMatchObject({ outcome: 'deployed' });
        expect(insisted.plan?.newVariables).toEqual(['platform: BRAND_NEW']);
      },
      LONG,
    );
  });

  describe('hooks of components', () => {
    const PRE = `${STACK_FOLDER}/components/worker/pre-docker-compose-up`;
    const POST = `${STACK_FOLDER}/components/worker/post-docker-compose-up`;

    async function pushHooks(pre: string, post: string): Promise<void> {
      const files = { [PRE]: `#!/bin/sh\n${pre}`, [POST]: `#!/bin/sh\n${post}` };
      await rules.world.push('platform', files, 'Hooks');
    }

    it(
      'scenario 24: run around apply with the environment of the stack, and are recorded with their status',
      async () => {
        const out = join(rules.world.parts.dir, 'hooks.txt');
        await pushHooks(`echo "pre $READER_PORT" >> ${out}\n`, `echo post >> ${out}\nexit 3\n`);
        await rules.world.push(
          'platform',
          { [`${STACK_FOLDER}/components/worker/component.yml`]: 'hooks:\n  post:\n    policy: continue\n' },
          'Go on',
        );
        const deployed = await rules.deploy();
        expect(deployed).toMatchObject({ outcome: 'deployed' });
        expect(deployed.plan?.hooks).toEqual([
          { component: 'worker', hook: 'pre' },
          { component: 'worker', hook: 'post' },
        ]);
        expect(await readFile(out, 'utf8')).toBe(`pre ${rules.world.parts.ports.reader}\npost\n`);
        const record = (await rules.here.stack.deployments()).at(-1);
        expect(record?.hooks).toMatchObject([
          { component: 'worker', hook: 'pre', status: 0 },
          { component: 'worker', hook: 'post', status: 3 },
        ]);
      },
      LONG,
    );

    it(
      'scenario 24: that fail or hang roll back, and what the mended push brings is deployed',
      async () => {
        await pushHooks('echo ready\nsleep 600\n', 'true\n');
        await rules.world.push(
          'platform',
          { [`${STACK_FOLDER}/components/worker/component.yml`]: 'hooks:\n  pre:\n    timeout: 2\n' },
          'Limit it',
        );
        const back = await rules.deploy();
        expect(back).toMatchObject({ outcome: 'rolled back', phase: 'roll back' });
        expect(back.message).toMatch(/pre hook of worker .* did not end by itself within 2 s/);
        await pushHooks('true\n', 'true\n');
        expect(await rules.deploy()).toMatchObject({ outcome: 'deployed' });
      },
      LONG,
    );
  });

  describe('approval and windows', () => {
    it(
      'a release waits with its plan, and exactly that plan is carried out after a yes',
      async () => {
        await rules.settings("export BIRDKEEPER_APPROVAL='always'");
        const wanted = await rules.world.push('platform', workerTask('approved'), 'Wait for me');
        const before = await rules.containers();
        const waiting = await rules.deploy();
        expect(waiting).toMatchObject({ outcome: 'waiting', phase: 'approve', waits: { needsApproval: true } });
        expect(await rules.containers()).toEqual(before);

        // The upstream goes on: an approval is for what was shown.
        await rules.world.push('platform', workerTask('later'), 'Not that one');
        const digest = waiting.waits?.digest ?? '';
        const approved = { trigger: 'approved', release: waiting.commits, by: 'ann@host' } as const;
        expect(await rules.deploy({ ...approved, approvedPlan: 'another' })).toMatchObject({ outcome: 'waiting' });
        expect(await rules.deploy({ ...approved, approvedPlan: digest })).toMatchObject({ outcome: 'deployed' });
        expect((await rules.world.checkedOut()).platform).toBe(wanted);
        expect((await rules.here.stack.deployments()).at(-1)).toMatchObject({ by: 'ann@host', trigger: 'approved' });
      },
      LONG,
    );

    it(
      'a closed window is waited for, and its opening is told',
      async () => {
        const year = new Date().getUTCFullYear() + 1;
        await rules.settings(`export BIRDKEEPER_DEPLOY_WINDOWS='0 3 1 1 * for 1h' BIRDKEEPER_TIME_ZONE='UTC'`);
        await rules.world.push('platform', workerTask('window'), 'In the window');
        expect(await rules.deploy()).toMatchObject({
          outcome: 'waiting',
          waits: { needsApproval: false, opensAt: `${year}-01-01T03:00:00.000Z` },
        });
      },
      LONG,
    );
  });

  describe('a rollback by hand', () => {
    it(
      'brings commits and images of a release several back, and that which it left is not deployed again by itself',
      async () => {
        await rules.settings();
        const first = (await rules.here.stack.latestRelease())?.number ?? 0;
        const commits = await rules.world.checkedOut();
        await rules.world.push('platform', readerConfiguration('one'), 'One');
        await rules.deploy();
        const newest = await rules.world.push('platform', readerConfiguration('two'), 'Two');
        await rules.deploy();
        expect(await rules.world.get('reader')).toContain('two');

        const back = await rules.deploy({ trigger: 'rollback', force: true, rollbackTo: first, by: 'ann@host' });
        expect(back).toMatchObject({ outcome: 'deployed' });
        expect(await rules.world.checkedOut()).toEqual(commits);
        expect(await rules.world.get('reader')).not.toContain('two');

        const again = await rules.deploy();
        expect(again).toMatchObject({ outcome: 'quarantined' });
        expect(again.message).toContain('ann@host');
        expect(again.commits.platform).toBe(newest);
      },
      LONG,
    );

    it(
      'to a release that nobody has names those that there are',
      async () => {
        const { outcome, message } = await rules.deploy({ trigger: 'rollback', force: true, rollbackTo: 999 });
        expect(outcome).toBe('failed');
        expect(message).toMatch(/no record of release 999 \(there are: /);
      },
      LONG,
    );
  });

  it('scenario 23: files that a deployment writes belong to AUTODEPLOY_CODE_OWNERSHIP, and git goes on', async () => {
    const rendered = `${STACK_FOLDER}/components/reader/config/reader.conf`;
    for (const path of ['', 'brand/new.txt', 'brand', '.git/HEAD', '.git/index', rendered]) {
      const { uid, gid } = await stat(join(checkout(), path));
      expect({ path, uid, gid }).toEqual({ path, uid: 4321, gid: 4322 });
    }
  });

  it(
    'a pin is followed, backwards as well, and wins over the upstream',
    async () => {
      const older = (await rules.world.checkedOut()).platform ?? '';
      await rules.world.push('platform', workerTask('after the pin'), 'After');
      await rules.deploy();
      await rules.settings(`export BIRDKEEPER_PIN_PLATFORM='${older}'`);
      const pinned = await rules.deploy();
      expect(pinned).toMatchObject({ outcome: 'deployed' });
      expect((await rules.world.checkedOut()).platform).toBe(older);
      expect(await live(`${STACK_FOLDER}/components/worker/tasks/run.sh`)).not.toContain('after the pin');
      await rules.world.push('platform', workerTask('even later'), 'Later');
      expect(await rules.deploy()).toMatchObject({ outcome: 'up to date' });
    },
    LONG,
  );

  it(
    'what does not run as recorded is repaired without a person when that is wanted',
    async () => {
      const { worker } = await rules.world.state();
      execFileSync('docker', ['rm', '--force', worker?.id ?? '']);
      expect(await rules.deploy()).toMatchObject({ outcome: 'deployed', word: 'drifted' });
      expect((await rules.world.state()).worker?.status).toBe('running');
    },
    LONG,
  );

  // Last: nothing unsigned comes in after it.
  describe('signatures', () => {
    it(
      'an unsigned commit is blocked by its name, whoever insists',
      async () => {
        const signers = join(rules.world.parts.dir, 'allowed_signers');
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(rules.world.parts.dir, 'signer')]);
        const key = await readFile(join(rules.world.parts.dir, 'signer.pub'), 'utf8');
        await writeFile(signers, `ann@example.org ${key}`);
        await rules.settings(
          "export BIRDKEEPER_VERIFY_SIGNATURES='every'",
          `export BIRDKEEPER_ALLOWED_SIGNERS='${signers}'`,
        );
        await rules.world.push('platform', workerTask('unsigned'), 'Slip this in');
        for (const force of [false, true]) {
          const { outcome, message, phase } = await rules.deploy({ force });
          expect({ outcome, phase }).toEqual({ outcome: 'blocked', phase: 'verify' });
          expect(message).toContain('Slip this in');
        }
      },
      LONG,
    );
  });
});
