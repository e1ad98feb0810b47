/** The seven acts. Each tells what it does and returns what it saw; it throws when that is not what was promised. */
import { Boxed, componentFiles } from '../../test/support/world/boxed.js';
import {
  apiTag,
  baseFile,
  readerConfiguration,
  waitFor,
  type ContainerState,
  type World,
} from '../../test/support/world/index.js';
import type { DeploymentRecord } from '../../workflows/model.js';
import { runAndRestore } from './data-act.js';
import { Poller } from './poller.js';
import { seconds, type Telling } from './teller.js';

export interface Act {
  title: string;
  play(world: World, telling: Telling): Promise<string>;
}

export const ACTS: readonly Act[] = [
  { title: '1. A stack of which nothing runs is deployed', play: deployFirst },
  { title: '2. A pushed change is deployed', play: deployChange },
  { title: '3. One configuration file changes: one service restarts', play: changeConfiguration },
  { title: '4. A broken change is rolled back and quarantined', play: breakIt },
  { title: '5. The worker is killed in the middle of the repair', play: killDuringRepair },
  { title: '6. A job runs by itself, and data come back out of a backup', play: runAndRestore },
  { title: '7. The worker moves into a container, and replaces itself', play: replaceItself },
];

async function deployFirst(world: World, telling: Telling): Promise<string> {
  await world.up();
  const server = await world.server();
  const { ports } = world.parts;
  telling.say(`birdkeeper up runs (process ${world.upkeep.pid}) with Temporal at ${server?.address ?? '?'}`);
  telling.say(`Temporal UI  http://${server?.uiAddress ?? '?'}/namespaces/birdkeeper/workflows`);
  telling.say(`the page     http://127.0.0.1:${ports.web}/   the service api  http://127.0.0.1:${ports.api}/`);
  const record = await world.waitForOutcome(1);
  expectOutcome(record, 'deployed');
  telling.say(describe(record));
  await expectAnswer(world, 'web', 'version 1');
  await expectAnswer(world, 'api', 'api 1.0');
  const containers = await world.containers();
  telling.say(containers.map(({ service, health, status }) => `${service} ${health ?? status}`).join(', '));
  return `${containers.length} services run; the page says "version 1"`;
}

async function deployChange(world: World, telling: Telling): Promise<string> {
  await world.images.publishApi('1.1');
  telling.say('image api:1.1 is in the registry, and not on this host');
  const record = await pushAndWait(
    world,
    telling,
    { ...baseFile({ version: '2' }), ...apiTag('1.1') },
    'Second edition',
  );
  expectOutcome(record, 'deployed');
  await expectAnswer(world, 'web', 'version 2');
  await expectAnswer(world, 'api', 'api 1.1');
  return 'pulled, recreated, healthy; the page says "version 2", api "api 1.1"';
}

async function changeConfiguration(world: World, telling: Telling): Promise<string> {
  const before = await world.state();
  const record = await pushAndWait(
    world,
    telling,
    readerConfiguration('greeting=$READER_GREETING again'),
    'Greet again',
  );
  expectOutcome(record, 'deployed');
  await expectAnswer(world, 'reader', 'greeting=hello again');
  const after = await world.state();
  for (const service of Object.keys(after)) telling.say(compareContainer(service, before[service], after[service]));
  const touched = Object.keys(after).filter((service) => !isSame(before[service], after[service]));
  expect(touched.join() === 'reader', `only reader was to be touched, but it was: ${touched.join(', ') || 'none'}`);
  return `reader restarted; ${Object.keys(after).length - 1} others have the same id and start time`;
}

async function breakIt(world: World, telling: Telling): Promise<string> {
  await world.images.publishApi('1.2', 'crashing');
  const page = new Poller(() => world.get('web'));
  const api = new Poller(() => world.get('api'));
  const record = await pushAndWait(world, telling, apiTag('1.2'), 'Raise api to 1.2 (which crashes)').finally(() =>
    // A failed act must not leave them asking.
    Promise.all([page.stop(), api.stop()]),
  );
  const [pagePolled, apiPolled] = await Promise.all([page.stop(), api.stop()]);
  expectOutcome(record, 'rolled back');
  telling.say(`why: ${record.message.split('\n')[0] ?? ''}`);
  await expectAnswer(world, 'api', 'api 1.1');
  telling.say(`page: ${pagePolled.failed} of ${pagePolled.asked} requests failed all the while`);
  telling.say(
    `api, the broken one: ${apiPolled.failed} of ${apiPolled.asked} failed, away for ${seconds(apiPolled.longestGap)}; it says "api 1.1" again`,
  );
  expect(pagePolled.failed === 0, `the page failed ${pagePolled.failed} times`);
  expect(
    apiPolled.answers.every((answer) => answer === 'api 1.1'),
    `api answered ${apiPolled.answers.join(', ')}`,
  );
  const check = await world.cli(['check', '--exit-code']);
  telling.say(`birdkeeper check: ${check.stdout.split('\n')[0] ?? ''}`);
  expect(check.status === 3 && check.stdout.includes('quarantined'), `check said (${check.status}): ${check.stdout}`);
  return `api 1.1 back after ${seconds(apiPolled.longestGap)}; page failed 0 of ${pagePolled.asked}; release quarantined`;
}

