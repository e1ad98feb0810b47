/** What the embedded server's file needs for a month of checks. */
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { RETENTION_DAYS, taskQueueOf, scheduleId, type StackRef } from '../../workflows/contract.js';
import type { Bench, Figure } from '../bench.js';
import { CHECK_EVERY_MINUTES, monthOf } from '../disk.js';
import { playedActivities } from '../played.js';
import type { Measured, Row } from '../row.js';
import { scratchDirectory, serve } from '../scratch.js';
import { openStage } from '../stage.js';

const CHECKS = 200;
const SMALL_CHECKS = 20;
/** Checks that bring the server's own tables to their usual size before it is weighed. */
const BEFORE = 20;
const SIZE = { checkouts: 3, services: 20 };
const REF: StackRef = { host: 'played', stack: 'disk' };

export const disk: Figure = {
  name: 'disk',
  about: `growth of the embedded server's SQLite file over checks, and what a month of one every ${CHECK_EVERY_MINUTES} minutes makes of it`,
  async measure(bench): Promise<Row[]> {
    const dir = await scratchDirectory(bench);
    const checks = bench.asked.small ? SMALL_CHECKS : CHECKS;
    await checkedBySchedule(bench, dir, BEFORE);
    const before = await sizeOf(bench, dir);
    await checkedBySchedule(bench, dir, checks);
    const after = await sizeOf(bench, dir);
    const month = monthOf(before, after, checks, RETENTION_DAYS);
    bench.explain('bytes of the embedded server’s file', { before, after, checks });
    const row = (what: string, unit: Measured['unit'], value: number): Measured => ({
      figure: 'disk',
      what,
      unit,
      ours: [value],
      note: `growth of the file over ${checks} checks of ${SIZE.checkouts} checkouts by a schedule (one a second, activities played), no VACUUM, server stopped before each weighing, times the ${month.checks} checks of ${RETENTION_DAYS} days; histories older than that are deleted and their pages used again, so the file stays at about this size`,
    });
    return [
      row('file of a server that has seen next to nothing', 'MB', before / 1e6),
      row('each check', 'kB', month.bytesPerCheck / 1000),
      row(`a month of checks every ${CHECK_EVERY_MINUTES} minutes`, 'MB', month.bytes / 1e6),
    ];
  },
};

/** A server on that state, a schedule that fires each second, until so many checks have run. */
async function checkedBySchedule(bench: Bench, dir: string, checks: number): Promise<void> {
  const { server, temporal } = await serve(bench, dir);
  const stage = await openStage(bench, server.address, REF.host);
  stage.play(playedActivities(SIZE, 'one service changes', false));
  bench.say(`${checks} checks, one a second`);
  const { client } = temporal;
  const schedule = await client.schedule.create({
    scheduleId: scheduleId('autodeploy', REF),
    spec: { intervals: [{ every: 1_000 }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'checkStack',
      workflowId: `${scheduleId('autodeploy', REF)}/run`,
      taskQueue: taskQueueOf(REF.host),
      args: [{ v: 1, ...REF }],
    },
  });
  while ((await schedule.describe()).info.numActionsTaken < checks) await pause(1_000);
  await schedule.delete();
  // The last one ends, and what the server writes behind is written.
  await pause(2_000);
  await stage.close();
  await temporal.close();
  await server.stop();
}

/** The file and what lies beside it, of a server that is stopped. */
async function sizeOf(bench: Bench, dir: string): Promise<number> {
  const { server, temporal } = await serve(bench, dir);
  await temporal.close();
  await server.stop();
  const parts = await Promise.all(
    ['', '-wal', '-shm'].map((end) =>
      stat(`${server.database}${end}`).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return parts.reduce((sum, size) => sum + size, 0);
}
