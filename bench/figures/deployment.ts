/** A push that changes one service of twenty, against `git pull && docker compose up -d --wait` on an equal stack. */
import type { Bench, Figure } from '../bench.js';
import { makeBareStack, type BareStack } from '../bare-compose.js';
import { inTurns, timed, withCpu } from '../measure.js';
import { secondsWithout } from '../outage.js';
import { activityTimes, secondsByActivity } from '../phases.js';
import { Poller } from '../poller.js';
import type { Measured, Row } from '../row.js';
import { CHANGED, stackFile } from '../sample.js';
import { bringUp, makeStack, type BenchStack } from '../stack.js';
import { median } from '../statistics.js';
import type { BenchTemporal, HistorySize } from '../temporal.js';
import { deploymentId } from '../../workflows/contract.js';

const SERVICES = 20;
const SMALL_SERVICES = 3;
/** Of the service that changes, and of all others: together they ask about as often as the machine can bear. */
const EVERY_MS = 20;
const OTHERS_EVERY_MS = 200;
const BARE = 'git pull && docker compose up -d --wait';

export const deployment: Figure = {
  name: 'deployment',
  about: 'a push that changes one service of twenty, against bare git and compose',
  async measure(bench) {
    const services = bench.asked.small ? SMALL_SERVICES : SERVICES;
    const ours = await makeStack(bench, { checkouts: 1, services });
    const temporal = await bringUp(bench, ours);
    const pair: Pair = { services, ours, temporal, bare: await makeBareStack(bench, ours, services), version: 1 };
    return [...(await durations(bench, pair)), ...(await outages(bench, pair))];
  },
};

interface Pair {
  services: number;
  ours: BenchStack;
  temporal: BenchTemporal;
  bare: BareStack;
  /** That the changed service has now. */
  version: number;
}

async function pushNext(pair: Pair): Promise<string> {
  pair.version += 1;
  const files = stackFile(pair.services, String(pair.version));
  return pair.ours.world.push('platform', files, `Change ${CHANGED} to ${pair.version}`);
}

interface Deployed {
  /** From the end of the look that saw the push to the record of the release. */
  decisionToRecord: number;
  /** From the start of that look to the record. */
  lookToRecord: number;
  byActivity: Record<string, number>;
  id: string;
}

/** Looks, and waits until the release of that commit is recorded. Times are those of the server's events. */
async function deployOurs({ ours, temporal }: Pair, commit: string): Promise<Deployed> {
  const look = await temporal.startCheck(ours.ref);
  const record = await ours.world.waitForCommit('platform', commit);
  if (record.outcome !== 'deployed')
    throw new Error(`deployment ${record.number} ended ${record.outcome}: ${record.message}`);
  const id = deploymentId(ours.ref, record.number);
  await temporal.resultOf(id);
  const seen = await temporal.eventsOf(look);
  const times = activityTimes(await temporal.eventsOf(id));
  const decided = activityTimes(seen).find(({ activity }) => activity === 'observeStack');
  const recorded = times.find(({ activity }) => activity === 'concludeDeployment');
  const [begun] = seen;
  if (!decided || !recorded || !begun) throw new Error('the histories do not show when it was decided and recorded');
  return {
    decisionToRecord: (recorded.completedAt - decided.completedAt) / 1000,
    lookToRecord: (recorded.completedAt - begun.at) / 1000,
    byActivity: secondsByActivity(times),
    id,
  };
}

async function durations(bench: Bench, pair: Pair): Promise<Row[]> {
  const { ours, temporal, bare } = pair;
  const deployed: Deployed[] = [];
  const cpu: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  const times = await inTurns(
    bench.asked.runs,
    {
      ours: async () => {
        const commit = await pushNext(pair);
        const done = await withCpu(ours.world.upkeep.pid, cpu.ours, () => deployOurs(pair, commit));
        deployed.push(done);
        return done.decisionToRecord;
      },
      bare: () => withCpu(process.pid, cpu.bare, () => timed(() => bare.deploy())),
    },
    (round) => bench.say(`one of ${pair.services} services changes, round ${round} of ${bench.asked.runs}`),
  );
  // The first round of the turns does not count.
  const counted = deployed.slice(1);
  const lookToRecord = counted.map((each) => each.lookToRecord);
  const cpuOf = { ours: cpu.ours.slice(1), bare: cpu.bare.slice(1) };
  bench.explain(
    'seconds of each activity of a deployment (medians)',
    mediansOf(counted.map(({ byActivity }) => byActivity)),
  );
  const size = await temporal.sizeOf(counted.at(-1)?.id ?? '');
  return durationRows(pair.services, { times, lookToRecord, cpu: cpuOf, size });
}

