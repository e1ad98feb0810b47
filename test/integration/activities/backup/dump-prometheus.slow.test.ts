import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import { restoreStack } from '../../../../activities/backup/restore.js';
import type { Declaration } from '../../../../activities/backup/types.js';
import { createPrometheusImage, PROMETHEUS } from '../../../support/prometheus-image.js';
import type { ProgramsImage } from '../../../support/programs-image.js';
import { BackupWorld, emptyRepository, output } from './world.js';

const ADMIN = '--web.enable-admin-api';
const DECLARATIONS: Declaration[] = [
  {
    component: 'monitoring',
    application: [
      {
        kind: 'dump',
        database: 'prometheus',
        container: 'prometheus',
        address: 'http://127.0.0.1:9090/prometheus',
      },
    ],
  },
];

interface Answer {
  data: { result: { values: [number, string][] }[] };
}

describe('activities/backup/dump', () => {
  let image: ProgramsImage;
  let repository: string;
  let world: BackupWorld;
  let data: string;
  beforeAll(async () => {
    [image, repository] = await Promise.all([createPrometheusImage(), emptyRepository()]);
  });
  afterAll(async () => {
    await image?.remove();
    if (repository !== undefined) await rm(repository, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world = await BackupWorld.create(repository);
    data = await world.mountPoint(await world.volume('data'));
  });
  afterEach(() => world.remove());

  const start = (...options: string[]) =>
    world.container(
      'prometheus',
      image.tag,
      ['--volume', `${world.project}_data:/prometheus`],
      [...PROMETHEUS, ...options],
    );

  /** Every sample of the last hour, as `time value`. Throws while it does not answer. */
  async function samples(): Promise<string[]> {
    const query = 'http://127.0.0.1:9090/prometheus/api/v1/query?query=process_start_time_seconds[1h]';
    const { data: found } = JSON.parse(await world.exec('prometheus', 'wget', '-q', '-O', '-', query)) as Answer;
    return found.result.flatMap(({ values }) => values.map((value) => value.join(' ')));
  }
  const whenThereAre = (least: number) =>
    expect
      .poll(
        () =>
          samples().then(
            ({ length }) => length,
            () => 0,
          ),
        { timeout: 60_000 },
      )
      .toBeGreaterThanOrEqual(least);

  const container = () => `${world.project}-prometheus`;
  const request = () => world.request({ declarations: DECLARATIONS });
  const restore = () => restoreStack({ ...request(), wanted: 'latest', protectedPaths: [] }, world.step());
  /** `promtool` reads the files, as they lie there. It wants a journal, which a snapshot does not have. */
  async function inFiles(): Promise<string[]> {
    const copy = join(world.root, 'copy');
    await cp(data, copy, { recursive: true });
    await mkdir(join(copy, 'wal'));
    const match = '--match={__name__="process_start_time_seconds"}';
    const printed = await output('promtool', ['tsdb', 'dump', match, copy], {});
    return [...printed.matchAll(/\} (\S+) (\d+)$/gm)].map(([, value, ms]) => `${Number(ms) / 1_000} ${Number(value)}`);
  }
  const asNumbers = (all: readonly string[]) => all.map((sample) => sample.split(' ').map(Number).join(' '));

  it('Prometheus itself makes the snapshot while it runs; into an empty directory all samples come back', async () => {
    await start(ADMIN);
    await whenThereAre(5);
    const before = await samples();
    const startedAt = await world.startedAt(container());
    await createBackup(request(), world.step());
    expect(await readdir(join(data, 'snapshots'))).toEqual([]);
    expect(await world.startedAt(container())).toBe(startedAt);

    await world.docker('stop', container());
    for (const name of await readdir(data)) await rm(join(data, name), { recursive: true });
    const result = await restoreStack(
      { ...request(), wanted: 'latest', protectedPaths: [], saveFirst: false },
      world.step(),
    );
    expect(result).toMatchObject({ restored: ['monitoring/application/1'], saved: null });
    expect(await inFiles()).toEqual(expect.arrayContaining(asNumbers(before)));
    await world.docker('start', container());
    await whenThereAre(before.length + 1);
    expect(await samples()).toEqual(expect.arrayContaining(before));
  });

  it('restored over one that runs, it is stopped meanwhile, and has the samples of then and none that came since', async () => {
    await start(ADMIN);
    await whenThereAre(3);
    const before = await samples();
    await createBackup(request(), world.step());
    const count = (await samples()).length;
    await whenThereAre(count + 4);
    const since = (await samples()).slice(-2);
    const { stopped, saved } = await restore();
    expect(stopped).toEqual([container()]);
    expect(saved).toMatch(/^[0-9a-f]{8}$/);
    await whenThereAre(before.length);
    const after = await samples();
    expect(after).toEqual(expect.arrayContaining(before));
    for (const sample of since) expect(after).not.toContain(sample);

    // What there was before can be had too.
    await restoreStack({ ...request(), wanted: { id: saved ?? '' }, protectedPaths: [] }, world.step());
    await whenThereAre(count + 4);
    expect(await samples()).toEqual(expect.arrayContaining(since));
  });

  it('a Prometheus without that API says what to do', async () => {
    await start();
    await whenThereAre(1);
    await expect(createBackup(request(), world.step())).rejects.toThrow(/--web\.enable-admin-api/);
    expect(await world.snapshots()).toEqual([]);
  });

  it('one that is asked at an address without its prefix is told, with the address', async () => {
    await start(ADMIN);
    await whenThereAre(1);
    const declarations: Declaration[] = [
      { component: 'monitoring', application: [{ kind: 'dump', database: 'prometheus', container: 'prometheus' }] },
    ];
    const failed = createBackup({ ...request(), declarations }, world.step());
    await expect(failed).rejects.toThrow(
      /The snapshot of prometheus in prometheus failed.*http:\/\/127\.0\.0\.1:9090/s,
    );
  });
});
