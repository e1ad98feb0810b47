/** Names in `component.yml` that nothing is called. Pure. */
import type { Component } from './read.js';
import { MANIFEST_FILE } from './schema.js';

/** A sentence per service that a component names and no compose file declares: mostly a slip of the pen. */
export function undeclaredServices(components: readonly Component[], declared: readonly string[]): string[] {
  return components.flatMap(({ dir, manifest }) => {
    const named = [...(manifest.busy?.services ?? []), ...manifest.onChange.flatMap(({ services }) => services)];
    return [...new Set(named)]
      .filter((service) => !declared.includes(service))
      .map(
        (service) =>
          `${dir}/${MANIFEST_FILE} names the service ${service}, which no compose file of the stack declares.`,
      );
  });
}
