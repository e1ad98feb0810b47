/** What components need of this host: programs, files and ports. Variables are looked at with the configuration. */
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Component } from '../../activities/components/read.js';
import { MANIFEST_FILE } from '../../activities/components/schema.js';
import { takenPorts } from '../../activities/docker/host.js';
import { warn } from '../../client/doctor/findings.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext } from './context.js';
import { isOnPath } from './programs.js';

/** A warning each. */
export async function unmetNeeds(
  components: readonly Component[],
  context: DoctorContext,
  signal: AbortSignal,
): Promise<Finding[]> {
  const found = await Promise.all([
    ...components.map((component) => missingPrograms(component, context)),
    ...components.map(missingFiles),
    heldPorts(components, context, signal),
  ]);
  return found.flat();
}

const needs = ({ dir }: Component, what: string): string => `${dir}/${MANIFEST_FILE} needs ${what}`;

async function missingPrograms(component: Component, { host }: DoctorContext): Promise<Finding[]> {
  const path = host.childEnvironment['PATH'] ?? '';
  const { commands } = component.manifest.needs;
  const found = await Promise.all(commands.map(async (name) => ({ name, isThere: await isOnPath(name, path) })));
  return found
    .filter(({ isThere }) => !isThere)
    .map(({ name }) =>
      warn('components', `${needs(component, `the program ${name}`)}, which is not on PATH`, `Install ${name}.`),
    );
}

async function missingFiles(component: Component): Promise<Finding[]> {
  const paths = component.manifest.needs.files.map((path) => resolve(component.dir, path));
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => [],
        () => [warn('components', `${needs(component, path)}, which is not there`, 'Make it, or mount it.')],
      ),
    ),
  );
  return found.flat();
}

async function heldPorts(
  components: readonly Component[],
  context: DoctorContext,
  signal: AbortSignal,
): Promise<Finding[]> {
  const wanted = components.flatMap((component) => component.manifest.needs.ports.map((port) => ({ component, port })));
  if (wanted.length === 0) return [];
  const own = await ownPorts(context, signal);
  // Another check says that the engine does not answer.
  if (own === undefined) return [];
  const found = await Promise.all(
    wanted.map(async ({ component, port }) => {
      if (own.wholeHost) return [];
      const held = await takenPorts({ wanted: [{ address: '', port }], own: own.ports, others: own.others });
      return held.map((sentence) => warn('components', `${needs(component, `port ${port}`)}. ${sentence}`));
    }),
  );
  return found.flat();
}

/** `wholeHost`: a service that runs uses the network of the host, so that nobody can tell which ports are its. */
async function ownPorts(context: DoctorContext, signal: AbortSignal) {
  try {
    const { name } = await context.readableView();
    const [containers, others] = await Promise.all([
      context.engine.containers(name, { signal }),
      context.engine.portsOfOthers(name, { signal }),
    ]);
    const { services } = await context.model();
    const wholeHost = containers.some(
      ({ service, state }) => state === 'running' && services[service]?.network_mode === 'host',
    );
    return { ports: containers.flatMap(({ ports }) => ports), others, wholeHost };
  } catch {
    return undefined;
  }
}
