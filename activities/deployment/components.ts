import { resolve } from 'node:path';
import type { ChangeRule } from '../compose/change-rules.js';
import type { Probe } from '../stack/probes.js';
import { readManifests, type Component } from '../components/read.js';
import type { Configuration } from '../stack/view.js';

/** The components of a view with their `component.yml`. Throws Configuration with every mistake in them. */
export const componentsOf = (view: Pick<Configuration, 'components' | 'locate'>): Promise<Component[]> =>
  readManifests(view.components, (path) => view.locate(path));

/** What of a configuration says which probes there are. */
export interface Probed extends Pick<Configuration, 'components' | 'locate'> {
  readonly settings: Pick<Configuration['settings'], 'probes'>;
}

/** HTTP checks of the stack and of its components. */
export async function probesOf(view: Probed): Promise<Probe[]> {
  return [...view.settings.probes, ...(await componentsOf(view)).flatMap(({ manifest }) => manifest.probes)];
}

/** What the components say of changed content, with absolute paths. */
export async function changeRulesOf(view: Configuration): Promise<ChangeRule[]> {
  return (await componentsOf(view)).flatMap(({ dir, manifest }) =>
    manifest.onChange.map(({ path, services, action, signal }) => ({
      path: resolve(dir, path),
      services: services ?? [],
      action,
      signal,
    })),
  );
}
