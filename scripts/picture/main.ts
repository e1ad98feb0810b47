/** Deploys a sample stack, lets a broken change be rolled back, and takes a picture of that deployment. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../activities/shared/failures.js';
import { apiTag, createWorld, removeOwnWorlds, type World } from '../../test/support/world/index.js';
import { NAMESPACE } from '../../workflows/contract.js';
import { Browser } from './browser.js';
import { photograph } from './page.js';
import { historyPage, type Run } from './plan.js';

const INTERRUPTED = 130;

const [program = '', file = ''] = process.argv.slice(2);
let interrupted = false;
const interrupt = () => {
  interrupted = true;
  // What waits for the world fails when it is gone.
  void removeOwnWorlds();
};
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.exit(await takePicture());

async function takePicture(): Promise<number> {
  let world: World | undefined;
  try {
    console.log('The sample: two repositories behind ssh, a registry, images, two checkouts on the "host".');
    world = await createWorld({ name: 'birds' });
    const { run, uiAddress, last } = await deployAndRollBack(world);
    const browser = Browser.start(program, join(world.dir, 'browser'));
    const picture = await photograph(browser, historyPage(uiAddress, NAMESPACE, run), last).finally(() =>
      browser.close(),
    );
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, picture);
    console.log(`${file}: ${Math.round(picture.length / 1000)} kB`);
    return 0;
  } catch (error) {
    console.error(`No picture: ${messageOf(error)}`);
    return interrupted ? INTERRUPTED : 1;
  } finally {
    await world?.destroy();
    await removeOwnWorlds();
    console.log('Everything else that was made is removed.');
  }
}

async function deployAndRollBack(world: World): Promise<{ run: Run; uiAddress: string; last: string }> {
  await world.up();
  await world.waitForOutcome(1);
  console.log('Deployment 1: the first release runs.');
  await world.images.publishApi('1.1', 'crashing');
  const commit = await world.release('platform', apiTag('1.1'), 'Raise api to 1.1');
  const { number, outcome } = await world.waitForCommit('platform', commit);
  console.log(`Deployment ${number}: ${outcome}.`);
  const server = await world.server();
  if (server?.uiAddress === undefined) throw new Error('the Temporal server that was started has no UI.');
  const run = await (await world.temporal()).deploymentRun(number);
  return { run, uiAddress: server.uiAddress, last: `record deployment ${number}: ${outcome}` };
}
