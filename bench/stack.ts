/** A stack of a wanted size in a world of its own: what the figures are measured on. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorld, envLocal, type World } from '../test/support/world/index.js';
import { Clone } from '../test/support/world/clone.js';
import { freePorts } from '../test/support/world/ports.js';
import { deploymentId, type StackRef } from '../workflows/contract.js';
import type { Bench } from './bench.js';
import { environmentLines, furtherFiles, repositoryFiles, serviceNames } from './sample.js';
import { BenchTemporal } from './temporal.js';

export interface Size {
  /** Git checkouts, all behind ssh. */
  checkouts: number;
  services: number;
}

export interface Checkout {
  name: string;
  dir: string;
  /** Private key that its remote is read with. */
  key: string;
}

export interface BenchStack {
  world: World;
  ref: StackRef;
  checkouts: Checkout[];
  /** By service. */
  ports: Record<string, number>;
  /** Lines of its env.local that a further one needs too. */
  lines: readonly string[];
}

const HOST = 'sample';

/** Makes it and leaves it at rest: nothing runs. `env`: of `birdkeeper up`, besides. Taken away with the figure. */
export async function makeStack(bench: Bench, size: Size, env: Record<string, string> = {}): Promise<BenchStack> {
  bench.say(`making a stack of ${size.checkouts} checkouts and ${size.services} services`);
  const world = await createWorld({ name: 'bench', keyExchange: 'preferred', env });
  bench.defer(() => world.destroy());
  const names = serviceNames(size.services);
  const numbers = await freePorts(size.services);
  const ports = Object.fromEntries(names.map((name, index) => [name, numbers[index] ?? 0]));
  const further = await furtherCheckouts(world, size.checkouts);
  const checkouts = [checkoutOf(world, 'platform'), ...further];
  await world.push('platform', repositoryFiles(world.images.base, size.services), 'A stack to measure');
  const extra = environmentLines(
    ports,
    further.map(({ dir }) => dir),
  );
  await world.push('private', envLocal({ ...world.parts.settings, frequency: '', extra }), 'Its settings');
  for (const name of ['platform', 'private']) await hostClone(world, checkoutOf(world, name)).git('pull', '--quiet');
  return { world, ref: { host: HOST, stack: world.project }, checkouts, ports, lines: extra };
}

/** Deploys an env.local with these further lines. */
export async function deployLines({ world, lines }: BenchStack, more: readonly string[], why: string): Promise<void> {
  const extra = [...lines, ...more];
  await world.push('private', envLocal({ ...world.parts.settings, frequency: '', extra }), why);
  const { status, stdout, stderr } = await world.cli(['deploy', '--wait'], { limit: 120_000 });
  if (status !== 0) throw new Error(`the deployment ended with ${status}: ${stdout}${stderr}`);
}

export const jobName = (world: World, index: number): string => `${world.project}-j${index}`;

/** The time since boot is the same inside a container and beside it. */
export const JOB_COMMAND = 'cat /proc/uptime';

/** Lines of env.local. None of them is due. */
export const jobLines = (world: World, count: number): string[] => [
  `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS='${Array.from(
    { length: count },
    (_, index) =>
      `- {name: ${jobName(world, index)}, schedule: "@yearly", image: "${world.images.base}", command: ${JOB_COMMAND}}`,
  ).join('\n')}'`,
];

/** The second checkout is the one that holds `env.local`; the third and later ones hold data. */
async function furtherCheckouts(world: World, count: number): Promise<Checkout[]> {
  const made: Checkout[] = [];
  if (count > 1) made.push(checkoutOf(world, 'private'));
  while (made.length + 1 < count) made.push(await addCheckout(world, `data${made.length}`));
  return made;
}

const checkoutOf = (world: World, name: string): Checkout => ({
  name,
  dir: join(world.dir, 'host', name),
  key: join(world.dir, 'keys', `${name}_deploy_key`),
});

const hostClone = (world: World, { dir, key }: Checkout): Clone => new Clone(dir, { url: '', key }, world.parts.env);

async function addCheckout(world: World, name: string): Promise<Checkout> {
  const { url, pushKeyPath, deployKeyPath } = await world.parts.git.addRepository(name);
  const developer = new Clone(join(world.dir, 'developer', name), { url, key: pushKeyPath }, world.parts.env);
  await developer.found(furtherFiles());
  const checkout = checkoutOf(world, name);
  await copyFile(deployKeyPath, checkout.key);
  await new Clone(checkout.dir, { url, key: checkout.key }, world.parts.env).clone();
  return checkout;
}

/** Value of GIT_SSH_COMMAND of who reads that remote by hand. */
export const sshOf = ({ key }: Checkout): string =>
  `ssh -i ${key} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`;

/** `birdkeeper up`, and the first deployment is done. Returns a client of its server. */
export async function bringUp(bench: Bench, { world, ref }: BenchStack): Promise<BenchTemporal> {
  await world.up();
  const server = await world.server();
  if (server === undefined) throw new Error('birdkeeper up started no Temporal server');
  const temporal = await BenchTemporal.connect(server.address);
  bench.defer(() => temporal.close());
  const first = await world.waitForOutcome(1);
  if (first.outcome !== 'deployed') throw new Error(`the first deployment ended ${first.outcome}: ${first.message}`);
  await temporal.resultOf(deploymentId(ref, 1));
  bench.say('birdkeeper keeps it');
  return temporal;
}
