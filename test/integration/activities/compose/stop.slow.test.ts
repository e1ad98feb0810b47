import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newJournal, readJournal } from '../../../../activities/compose/journal.js';
import { planServices } from '../../../../activities/compose/plan.js';
import { startEverything, stopEverything, type StartInput } from '../../../../activities/compose/stop.js';
import { type Images, createImages } from '../../../support/images.js';
import { aFingerprint } from '../../../unit/activities/compose/builders.js';
import { Sample } from './sample.js';

let images: Images;
let sample: Sample | undefined;

const service = (rest: Record<string, unknown> = {}) => ({
  image: images.base,
  init: true,
  command: ['sleep', '3600'],
  network_mode: 'none',
  ...rest,
});

beforeAll(async () => {
  images = await createImages();
});
afterAll(() => images.cleanup());
afterEach(async () => {
  await sample?.remove();
  sample = undefined;
});

const input = async (of: Sample, rest: Partial<StartInput> = {}): Promise<StartInput> => ({
  view: of.view,
  lock: `${of.directory}/lock`,
  engine: of.engine,
  step: { ...of.step, log: { ...of.step.log, output: (line) => void of.lines.push(line) } },
  redact: (text) => text,
  services: (await of.model()).services,
  names: ['db', 'web'],
  sickBefore: [],
  dependencyTimeoutSeconds: 15,
  ...rest,
});
const states = async (of: Sample) =>
  (await of.containers()).map((container) => `${container.service} ${container.state}`);

const firstStop = (of: Sample | undefined) => of?.lines.findIndex((line) => / Stopping/.test(line)) ?? -1;

/** Is healthy a second after each start. */
const database = () =>
  service({
    command: ['sh', '-c', 'rm -f /ok; sleep 1; touch /ok; sleep 3600'],
    healthcheck: { test: ['CMD', 'test', '-f', '/ok'], interval: '200ms', retries: 50 },
  });
const dependent = () => service({ depends_on: { db: { condition: 'service_healthy' } } });

describe('activities/compose/stop', () => {
  it('stops all containers of the project, and starts again those that ran, as they were', async () => {
    sample = await Sample.create({
      db: database(),
      web: dependent(),
      job: service({ command: ['true'] }),
      gone: service(),
    });
    await sample.recreateAll();
    const before = await sample.ids();
    await sample.write({ db: database(), web: dependent(), job: service({ command: ['true'] }) });

    await stopEverything(await input(sample));
    expect(await states(sample)).toEqual(['db exited', 'gone exited', 'job exited', 'web exited']);
    const said = sample.lines.length;
    await stopEverything(await input(sample));
    expect(sample.lines).toHaveLength(said);

    expect(await startEverything(await input(sample))).toEqual(['db', 'web']);
    expect(await states(sample)).toEqual(['db running', 'gone exited', 'job exited', 'web running']);
    expect(await sample.ids()).toEqual(before);
    const [db, , , web] = await sample.containers();
    expect(Date.parse(web?.startedAt ?? '') - Date.parse(db?.startedAt ?? '')).toBeGreaterThanOrEqual(1000);
    expect(await startEverything(await input(sample))).toEqual([]);
  });

  it('does not wait for what did not run before', async () => {
    sample = await Sample.create({ db: database(), web: dependent() });
    await sample.recreateAll();
    await stopEverything(await input(sample));
    expect(await startEverything(await input(sample, { names: ['web'] }))).toEqual(['web']);
    expect(await states(sample)).toEqual(['db exited', 'web running']);
  });

  describe('before an apply', () => {
    const planned = async (of: Sample) => {
      const { services } = await of.model();
      const recorded = Object.fromEntries(Object.keys(services).map((name) => [name, aFingerprint()]));
      return planServices({
        services,
        declared: Object.keys(services),
        recorded,
        wanted: { ...recorded, web: aFingerprint({ definition: 'd2' }) },
        running: await of.containers(),
        images: [],
        options: { removeOrphans: false, repair: false, stopFirst: true },
      }).decisions;
    };

    it('stops the stack, makes anew what changed and starts the rest in order', async () => {
      sample = await Sample.create({ db: database(), web: dependent(), side: service() });
      await sample.recreateAll();
      const [before, was] = [await sample.containers(), await sample.ids()];
      await sample.apply(await planned(sample), { stopFirst: true });
      const [after, is] = [await sample.containers(), await sample.ids()];
      expect([is['db'] === was['db'], is['side'] === was['side'], is['web'] === was['web']]).toEqual([
        true,
        true,
        false,
      ]);
      expect(await states(sample)).toEqual(['db running', 'side running', 'web running']);
      const started = (of: typeof after, name: string) => of.find((found) => found.service === name)?.startedAt ?? '';
      expect(started(after, 'side')).not.toBe(started(before, 'side'));
      // Everything stood still before the first was started.
      const stopped = sample.lines.findLastIndex((line) => / Stopped/.test(line));
      const begun = sample.lines.findIndex((line, at) => at > firstStop(sample) && / (Started|Recreate)/.test(line));
      expect(firstStop(sample)).toBeGreaterThanOrEqual(0);
      expect(stopped).toBeLessThan(begun);
    });

    it('stops it once, also when it is applied a second time', async () => {
      sample = await Sample.create({ db: service(), web: service() });
      await sample.recreateAll();
      const journal = sample.newJournal();
      const decisions = await planned(sample);
      await sample.apply(decisions, { stopFirst: true, journal });
      const once = await sample.containers();
      await sample.apply(decisions, { stopFirst: true, journal });
      expect((await sample.containers()).map(({ startedAt }) => startedAt)).toEqual(
        once.map(({ startedAt }) => startedAt),
      );
      expect(await states(sample)).toEqual(['db running', 'web running']);
      expect((await readJournal(journal))?.stopped).toBe(true);
    });

    it('goes on after a kill in the middle of stopping', async () => {
      sample = await Sample.create({ db: service(), web: service({ depends_on: ['db'] }) });
      await sample.recreateAll();
      const journal = sample.newJournal();
      const decisions = await planned(sample);
      await writeFile(journal, JSON.stringify(newJournal({ decisions, removed: [] }, await sample.containers())));
      await sample.docker('stop', (await sample.ids())['web'] ?? '');
      await sample.apply(decisions, { stopFirst: true, journal });
      expect(await states(sample)).toEqual(['db running', 'web running']);
    });
  });
});
