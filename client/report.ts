/** What is known of a stack: what is recorded on this host, and what keeper and engine say when they can be asked. */
import { messageOf } from '../activities/shared/failures.js';
import type { StackState, WeaverNote } from '../activities/state/index.js';
import { isHandedOver } from '../workflows/keep-stack/hand-over.js';
import { withSession } from './connection.js';
import type { CommandContext } from './io.js';
import { askMonitoring } from './monitoring/ask.js';
import { askDeployment, requireAnsweringWorker } from './keeper.js';
import type { StackReport } from './schemas.js';
import { serverFor, type KnownStack } from './stack.js';
import { todoOf } from './todo.js';

type Recorded = Pick<StackReport, 'release' | 'last' | 'quarantined' | 'unfinished' | 'look' | 'paused' | 'waiting'>;
/** Without a keeper, pause and what waits are what it wrote down. */
type FromKeeper = Pick<StackReport, 'source' | 'notices' | 'look' | 'running' | 'queued'> &
  Partial<Pick<StackReport, 'paused' | 'waiting' | 'handedOver'>>;

/** Does not fail because a server, a worker or the engine cannot be asked: that is what it tells then. */
export async function reportOn(
  context: CommandContext,
  stack: KnownStack,
  address: string | undefined,
): Promise<StackReport> {
  const [recorded, keeper, engine, watched, followed] = await Promise.all([
    recordedState(stack.state),
    askKeeperOf(context, stack, address),
    askEngine(context, stack.ref.stack),
    askPrometheusOf(stack.state),
    followUpsOf(stack.state),
  ]);
  const report: StackReport = {
    ...stack.ref,
    directory: stack.directory,
    ...recorded,
    ...keeper,
    look: newestLook(recorded.look, keeper.look),
    ...followed.known,
    notices: [...keeper.notices, ...engine.notices, ...watched.notices, ...followed.notices],
    health: engine.health,
    ...(watched.monitoring === undefined ? {} : { monitoring: watched.monitoring }),
    todo: [],
  };
  return { ...report, todo: todoOf(report) };
}

/** Where the newest good release has it. */
async function askPrometheusOf(state: StackState): Promise<Pick<StackReport, 'monitoring' | 'notices'>> {
  try {
    const url = (await state.lastGood())?.prometheusUrl;
    return url === undefined ? { notices: [] } : { monitoring: await askMonitoring(url), notices: [] };
  } catch (error) {
    return { notices: [`Alerts are not known. ${messageOf(error)}`] };
  }
}

/** What follows deployments, as it was recorded. */
async function followUpsOf(
  state: StackState,
): Promise<{ known: Pick<StackReport, 'weaver' | 'cowbird'>; notices: string[] }> {
  const notices: string[] = [];
  const read = <T>(what: string, note: Promise<T | undefined>) =>
    note.catch((error: unknown) => {
      notices.push(`${what} is not known. ${messageOf(error)}`);
      return undefined;
    });
  const [weaver, cowbird] = await Promise.all([
    read('Weaver', state.weaverNote()),
    read('Cowbird', state.cowbirdNote()),
  ]);
  const known = { ...(weaver && { weaver: withoutHash(weaver) }), ...(cowbird && { cowbird }) };
  return { known, notices };
}

/** Only deployments ask for it. */
function withoutHash({ wanted: _, ...rest }: WeaverNote): NonNullable<StackReport['weaver']> {
  return rest;
}

async function recordedState(state: StackState): Promise<Recorded> {
  const [release, deployments, quarantined, intent, look, note] = await Promise.all([
    state.latestRelease(),
    state.deployments(),
    state.quarantined(),
    state.intent(),
    state.look(),
    state.keeperNote(),
  ]);
  const last = deployments.at(-1);
  return {
    release: release
      ? {
          number: release.number,
          at: release.at,
          commits: release.commits,
          services: Object.keys(release.services).length,
        }
      : null,
    last: last ? { number: last.number, outcome: last.outcome, message: last.message, at: last.endedAt } : null,
    quarantined,
    unfinished: intent?.number ?? null,
    look: look ?? null,
    paused: note.paused ?? null,
    waiting: note.waiting ?? null,
  };
}

/** Looks that find nothing to do are told to nobody: they stand in the state directory alone. */
export function newestLook(recorded: StackReport['look'], told: StackReport['look']): StackReport['look'] {
  if (recorded === null || told === null) return recorded ?? told;
  return recorded.at > told.at ? recorded : told;
}

/** What the keeper says; without it, why it said nothing. */
export async function askKeeperOf(
  { io, settings }: CommandContext,
  stack: KnownStack,
  address: string | undefined,
): Promise<FromKeeper> {
  const nothing = { look: null, running: null, queued: [] };
  try {
    const choice = await serverFor(settings, stack, address);
    return await withSession(choice, stack.directory, async (session) => {
      const keeper = await requireAnsweringWorker(session, stack.ref, stack.directory);
      if (!keeper) {
        const why = `The stack has no keeper. Start it with: birdkeeper up --stack ${stack.directory}`;
        return { source: 'state directory', notices: [why], ...nothing };
      }
      const { look, running, queued, paused, waiting, handedOver } = keeper;
      const deployment = running && (await askDeployment(session, stack.ref, running.number));
      const seen = deployment?.is === 'answer' ? deployment.value : undefined;
      return {
        source: 'keeper',
        notices: [],
        look: look ?? null,
        running: running ? { ...running, phase: seen?.phase ?? null, next: seen?.next ?? '' } : null,
        queued,
        paused: paused ?? null,
        waiting: waiting ?? null,
        ...(handedOver !== undefined && isHandedOver(keeper, io.now()) ? { handedOver } : {}),
      };
    });
  } catch (error) {
    const why = `From the state directory only. ${messageOf(error)}`;
    return { source: 'state directory', notices: [why], ...nothing };
  }
}

async function askEngine(
  { handlers, settings }: CommandContext,
  stack: string,
): Promise<Pick<StackReport, 'health' | 'notices'>> {
  try {
    return { health: await handlers.health(stack, settings.dockerHost), notices: [] };
  } catch (error) {
    return { health: null, notices: [`Health is not known. ${messageOf(error)}`] };
  }
}
