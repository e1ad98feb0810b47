import type { Step } from '../shared/step.js';
import type { Dependencies } from './dependencies.js';

/** Directory of a volume's content on this host. By its own name, else by the name that it has in the compose file. */
export async function mountPointOf(
  volume: string,
  project: string,
  deps: Pick<Dependencies, 'engine'>,
  step: Pick<Step, 'signal'>,
): Promise<string | undefined> {
  const names = [volume, `${project}_${volume}`];
  const found = await deps.engine.resources({ volumes: names, networks: [] }, { signal: step.signal });
  return names.flatMap((name) => found.find((resource) => resource.name === name)?.mountPoint ?? [])[0];
}
