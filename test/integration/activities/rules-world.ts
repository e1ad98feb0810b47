/** A world whose deployments are told in this process, rule by rule, on its real parts and without a worker. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { DeployStackInput, DeployStackResult } from '../../../workflows/deploy-stack/messages.js';
import { run } from '../../../workflows/deploy-stack/run.js';
import { Teller } from '../../../workflows/deploy-stack/tell.js';
import type { DeploymentStatus, PlanSummary } from '../../../workflows/model.js';
import { localStory } from '../../../worker/local-activities.js';
import { createWorld, envLocal, type World, type WorldOptions } from '../../support/world/index.js';
import { inProcess, type InProcess } from './in-process.js';

export const LONG = 600_000;

export interface Story extends DeployStackResult {
  plan: PlanSummary | undefined;
  word: string | undefined;
  health: unknown;
  /** Warnings in its log. */
  warned: readonly string[];
}

/** A deployment that is being told. */
export interface Telling {
  /** As it is now. */
  status: () => DeploymentStatus;
  ended: Promise<Story>;
}

/** In force everywhere, so that a deployment without health checks does not last. */
export const QUICK = "export BIRDKEEPER_SETTLE_SECONDS='0.2' BIRDKEEPER_SETTLE_SECONDS_NO_HEALTHCHECK='0.2'";

/** Makes a world before the tests of a file, deploys it once, and takes it away after them. Call it at the top. */
export function useRules(name: string, lines: readonly string[] = [], options: Partial<WorldOptions> = {}): RulesWorld {
  const rules = new RulesWorld([QUICK, ...lines]);
  beforeAll(async () => {
    await rules.begin({ name, ...options });
    expect(await rules.deploy({ trigger: 'first' })).toMatchObject({ outcome: 'deployed' });
  }, LONG);
  afterAll(() => rules.end());
  return rules;
}

export class RulesWorld {
  private made: { world: World; here: InProcess } | undefined;
  private number = 0;

  /** `always`: lines of `env.local` that stay whatever `settings` adds. */
  constructor(private readonly always: readonly string[]) {}

  get world(): World {
    return this.reach().world;
  }

  get here(): InProcess {
    return this.reach().here;
  }

  async begin(options: WorldOptions): Promise<void> {
    const world = await createWorld({ ...options, settings: { extra: this.always, ...options.settings } });
    this.made = { world, here: await inProcess(world).catch((error: unknown) => destroyed(world, error)) };
  }

  async end(): Promise<void> {
    await this.made?.world.destroy();
  }

  deploy(more: Partial<DeployStackInput> = {}): Promise<Story> {
    return this.start(more).ended;
  }

  /** Begins a deployment; what is asked of it while it runs is in `status`. */
  start(more: Partial<DeployStackInput> = {}): Telling {
    this.number += 1;
    const { stack, activities: steps } = this.here;
    const ask: DeployStackInput = {
      ...{ v: 1, host: 'sample', stack: stack.name, number: this.number, trigger: 'check', force: false },
      ...{ reason: 'test', ...more },
    };
    const warned: string[] = [];
    const log = { output: () => undefined, info: () => undefined, warn: (text: string) => void warned.push(text) };
    const { activities, around } = localStory({
      ...{ steps, redact: () => (text: string) => text, logFor: () => log, stop: new AbortController().signal },
      ...{ stack: stack.name, number: this.number, say: () => undefined },
    });
    const teller = new Teller(ask, () => undefined);
    const ended = run(ask, activities, teller, around).then((result) => {
      const { plan, word, health } = teller.status;
      return { ...result, plan, word, health, warned };
    });
    return { status: () => teller.status, ended };
  }

  /** env.local with those lines at its end, pushed and deployed, so that they are in force. */
  async settings(...extra: string[]): Promise<void> {
    await this.pushSettings(...extra);
    const { outcome, message } = await this.deploy({ force: true, trigger: 'forced' });
    expect(`${outcome} ${message}`).toMatch(/^deployed/);
  }

  async pushSettings(...extra: string[]): Promise<void> {
    const lines = [...this.always, ...extra, `# ${this.number}`];
    await this.world.push('private', envLocal({ ...this.world.parts.settings, extra: lines }), 'Set rules');
  }

  /** Id and start of every container: equal when nothing was touched. */
  async containers(): Promise<string[]> {
    return (await this.world.containers()).map(({ id, startedAt }) => `${id} ${startedAt}`).sort();
  }

  private reach() {
    if (this.made === undefined) throw new Error('the world is made by beforeAll: reach it inside a test');
    return this.made;
  }
}

async function destroyed(world: World, error: unknown): Promise<never> {
  await world.destroy();
  throw error;
}