interface Durations {
  times: Record<'ours' | 'bare', number[]>;
  lookToRecord: number[];
  cpu: Record<'ours' | 'bare', number[]>;
  size: HistorySize;
}

function durationRows(services: number, { times, lookToRecord, cpu, size }: Durations): Row[] {
  const row = (what: string, rest: Pick<Measured, 'unit' | 'ours'> & Partial<Measured>): Measured => ({
    figure: 'deployment',
    what: `1 of ${services} services: ${what}`,
    ...rest,
  });
  const baseline = { name: BARE, values: times.bare };
  return [
    row('decision to record', {
      unit: 's',
      ours: times.ours,
      baseline,
      goal: { times: 1, plus: 1 },
      note: 'the settle window is set to 0 s: it is waiting by intent',
    }),
    row('start of the look to record', { unit: 's', ours: lookToRecord, baseline }),
    row('CPU of look and deployment, children included', {
      unit: 'CPU s',
      ours: cpu.ours,
      baseline: { name: BARE, values: cpu.bare },
    }),
    row('history', { unit: 'events', ours: [size.events] }),
    row('history', { unit: 'kB', ours: [size.bytes / 1000] }),
  ];
}

function mediansOf(runs: readonly Record<string, number>[]): Record<string, number> {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  return Object.fromEntries(names.map((name) => [name, median(runs.flatMap((run) => run[name] ?? []))]));
}

interface Outage {
  changed: number[];
  /** The longest of the untouched ones, per run. */
  untouched: number[];
}

async function outages(bench: Bench, pair: Pair): Promise<Row[]> {
  const [ours, bare]: [Outage, Outage] = [
    { changed: [], untouched: [] },
    { changed: [], untouched: [] },
  ];
  await inTurns(
    bench.asked.runs,
    {
      ours: async () => {
        const commit = await pushNext(pair);
        return polled(pair.ours.ports, ours, () => deployOurs(pair, commit));
      },
      bare: () => polled(pair.bare.ports, bare, () => pair.bare.deploy()),
    },
    (round) => bench.say(`the same, with every service polled, round ${round} of ${bench.asked.runs}`),
  );
  const counted = (values: readonly number[]) => values.slice(1);
  const row = (what: string, name: keyof Outage, goal: Measured['goal']): Measured => ({
    figure: 'deployment',
    what: `without an answer: ${what}`,
    unit: 's',
    ours: counted(ours[name]),
    baseline: { name: BARE, values: counted(bare[name]) },
    ...(goal === undefined ? {} : { goal }),
    note: `polled every ${EVERY_MS} ms (changed) and ${OTHERS_EVERY_MS} ms (untouched)`,
  });
  return [
    row('the changed service', 'changed', { times: 1.2, plus: 0 }),
    row(`the longest of ${pair.services - 1} untouched`, 'untouched', { times: 0, plus: 0 }),
  ];
}

/** Seconds without an answer while the work is done; returns those of the changed service. */
async function polled(ports: Record<string, number>, outage: Outage, work: () => Promise<unknown>): Promise<number> {
  const poller = new Poller(
    Object.entries(ports).map(([service, port]) => ({
      service,
      port,
      every: service === CHANGED ? EVERY_MS : OTHERS_EVERY_MS,
    })),
  );
  try {
    await work();
  } finally {
    await poller.stop();
  }
  const seen = await poller.stop();
  const without = (service: string) => secondsWithout(seen.get(service) ?? []);
  const others = Object.keys(ports).filter((service) => service !== CHANGED);
  outage.changed.push(without(CHANGED));
  outage.untouched.push(Math.max(0, ...others.map(without)));
  return without(CHANGED);
}
