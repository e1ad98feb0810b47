/** A compose project of its own name in a directory of its own, with everything that the modules ask for. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceDecision } from '../../../../workflows/model.js';
import { type ApplyInput, applyDecisions } from '../../../../activities/compose/apply.js';
import type { ComposeModel } from '../../../../activities/compose/model.js';
import { imageOf } from '../../../../activities/compose/model.js';
import { type ComposeView, readModel } from '../../../../activities/compose/read.js';
import { createEngine } from '../../../../activities/docker/engine.js';
import type { EngineContainer } from '../../../../activities/docker/types.js';
import { runCommand } from '../../../../activities/shared/run-command.js';
import { localStep } from '../../../../activities/shared/step.js';

export const processEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

export class Sample {
  readonly engine = createEngine();
  readonly step = localStep();
  readonly lines: string[] = [];
  private journals = 0;

  private constructor(
    readonly directory: string,
    readonly view: ComposeView,
  ) {}

  static async create(services: unknown, rest: Record<string, unknown> = {}): Promise<Sample> {
    const directory = await mkdtemp(join(tmpdir(), 'birdkeeper-compose-'));
    const view: ComposeView = {
      name: `bk-test-${randomBytes(4).toString('hex')}`,
      directory,
      composeFiles: [join(directory, 'compose.json')],
      composeVariables: processEnvironment(),
      wrap: (command) => command,
    };
    const sample = new Sample(directory, view);
    await sample.write(services, rest);
    return sample;
  }

  async write(services: unknown, rest: Record<string, unknown> = {}): Promise<void> {
    await writeFile(join(this.directory, 'compose.json'), JSON.stringify({ services, ...rest }));
  }

  model(): Promise<ComposeModel> {
    return readModel(this.view, { signal: this.step.signal, redact: (text) => text });
  }

  containers(): Promise<EngineContainer[]> {
    return this.engine.containers(this.view.name, { signal: this.step.signal });
  }

  async ids(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.containers()).map(({ service, id }) => [service, id]));
  }

  async imageIds(): Promise<Record<string, string>> {
    const model = await this.model();
    const entries = await Promise.all(
      Object.entries(model.services).map(async ([name, service]) => {
        const id = await this.engine.imageId(imageOf(model.name, name, service), { signal: this.step.signal });
        return [name, id ?? ''] as const;
      }),
    );
    return Object.fromEntries(entries);
  }

  newJournal(): string {
    return join(this.directory, `apply-${++this.journals}.json`);
  }

  /** Applies with a new journal, unless another is named. */
  async apply(decisions: ServiceDecision[], overrides: Partial<ApplyInput> = {}): Promise<ServiceDecision[]> {
    return applyDecisions({
      view: this.view,
      services: (await this.model()).services,
      decisions,
      removed: [],
      imageIds: await this.imageIds(),
      journal: this.newJournal(),
      lock: join(this.directory, 'lock'),
      sickBefore: [],
      dependencyTimeoutSeconds: 15,
      engine: this.engine,
      step: { ...this.step, log: { ...this.step.log, output: (line) => void this.lines.push(line) } },
      redact: (text) => text,
      ...overrides,
    });
  }

  async recreateAll(): Promise<void> {
    const model = await this.model();
    await this.apply(Object.keys(model.services).map((service) => decision(service, 'recreate')));
  }

  async remove(): Promise<void> {
    await this.docker('compose', '-p', this.view.name, 'down', '--volumes', '--remove-orphans', '--timeout', '0');
    await rm(this.directory, { recursive: true, force: true });
  }

  async docker(...args: string[]): Promise<string> {
    const { stdout } = await runCommand(
      { file: 'docker', args },
      { cwd: this.directory, env: processEnvironment(), signal: this.step.signal, timeoutMs: 60_000 },
    );
    return stdout.trim();
  }
}

export const decision = (
  service: string,
  action: ServiceDecision['action'],
  rest: Partial<ServiceDecision> = {},
): ServiceDecision => ({ service, action, reason: 'a test', ...rest });

/** Asks until it is so; throws with the name after ten seconds. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
