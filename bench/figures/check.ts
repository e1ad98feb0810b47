/** A check that finds nothing, against what git alone needs to learn the same. */
import { createActivities } from '../../activities/index.js';
import { createEngine } from '../../activities/docker/engine.js';
import type { Dependencies } from '../../activities/deployment/dependencies.js';
import { localStep } from '../../activities/shared/step.js';
import { StateDirectory } from '../../activities/state/index.js';
import { output } from '../../test/support/world/programs.js';
import type { Bench, Figure } from '../bench.js';
import { inTurns, timed, withCpu } from '../measure.js';
import type { Measured, Row } from '../row.js';
import { bringUp, makeStack, sshOf, type BenchStack } from '../stack.js';
import type { BenchTemporal } from '../temporal.js';

const SIZES = [1, 3, 10];
const SMALL_SIZES = [1, 3];
const SERVICES = 3;
const GOAL = { times: 1.2, plus: 0.2 };

export const check: Figure = {
  name: 'check',
  about: 'a check of 1, 3 and 10 checkouts over ssh that finds nothing, against bare git',
  async measure(bench) {
    const rows: Row[] = [];
    for (const checkouts of bench.asked.small ? SMALL_SIZES : SIZES) rows.push(...(await ofSize(bench, checkouts)));
    return rows;
  },
};

async function ofSize(bench: Bench, count: number): Promise<Row[]> {
  const stack = await makeStack(bench, { checkouts: count, services: SERVICES });
  const temporal = await bringUp(bench, stack);
  const look = observer(stack);
  let [workerCpu, gitCpu]: [number[], number[]] = [[], []];
  const times = await inTurns(
    bench.asked.runs,
    {
      workflow: () => withCpu(stack.world.upkeep.pid, workerCpu, () => checkOnce(temporal, stack)),
      lsRemote: () => withCpu(process.pid, gitCpu, () => timed(() => lsRemote(stack))),
      activity: () => timed(look),
      fetchLoop: () => timed(() => fetchLoop(stack)),
    },
    (round) => bench.say(`${count} checkouts, round ${round} of ${bench.asked.runs}`),
  );
  [workerCpu, gitCpu] = [workerCpu.slice(1), gitCpu.slice(1)];
  const last = await temporal.startCheck(stack.ref);
  await temporal.resultOf(last);
  const { events, bytes } = await temporal.sizeOf(last);
  const of = `${count} checkout${count === 1 ? '' : 's'}`;
  const row = (what: string, rest: Pick<Measured, 'unit' | 'ours'> & Partial<Measured>): Measured => ({
    figure: 'check',
    what: `${of}: ${what}`,
    ...rest,
  });
  const git = { name: 'git ls-remote at once', values: times.lsRemote };
  await stack.world.destroy();
  return [
    row('workflow, start to result', { unit: 's', ours: times.workflow, baseline: git, goal: GOAL }),
    row('activity alone', { unit: 's', ours: times.activity, baseline: git, goal: GOAL }),
    row('workflow', {
      unit: 's',
      ours: times.workflow,
      baseline: { name: 'loop of git fetch', values: times.fetchLoop },
    }),
    row('CPU of worker and its children', {
      unit: 'CPU s',
      ours: workerCpu,
      baseline: { name: git.name, values: gitCpu },
    }),
    row('history', { unit: 'events', ours: [events] }),
    row('history', { unit: 'kB', ours: [bytes / 1000] }),
  ];
}

async function checkOnce(temporal: BenchTemporal, { ref }: BenchStack): Promise<number> {
  return timed(async () => {
    const result = await temporal.resultOf(await temporal.startCheck(ref));
    const { decision } = result as { decision: { word: string; reason: string } };
    if (decision.word !== 'up to date') throw new Error(`the check said ${decision.word}: ${decision.reason}`);
  });
}

/** The activity in this process: without Temporal, on the same state directory. */
function observer({ world, ref }: BenchStack): () => Promise<unknown> {
  const deps: Dependencies = {
    host: ref.host,
    state: new StateDirectory(world.stateDirectory),
    engine: createEngine({}),
    environment: world.parts.env,
    journal: {
      openDeployment: ({ startedAt }) => startedAt,
      closeDeployment: () => undefined,
      look: () => undefined,
      job: (_entry, work) => work(),
    },
    logDirectory: (configured) => Promise.resolve(configured),
    remember: () => Promise.resolve(),
  };
  const activities = createActivities(deps);
  return () => activities.observeStack({ stack: ref.stack, fetch: true }, localStep());
}

const lsRemote = ({ world, checkouts }: BenchStack): Promise<unknown> =>
  Promise.all(
    checkouts.map((checkout) =>
      output('git', ['ls-remote', 'origin'], {
        cwd: checkout.dir,
        env: { ...world.parts.env, GIT_SSH_COMMAND: sshOf(checkout) },
      }),
    ),
  );

const LOOP = 'while [ $# -gt 0 ]; do GIT_SSH_COMMAND=$2 git -C "$1" fetch --quiet || exit 1; shift 2; done';

const fetchLoop = ({ world, checkouts }: BenchStack): Promise<unknown> =>
  output('sh', ['-c', LOOP, 'sh', ...checkouts.flatMap((checkout) => [checkout.dir, sshOf(checkout)])], {
    env: world.parts.env,
  });
