/** The production form for all tests of a file: a world, a clone of it beside, and what a client sees of its server. */
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, beforeEach, onTestFailed, vi } from 'vitest';
import { createWorld, type World } from '../world/index.js';
import { WORLD_HOST } from '../world/programs.js';
import type { EnvLocal, Files } from '../world/sample-stack.js';
import { WorldTemporal } from '../world/temporal.js';
import { waitFor } from '../world/wait.js';
import type { DeploymentRecord } from '../../../workflows/model.js';
import type { Phase } from '../../../workflows/contract.js';
import { openDoorway, type Doorway } from './doorway.js';
import { Probe } from './probe.js';
import { productionFiles, ProductionStack } from './stack.js';

const LIMIT_MS = 600_000;
const FRONTEND = 7233;
/** Long enough that what is done in the middle is done in the middle. */
const SETTLE_SECONDS = 8;

export class Production {
  private client: WorldTemporal | undefined;

  constructor(
    readonly world: World,
    readonly stack: ProductionStack,
    readonly doorway: Doorway,
  ) {}

  /** A client of the server through the doorway; it outlives the server's container. `project`: of whose keeper. */
  async temporal(project = this.world.project): Promise<WorldTemporal> {
    if (project !== this.world.project) return this.connect(project);
    this.client ??= await this.connect(project);
    return this.client;
  }

  private connect(stack: string): Promise<WorldTemporal> {
    return WorldTemporal.connect(this.doorway.address, { host: WORLD_HOST, stack });
  }

  probe(): Promise<Probe> {
    return Probe.start(this.doorway.address);
  }

  /** A push to the sample stack, a look, and the number of the deployment that it will be. */
  push(files: Files, message: string): Promise<{ number: number; commit: string }> {
    return this.looked(() => this.world.push('platform', files, message));
  }

  /** The same of its env.local. */
  async pushSettings(changes: Partial<EnvLocal>, message: string): Promise<number> {
    const { number } = await this.looked(() => this.world.pushSettings(changes, message));
    return number;
  }

  private async looked(push: () => Promise<string>): Promise<{ number: number; commit: string }> {
    const temporal = await this.temporal();
    const number = await waitFor('an idle keeper', async () => {
      const { running, queued, nextNumber } = await temporal.keeper();
      return running === undefined && queued.length === 0 && nextNumber;
    });
    const commit = await push();
    await temporal.trigger('autodeploy');
    return { number, commit };
  }

  /** Waits until a deployment of the sample stack is in that phase. */
  async reach(number: number, phase: Phase): Promise<void> {
    const temporal = await this.temporal();
    await waitFor(`deployment ${number} in ${phase}`, async () => (await temporal.deployment(number)).phase === phase);
  }

  /** Waits for the end of it. */
  ended(number: number): Promise<DeploymentRecord> {
    return this.world.waitForOutcome(number, { within: 240_000 });
  }

  async destroy(): Promise<void> {
    await this.client?.close().catch(() => undefined);
    await this.doorway.close();
    await this.stack.remove();
    await this.world.destroy();
  }
}

async function create(name: string, { files = same, settleSeconds = SETTLE_SECONDS }: Options): Promise<Production> {
  const world = await createWorld({
    name,
    gitAddress: ownAddress(),
    // A probe of the loopback address would ask the worker's container.
    settings: {
      extra: [
        `export BIRDKEEPER_PROBES='' BIRDKEEPER_SETTLE_SECONDS='${settleSeconds}'`,
        `export BIRDKEEPER_HEALTH_TIMEOUT_SECONDS='${settleSeconds + 60}'`,
      ],
    },
  });
  // Compose prefers the environment of who starts it: the file's own default is to be seen.
  delete world.parts.env['BIRDKEEPER_METRICS_LISTEN'];
  try {
    const stack = await ProductionStack.create(world, files(await productionFiles()));
    const doorway = await openDoorway(FRONTEND, () => stack.addressOf('temporal').catch(() => undefined));
    return new Production(world, stack, doorway);
  } catch (error) {
    await world.destroy();
    throw error;
  }
}

export interface Options {
  /** Brings it into the state that the tests begin with. */
  start?: (production: Production) => Promise<void>;
  /** Changes what is in its repository. */
  files?: (files: Files) => Files;
  /** How long each deployment of the sample stack is in its last phase but one. */
  settleSeconds?: number;
}

const same = (files: Files): Files => files;

/** Call it at the top of a file. Returns how to reach it: it is there once the tests run. */
export function useProduction(name: string, options: Options = {}): () => Production {
  vi.setConfig({ testTimeout: LIMIT_MS, hookTimeout: LIMIT_MS });
  let made: Production | undefined;
  const reach = () => {
    if (made === undefined) throw new Error('it is made by beforeAll: reach it inside a test');
    return made;
  };
  beforeAll(async () => {
    made = await create(name, options);
    await (options.start ?? begun)(made).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await tailsOf(reach())}`);
    });
  });
  beforeEach(() => {
    onTestFailed(async () => console.error(await tailsOf(reach())));
  });
  afterAll(() => made?.destroy());
  return reach;
}

const tailsOf = async ({ world, stack }: Production): Promise<string> =>
  `${await world.tails()}\n--- the production form:\n${await stack.tails()}`;

/** Everything is healthy, and the sample stack has had its first deployment. */
export async function begun({ world, stack }: Production): Promise<void> {
  await stack.up();
  const first = await world.waitForOutcome(1);
  if (first.outcome !== 'deployed') throw new Error(`the first deployment ended ${first.outcome}: ${first.message}`);
}

/** What containers reach this machine by, whichever bridges its engine has. */
function ownAddress(): string {
  const all = Object.entries(networkInterfaces()).filter(([name]) => !/^(br-|docker|veth)/.test(name));
  const found = all
    .flatMap(([, addresses = []]) => addresses)
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined)
    throw new Error('this machine has no address but the loopback one: containers cannot reach it');
  return found.address;
}

/** A line of figures for who reads the run. */
export const tell = (line: string): void => void process.stdout.write(`  figures: ${line}\n`);