async function killDuringRepair(world: World, telling: Telling): Promise<string> {
  await world.images.publishApi('1.3');
  const commit = await world.push('platform', apiTag('1.3'), 'Mend api: 1.3');
  telling.say(`pushed ${commit.slice(0, 7)} "Mend api: 1.3" to platform`);
  const intent = await waitFor(
    'a deployment that applies',
    async () => {
      const found = await (await world.recorded()).intent();
      return found?.reached === 'apply' && found;
    },
    { within: 90_000, every: 20 },
  );
  const { pid } = world.upkeep;
  await world.kill9();
  telling.say(`deployment ${intent.number} applies: worker ${pid} killed with SIGKILL`);
  expect(
    (await world.history()).every(({ number }) => number !== intent.number),
    'the deployment had ended already',
  );
  await world.up();
  telling.say(`birdkeeper up again (process ${world.upkeep.pid})`);
  const record = await world.waitForOutcome(intent.number);
  expectOutcome(record, 'deployed');
  telling.say(describe(record));
  await expectAnswer(world, 'api', 'api 1.3');
  const status = await world.cli(['check', '--exit-code']);
  expect(status.status === 0, `check said (${status.status}): ${status.stdout}${status.stderr}`);
  return `deployment ${intent.number} was finished by the next worker; api says "api 1.3"`;
}

async function replaceItself(world: World, telling: Telling): Promise<string> {
  const boxed = new Boxed(world);
  telling.say('the image of this checkout is built: minutes at the first time, then as long as what changed');
  const image = await boxed.image('first');
  await world.stop();
  telling.say('birdkeeper up was ended; the containers run on');
  await world.push('platform', await componentFiles(), 'Add the component scheduler');
  await world.pushSettings(boxed.settings(image), 'Enable the scheduler');
  await boxed.begin(image);
  const [former] = await boxed.workers();
  telling.say(`docker run … deploy --local: the worker runs in ${boxed.name} (${former?.id.slice(0, 12) ?? '?'})`);

  const commit = await world.pushSettings(boxed.settings(await boxed.image('second')), 'Raise the scheduler');
  telling.say(`pushed ${commit.slice(0, 7)} "Raise the scheduler" to private`);
  const record = await world.waitForCommit('private', commit);
  expectOutcome(record, 'deployed');
  telling.say(describe(record));
  const [now] = await boxed.workers();
  expect(now !== undefined && now.id !== former?.id, 'the container of the worker is the former one');
  await expectAnswer(world, 'api', 'api 1.3');
  const check = await boxed.cli('check', '--exit-code');
  expect(check.status === 0, `check said (${check.status}): ${check.stdout}${check.stderr}`);
  return `deployment ${record.number} was begun by the former worker and ended by the new one (${now.id.slice(0, 12)})`;
}

async function pushAndWait(
  world: World,
  telling: Telling,
  files: Readonly<Record<string, string>>,
  message: string,
): Promise<DeploymentRecord> {
  const commit = await world.push('platform', files, message);
  telling.say(`pushed ${commit.slice(0, 7)} "${message}" to platform`);
  const record = await world.waitForCommit('platform', commit);
  telling.say(describe(record));
  return record;
}

/** A deployment in a line. */
function describe({ number, outcome, services, startedAt, endedAt }: DeploymentRecord): string {
  const took = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  const touched = services
    .filter(({ action }) => action !== 'nothing')
    .map(({ service, action }) => `${service} ${action}`);
  return `deployment ${number}: ${outcome} in ${seconds(took)}${touched.length === 0 ? '' : ` (${touched.join(', ')})`}`;
}

function compareContainer(service: string, before?: ContainerState, after?: ContainerState): string {
  const shown = ({ id, startedAt }: ContainerState) => `${id.slice(0, 12)} started ${startedAt.slice(11, 23)}`;
  const [was, is] = [before && shown(before), after && shown(after)];
  return `  ${service.padEnd(7)} ${was === is ? `${is ?? 'gone'}, unchanged` : `${was ?? 'none'} -> ${is ?? 'gone'}`}`;
}

const isSame = (a?: ContainerState, b?: ContainerState): boolean => a?.id === b?.id && a?.startedAt === b?.startedAt;

function expectOutcome(record: DeploymentRecord, outcome: DeploymentRecord['outcome']): void {
  expect(record.outcome === outcome, `deployment ${record.number} ended ${record.outcome}: ${record.message}`);
}

async function expectAnswer(world: World, service: 'web' | 'api' | 'reader', text: string): Promise<void> {
  await waitFor(`"${text}" from ${service}`, async () => (await world.get(service)).includes(text), { within: 5_000 });
}

function expect(held: boolean, otherwise: string): asserts held {
  if (!held) throw new Error(otherwise);
}
