import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../../activities/schedules/index.js';
import { wantedSchedule } from '../../../../activities/schedules/plan.js';
import { parseFrequency } from '../../../../activities/shared/frequency.js';
import { SCHEDULED_WORKFLOW, scheduleId } from '../../../../workflows/contract.js';
import { attribute } from '../../../../workflows/search-attributes.js';
import { ServerLook, type Answers } from '../../../../worker/metrics/server.js';
import { temporalSchedules } from '../../../../worker/schedule-client.js';
import { useTemporalWorld } from '../../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();

/** Visibility is a moment late. */
const eventually = (ask: () => Promise<Answers>, is: (answers: Answers) => void) =>
  expect
    .poll(
      async () => {
        const answers = await ask();
        try {
          is(answers);
          return 'as expected';
        } catch (error) {
          return String(error);
        }
      },
      { timeout: 20_000 },
    )
    .toBe('as expected');

describe('worker/metrics/server', () => {
  it('tells what follows a deployment', async () => {
    const { client } = world();
    const { host, stack } = world().newStack();
    const ask = () => new ServerLook(client, host).ask({ [stack]: 0 }, Date.now() + 10_000);
    const handles = await Promise.all(
      (['weaver', 'cowbird'] as const).map((kind) =>
        client.workflow.start(SCHEDULED_WORKFLOW[kind], {
          workflowId: scheduleId(kind, { host, stack }, 'deployment-7'),
          taskQueue: 'nobody',
          typedSearchAttributes: [attribute('Stack', stack), attribute('Host', host)],
        }),
      ),
    );
    await eventually(ask, ({ open }) => {
      expect(open.map(({ task }) => task).sort()).toEqual(['cowbird', 'weaver']);
    });
    await Promise.all(handles.map((handle) => handle.terminate()));
    await eventually(ask, ({ ended }) => {
      expect(ended[stack]?.map(({ task, trigger }) => [task, trigger]).sort()).toEqual([
        ['cowbird', 'asked'],
        ['weaver', 'asked'],
      ]);
    });
  });

  it('tells what runs and, once it has ended, how; what is of another host is not told', async () => {
    const { client } = world();
    const { host, stack } = world().newStack();
    const look = new ServerLook(client, host);
    const ask = () => look.ask({ [stack]: 0 }, Date.now() + 10_000);
    const start = (workflowId: string, of = host) =>
      client.workflow.start('runContainerJob', {
        workflowId,
        // Nobody polls there: it stays open.
        taskQueue: 'nobody',
        typedSearchAttributes: [attribute('Stack', stack), attribute('Host', of)],
      });
    const id = `${scheduleId('job', { host, stack }, 'tick')}/run-2026-11-27T10:00:00Z`;
    const handle = await start(id);
    const other = await start(`job/other/${stack}/tick/run-2026-11-27T10:00:00Z`, 'other');
    await eventually(ask, ({ open, ended }) => {
      expect(open.map(({ startedAt, ...key }) => [key, startedAt > 0])).toEqual([
        [{ stack, task: 'job', name: 'tick' }, true],
      ]);
      expect(ended).toEqual({});
    });
    await handle.terminate();
    await other.terminate();
    await eventually(ask, ({ open, ended }) => {
      expect(open).toEqual([]);
      expect(ended[stack]).toMatchObject([{ task: 'job', name: 'tick', result: 'cancelled', trigger: 'schedule' }]);
    });
    // Much later, the server is not asked for it again.
    expect((await look.ask({ [stack]: Date.now() + 3_600_000 }, Date.now() + 10_000)).ended).toEqual({});
  });

  it('tells when schedules are due, and which are paused', async () => {
    const { client } = world();
    const { host, stack } = world().newStack();
    const wanted = [
      wantedSchedule({ kind: 'backup' }, '0 5 * * 1-5', parseFrequency('0 5 * * 1-5'), {
        now: new Date(),
        timeZone: 'UTC',
      }),
      wantedSchedule({ kind: 'job', name: 'a b' }, '@every 1h', parseFrequency('@every 1h'), {
        ...{ now: new Date(), timeZone: 'UTC', does: 'deployData' },
      }),
    ].flatMap((schedule) => schedule ?? []);
    await reconcile({ host, stack }, wanted, temporalSchedules(client.schedule));
    await client.schedule.getHandle(scheduleId('backup', { host, stack })).pause('holiday');
    const look = new ServerLook(client, host);
    await eventually(
      () => look.ask({ [stack]: Date.now() }, Date.now() + 10_000),
      ({ schedules }) => {
        const told = schedules.toSorted((a, b) => a.task.localeCompare(b.task));
        expect(told).toMatchObject([
          { stack, task: 'backup', name: '', intervalSeconds: 3 * 86_400, paused: true },
          { stack, task: 'data', name: 'a b', intervalSeconds: 3_600, paused: false },
        ]);
        expect(told[1]?.due[0]).toBeGreaterThan(Date.now());
      },
    );
  });

  it('no work waits where no keeper is', async () => {
    const { host, stack } = world().newStack();
    const answers = await new ServerLook(world().client, host).ask({ [stack]: 0 }, Date.now() + 10_000);
    expect(answers.queued).toEqual({ [stack]: 0 });
  });

  it('ends by the deadline when the server does not answer', async () => {
    const { host, stack } = world().newStack();
    await expect(new ServerLook(world().client, host).ask({ [stack]: 0 }, Date.now() - 1)).rejects.toThrow('Failed to');
  });
});
