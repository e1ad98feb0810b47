/** The same stack as an operator with a shell would keep it: a clone, `git pull && docker compose up -d --wait`. */
import { join } from 'node:path';
import { Clone } from '../test/support/world/clone.js';
import { removeProject } from '../test/support/world/containers.js';
import { enter } from '../test/support/world/ledger.js';
import { freePorts } from '../test/support/world/ports.js';
import { output } from '../test/support/world/programs.js';
import { STACK_FOLDER } from '../test/support/world/index.js';
import type { Bench } from './bench.js';
import { portVariable, serviceNames } from './sample.js';
import { sshOf, type BenchStack } from './stack.js';

export interface BareStack {
  ports: Record<string, number>;
  /** Pulls and brings up; done when all services are healthy or running. */
  deploy(): Promise<void>;
}

const LIMIT_MS = 300_000;

export async function makeBareStack(
  bench: Bench,
  { world, checkouts }: BenchStack,
  services: number,
): Promise<BareStack> {
  const [platform] = checkouts;
  if (platform === undefined) throw new Error('the stack has no checkout');
  bench.say('making its equal for bare compose');
  const project = `${world.project}-bare`;
  // Whoever takes away what a killed run left behind finds it by this.
  await enter(project, world.dir);
  const env = { ...world.parts.env, GIT_SSH_COMMAND: sshOf(platform) };
  bench.defer(() => removeProject(project, env));
  const dir = join(world.dir, 'host', 'bare');
  const url = await output('git', ['remote', 'get-url', 'origin'], { env, cwd: platform.dir });
  await new Clone(dir, { url, key: platform.key }, world.parts.env).clone();

  const names = serviceNames(services);
  const numbers = await freePorts(services);
  const ports = Object.fromEntries(names.map((name, index) => [name, numbers[index] ?? 0]));
  const variables = {
    COMPOSE_PROJECT_NAME: project,
    BASE_IMAGE: world.images.base,
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [portVariable(name), String(port)])),
  };
  const command = ['-c', 'git pull --quiet && docker compose up -d --wait'];
  const run = { env: { ...env, ...variables }, cwd: join(dir, STACK_FOLDER), limit: LIMIT_MS };
  const deploy = async () => void (await output('sh', command, run));
  await deploy();
  return { ports, deploy };
}
