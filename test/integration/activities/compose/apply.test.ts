import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recreateCommand } from '../../../../activities/compose/command.js';
import { newJournal } from '../../../../activities/compose/journal.js';
import { guarded } from '../../../../activities/shared/guarded.js';
import { type Command } from '../../../../activities/shared/run-command.js';
import { type Images, createImages } from '../../../support/images.js';
import { Sample, decision, processEnvironment, until } from './sample.js';

let images: Images;
let sample: Sample | undefined;

const service = (rest: Record<string, unknown> = {}) => ({
  image: images.base,
  init: true,
  command: ['sleep', '3600'],
  // A network of its own would cost each test a second or two.
  ...('ports' in rest || 'network_mode' in rest ? {} : { network_mode: 'none' }),
  ...rest,
});

beforeAll(async () => {
  images = await createImages();
});
afterAll(async () => {
  await images.cleanup();
});
afterEach(async () => {
  await sample?.remove();
  sample = undefined;
});

describe('activities/compose/apply', () => {
  it('recreates what was decided and leaves the containers of the others', async () => {
    sample = await Sample.create({ web: service(), db: service() });
    await sample.recreateAll();
    const before = await sample.ids();
    await sample.apply([decision('web', 'recreate'), decision('db', 'nothing')]);
    const after = await sample.ids();
    expect(after['db']).toBe(before['db']);
    expect(after['web']).not.toBe(before['web']);
    expect(sample.lines.join('\n')).toContain('Started');
  });

  it('does nothing the second time', async () => {
    sample = await Sample.create({ web: service(), db: service() });
    await sample.recreateAll();
    const journal = sample.newJournal();
    const decisions = [decision('web', 'recreate'), decision('db', 'restart')];
    await sample.apply(decisions, { journal });
    const once = await sample.containers();
    await sample.apply(decisions, { journal });
    const twice = await sample.containers();
    expect(twice.map(({ id, startedAt }) => [id, startedAt])).toEqual(once.map(({ id, startedAt }) => [id, startedAt]));
  });

  it('restarts in the same container, which then sees the file that replaced a singly mounted one', async () => {
    sample = await Sample.create({ web: service({ volumes: ['./page.txt:/page.txt:ro'] }) });
    const page = join(sample.directory, 'page.txt');
    await writeFile(page, 'old');
    await sample.recreateAll();
    const [before] = await sample.containers();
    await writeFile(`${page}.new`, 'new');
    await rename(`${page}.new`, page);
    await sample.apply([decision('web', 'restart')]);
    const [after] = await sample.containers();
    expect(after?.id).toBe(before?.id);
    expect(await sample.docker('exec', after?.id ?? '', 'cat', '/page.txt')).toBe('new');
  });

  it('sends a signal to a process that goes on', async () => {
    sample = await Sample.create({
      web: service({
        command: ['sh', '-c', 'trap "echo got hup" HUP; echo ready; while true; do sleep 0.1; done'],
        init: false,
        stop_grace_period: '0s',
      }),
    });
    await sample.recreateAll();
    const { engine, step } = sample;
    const [before] = await sample.containers();
    const logs = async () => (await engine.logs(before?.id ?? '', 5, { signal: step.signal })).join(' ');
    await until('the trap is set', async () => (await logs()).includes('ready'));
    await sample.apply([decision('web', 'signal', { signal: 'HUP' })]);
    await until('the signal arrives', async () => (await logs()).includes('got hup'));
    const [after] = await sample.containers();
    expect([after?.id, after?.startedAt]).toEqual([before?.id, before?.startedAt]);
  });

  it('asks for all services of a level that want the same with one command', async () => {
    const hup = () =>
      service({
        command: ['sh', '-c', 'trap "echo got hup" HUP; echo ready; while true; do sleep 0.1; done'],
        init: false,
        stop_grace_period: '0s',
      });
    sample = await Sample.create({ a: hup(), b: hup(), c: service(), d: service() });
    await sample.recreateAll();
    const { engine, step, view } = sample;
    const logOf = async (id: string) => (await engine.logs(id, 5, { signal: step.signal })).join(' ');
    const [a, b] = await sample.containers();
    const both = [a?.id ?? '', b?.id ?? ''];
    await until('the traps are set', async () =>
      (await Promise.all(both.map(logOf))).every((log) => /ready/.test(log)),
    );
    const commands: string[] = [];
    const recording = { ...view, wrap: (command: Command) => (commands.push(command.args.join(' ')), command) };
    const hupped = ['a', 'b'].map((name) => decision(name, 'signal', { signal: 'HUP' }));
    const restarted = ['c', 'd'].map((name) => decision(name, 'restart'));
    await sample.apply([...hupped, ...restarted], { view: recording });
    expect(commands.filter((args) => args !== '').map((args) => args.replace(/.*compose\.json /, ''))).toEqual([
      'restart --no-deps c d',
      'kill --signal HUP a b',
    ]);
    await until('both got it', async () => (await Promise.all(both.map(logOf))).every((log) => /got hup/.test(log)));
  });

  it('starts a dependent only when its dependency is healthy or done', async () => {
    sample = await Sample.create({
      db: service({
        command: ['sh', '-c', 'sleep 1; touch /ok; sleep 3600'],
        healthcheck: { test: ['CMD', 'test', '-f', '/ok'], interval: '200ms', retries: 50 },
      }),
      job: service({ command: ['sleep', '1'] }),
      web: service({
        depends_on: { db: { condition: 'service_healthy' }, job: { condition: 'service_completed_successfully' } },
      }),
    });
    await sample.recreateAll();
    const [db, job, web] = await sample.containers();
    expect(db?.health).toBe('healthy');
    expect(job).toMatchObject({ state: 'exited', exitCode: 0 });
    expect(Date.parse(web?.startedAt ?? '') - Date.parse(job?.startedAt ?? '')).toBeGreaterThanOrEqual(1000);
  });

  it('fails at once when a dependency crashes, and names both', async () => {
    sample = await Sample.create({
      job: service({ command: ['sh', '-c', 'exit 3'] }),
      web: service({ depends_on: { job: { condition: 'service_completed_successfully' } } }),
    });
    await expect(sample.recreateAll()).rejects.toMatchObject({
      type: 'Unhealthy',
      message: expect.stringMatching(/Service web needs job to be done: it exited with status 3/) as string,
    });
    expect(Object.keys(await sample.ids())).toEqual(['job']);
  });

  it('recreates who shares a namespace or volumes, when it is told so', async () => {
    sample = await Sample.create(
      {
        web: service({ volumes: ['data:/data'] }),
        side: service({ network_mode: 'service:web' }),
        reader: service({ volumes_from: ['web'] }),
      },
      { volumes: { data: {} } },
    );
    await sample.recreateAll();
    const before = await sample.ids();
    await sample.apply(['web', 'side', 'reader'].map((name) => decision(name, 'recreate')));
    const after = await sample.ids();
    expect(Object.keys(after)).toEqual(['reader', 'side', 'web']);
    expect(Object.keys(after).filter((name) => after[name] === before[name])).toEqual([]);
    expect((await sample.containers()).map(({ state }) => state)).toEqual(['running', 'running', 'running']);
  });

  it('removes the containers of a service that is gone from the files', async () => {
    sample = await Sample.create({ web: service(), old: service() });
    await sample.recreateAll();
    await sample.write({ web: service() });
    await sample.apply([decision('web', 'nothing')], { removed: ['old'] });
    expect(Object.keys(await sample.ids())).toEqual(['web']);
  });

  it('runs pinned image ids whatever the reference means by now', async () => {
    const former = await images.buildImage({ tag: `${images.base}-pin`, files: { '/v': 'one' } });
    sample = await Sample.create({ web: service({ image: `${images.base}-pin` }) });
    await sample.recreateAll();
    const later = await images.buildImage({ tag: `${images.base}-pin`, files: { '/v': 'two' } });
    await sample.recreateAll();
    expect((await sample.containers())[0]?.imageId).toBe(later);
    await sample.apply([decision('web', 'recreate')], {
      pins: { overrideFile: join(sample.directory, 'pins.json'), imageIds: { web: former } },
      imageIds: { web: former },
    });
    expect((await sample.containers())[0]?.imageId).toBe(former);
    await sample.docker('rm', '--force', (await sample.ids())['web'] ?? '');
    await sample.docker('rmi', former);
  });

  it('needs no pins to roll back what was only restarted', async () => {
    sample = await Sample.create({ web: service() });
    await sample.recreateAll();
    const before = await sample.ids();
    await sample.apply([decision('web', 'restart')], {
      pins: { overrideFile: join(sample.directory, 'pins.json'), imageIds: {} },
    });
    expect(await sample.ids()).toEqual(before);
  });

  it('says what Compose said when a port is taken', async () => {
    sample = await Sample.create({ one: service({ ports: ['127.0.0.1:0:80'] }), two: service() });
    await sample.apply([decision('one', 'recreate')]);
    const port = (await sample.containers())[0]?.id ?? '';
    const mapped = (await sample.docker('port', port)).replace(/.*:/, '');
    await sample.write({
      one: service({ ports: ['127.0.0.1:0:80'] }),
      two: service({ ports: [`127.0.0.1:${mapped}:80`] }),
    });
    await expect(sample.apply([decision('two', 'recreate')])).rejects.toMatchObject({
      type: 'ApplyFailed',
      message: expect.stringMatching(/could not recreate two[\s\S]*already allocated/) as string,
    });
  });

  describe('after a kill', () => {
    const slow = () =>
      service({
        init: false,
        command: ['sh', '-c', "trap '' TERM; while true; do sleep 0.1; done"],
        stop_grace_period: '2s',
        deploy: { replicas: 2 },
      });

    it.each([300, 1500])('of Compose itself after %i ms, applying again converges', async (after) => {
      sample = await Sample.create({ web: slow(), db: service() });
      await sample.recreateAll();
      const before = await sample.ids();
      const journal = sample.newJournal();
      const decisions = [decision('web', 'recreate'), decision('db', 'nothing')];
      const { file, args } = recreateCommand(sample.view, ['web']);
      // What a host that died in the middle leaves: the journal is there, Compose is not.
      await writeFile(journal, JSON.stringify(newJournal({ decisions, removed: [] }, await sample.containers())));
      const child = spawn(file, args, {
        env: processEnvironment(),
        cwd: sample.directory,
        detached: true,
        stdio: 'ignore',
      });
      await new Promise((resolve) => setTimeout(resolve, after));
      if (child.pid !== undefined && child.exitCode === null) {
        const gone = once(child, 'exit');
        process.kill(-child.pid, 'SIGKILL');
        await gone;
      }
      await sample.apply(decisions, { journal });
      const containers = await sample.containers();
      expect(containers.map(({ name, state }) => `${name} ${state}`)).toEqual([
        `${sample.view.name}-db-1 running`,
        `${sample.view.name}-web-1 running`,
        `${sample.view.name}-web-2 running`,
      ]);
      expect(containers[0]?.id).toBe(before['db']);
    });

    it('of the worker alone, the command that runs on is waited for and not repeated', async () => {
      sample = await Sample.create({ web: slow() });
      await sample.recreateAll();
      const journal = sample.newJournal();
      const decisions = [decision('web', 'recreate')];
      await writeFile(journal, JSON.stringify(newJournal({ decisions, removed: [] }, await sample.containers())));
      const lock = join(sample.directory, 'lock');
      const orphan = guarded(recreateCommand(sample.view, ['web']), { lock, waitSeconds: 5, limitSeconds: 60 });
      const child = spawn(orphan.file, orphan.args, {
        env: processEnvironment(),
        cwd: sample.directory,
        detached: true,
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      await until('the orphan holds the lock', async () => {
        const probe = spawn('flock', ['--nonblock', lock, 'true']);
        const [status] = (await once(probe, 'exit')) as [number];
        return status !== 0;
      });
      const said = sample.lines.length;
      await sample.apply(decisions, { journal, lock });
      expect((await ended)[0]).toBe(0);
      expect(sample.lines.slice(said)).toEqual([]);
      expect((await sample.containers()).map(({ state }) => state)).toEqual(['running', 'running']);
    });
  });

  it('keeps its journal readable by hand', async () => {
    sample = await Sample.create({ web: service() });
    const journal = join(sample.directory, 'deep', 'apply.json');
    await mkdir(join(sample.directory, 'deep'));
    await sample.apply([decision('web', 'recreate')], { journal });
    expect(JSON.parse(await readFile(journal, 'utf8'))).toMatchObject({ decisions: [{ service: 'web' }], before: [] });
  });
});
