/** Performs the acts in a world of its own and takes everything away again. */
import { messageOf } from '../../activities/shared/failures.js';
import { createWorld, removeOwnWorlds, type World } from '../../test/support/world/index.js';
import { ACTS, type Act } from './acts.js';
import { seconds, summaryTable, Telling, type ActResult, type Print } from './teller.js';

export class Performance {
  private world: Promise<World> | undefined;

  constructor(private readonly print: Print) {}

  /** Returns whether every act went as told. An act that did not ends it: the later ones stand on it. */
  async play(): Promise<boolean> {
    const making = new Telling(this.print);
    this.print('The sample: two repositories behind ssh, a registry, images, two checkouts on the "host".');
    const world = await (this.world = createWorld({ name: 'demo', settings: { frequency: '@every 3s' } }));
    making.say(`made in ${world.dir}`);
    const results: ActResult[] = [];
    for (const act of ACTS) {
      const result = await this.perform(act, world);
      results.push(result);
      if (!result.asTold) break;
    }
    const asTold = results.length === ACTS.length && results.every((result) => result.asTold);
    if (!asTold) this.print(await world.tails());
    this.printSummary(results, asTold);
    return asTold;
  }

  private async perform(act: Act, world: World): Promise<ActResult> {
    this.print('');
    this.print(`Act ${act.title}`);
    const telling = new Telling(this.print);
    try {
      const note = await act.play(world, telling);
      telling.say(`as told: ${note}`);
      return { title: act.title, asTold: true, seconds: telling.seconds, note };
    } catch (error) {
      telling.say(`NOT as told: ${messageOf(error)}`);
      const [note = ''] = messageOf(error).split('\n');
      return { title: act.title, asTold: false, seconds: telling.seconds, note };
    }
  }

  private printSummary(results: readonly ActResult[], asTold: boolean): void {
    const total = results.reduce((sum, result) => sum + result.seconds, 0);
    const played = `${results.filter((result) => result.asTold).length} of ${ACTS.length} acts went as told`;
    this.print('');
    for (const line of summaryTable(results)) this.print(line);
    this.print(`${played}, ${seconds(total)}${asTold ? '' : ' FAILED'}`);
  }

  /** What a reader may look at while everything runs. */
  async describePlaces(): Promise<string[]> {
    const world = await this.world;
    if (world === undefined) return [];
    const server = await world.server();
    const { ports, developers } = world.parts;
    const { program } = world.upkeep;
    return [
      `Temporal UI   http://${server?.uiAddress ?? '?'}/namespaces/birdkeeper/workflows`,
      `the page      http://127.0.0.1:${ports.web}/   api  http://127.0.0.1:${ports.api}/   reader  http://127.0.0.1:${ports.reader}/`,
      `status        BIRDKEEPER_STATE_DIR=${world.stateDirectory} BIRDKEEPER_HOST=sample node ${program} status --stack ${world.stackDirectory}`,
      `containers    docker ps --filter label=com.docker.compose.project=${world.project}`,
      `log           ${world.dir}/log/autodeploy.log`,
      `push a change edit, commit and push in ${developers.platform.dir} (or ${developers.private.dir}): it is deployed within seconds`,
    ];
  }

  /** Twice: nothing is left to do. */
  async clear(): Promise<void> {
    await (await this.world?.catch(() => undefined))?.destroy();
    await removeOwnWorlds();
  }

  /** The same in a hurry: also while the world is still being made. */
  async clearNow(): Promise<void> {
    // What makes the world fails when its programs are ended; then the rest is taken away.
    await removeOwnWorlds();
    await this.clear();
  }
}
